/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Simulated nodes without pictures: their capabilities and formats. They do not stream. */
#include <errno.h>
#include <string.h>
#include "base/array.h"
#include "sim/sim_internal.h"

static int query_data_capabilities(const struct sim *sim, void *argument)
{
	static const uint32_t caps[] = {
		[SIM_VBI] = V4L2_CAP_VBI_CAPTURE | V4L2_CAP_SLICED_VBI_CAPTURE | V4L2_CAP_READWRITE,
		[SIM_METADATA] = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING,
		[SIM_SDR] = V4L2_CAP_SDR_CAPTURE | V4L2_CAP_TUNER | V4L2_CAP_STREAMING,
		[SIM_RADIO] = V4L2_CAP_RADIO | V4L2_CAP_TUNER,
	};
	struct v4l2_capability *cap = argument;

	*cap = (struct v4l2_capability){ .driver = "sim",
					 .card = "Simulated node",
					 .bus_info = "platform:sim",
					 .version = 6 << 16 | 1 << 8,
					 .device_caps = caps[sim->options.data],
					 .capabilities = caps[sim->options.data] | V4L2_CAP_DEVICE_CAPS };
	return 0;
}

static int get_data_format(const struct sim *sim, void *argument)
{
	static const struct v4l2_vbi_format vbi = { .sampling_rate = 27000000,
						    .offset = 244,
						    .samples_per_line = 1440,
						    .sample_format = V4L2_PIX_FMT_GREY,
						    .start = { 6, 318 },
						    .count = { 18, 18 } };
	struct v4l2_format *format = argument;

	if (sim->options.data == SIM_VBI && format->type == V4L2_BUF_TYPE_VBI_CAPTURE)
		format->fmt.vbi = vbi;
	else if (sim->options.data == SIM_VBI && format->type == V4L2_BUF_TYPE_SLICED_VBI_CAPTURE)
		format->fmt.sliced =
			(struct v4l2_sliced_vbi_format){ .service_set = V4L2_SLICED_WSS_625, .io_size = 64 };
	else if (sim->options.data == SIM_METADATA && format->type == V4L2_BUF_TYPE_META_CAPTURE)
		format->fmt.meta =
			(struct v4l2_meta_format){ .dataformat = V4L2_META_FMT_UVC, .buffersize = 10240 };
	else if (sim->options.data == SIM_SDR && format->type == V4L2_BUF_TYPE_SDR_CAPTURE)
		format->fmt.sdr =
			(struct v4l2_sdr_format){ .pixelformat = V4L2_SDR_FMT_CU8, .buffersize = 4096 };
	else
		return -EINVAL;
	return 0;
}

static int enum_data_format(const struct sim *sim, void *argument)
{
	struct v4l2_fmtdesc *desc = argument;
	struct v4l2_format format = { .type = desc->type };

	if (desc->index || sim->options.data < SIM_METADATA || get_data_format(sim, &format) < 0)
		return -EINVAL;
	desc->pixelformat =
		sim->options.data == SIM_SDR ? format.fmt.sdr.pixelformat : format.fmt.meta.dataformat;
	strcpy((char *)desc->description,
	       sim->options.data == SIM_SDR ? "Complex U8LE" : "UVC Payload Header Metadata");
	return 0;
}

static int get_sliced_cap(const struct sim *sim, void *argument)
{
	struct v4l2_sliced_vbi_cap *cap = argument;

	if (sim->options.data != SIM_VBI)
		return -ENOTTY;
	cap->service_set = V4L2_SLICED_WSS_625 | V4L2_SLICED_TELETEXT_B;
	return cap->type == V4L2_BUF_TYPE_SLICED_VBI_CAPTURE ? 0 : -EINVAL;
}

static bool has_tuner(const struct sim *sim)
{
	return sim->options.data >= SIM_SDR;
}

static int get_tuner(const struct sim *sim, void *argument)
{
	struct v4l2_tuner *tuner = argument;

	if (!has_tuner(sim) || tuner->index)
		return has_tuner(sim) ? -EINVAL : -ENOTTY;
	tuner->type = sim->options.data == SIM_SDR ? V4L2_TUNER_SDR : V4L2_TUNER_RADIO;
	tuner->capability = V4L2_TUNER_CAP_LOW | V4L2_TUNER_CAP_STEREO | V4L2_TUNER_CAP_FREQ_BANDS;
	tuner->rangelow = 87500 * 16;
	tuner->rangehigh = 108000 * 16;
	tuner->signal = 65535 / 2;
	strcpy((char *)tuner->name, "Simulated tuner");
	return 0;
}

static int get_frequency(const struct sim *sim, void *argument)
{
	struct v4l2_frequency *frequency = argument;

	frequency->frequency = 95500 * 16;
	return has_tuner(sim) && !frequency->tuner ? 0 : -EINVAL;
}

static int enum_band(const struct sim *sim, void *argument)
{
	struct v4l2_frequency_band *band = argument;

	if (!has_tuner(sim) || band->tuner || band->index)
		return -EINVAL;
	band->capability = V4L2_TUNER_CAP_LOW | V4L2_TUNER_CAP_STEREO;
	band->rangelow = 87500 * 16;
	band->rangehigh = 108000 * 16;
	band->modulation = V4L2_BAND_MODULATION_FM;
	return 0;
}

static const struct data_call {
	unsigned long request;
	int (*run)(const struct sim *sim, void *argument);
} data_calls[] = {
	{ VIDIOC_QUERYCAP, query_data_capabilities },
	{ VIDIOC_G_FMT, get_data_format },
	{ VIDIOC_ENUM_FMT, enum_data_format },
	{ VIDIOC_G_SLICED_VBI_CAP, get_sliced_cap },
	{ VIDIOC_G_TUNER, get_tuner },
	{ VIDIOC_G_FREQUENCY, get_frequency },
	{ VIDIOC_ENUM_FREQ_BANDS, enum_band },
};

int sim_data_node_call(struct sim *sim, unsigned long request, void *argument)
{
	for (size_t i = 0; i < ARRAY_SIZE(data_calls); i++)
		if (data_calls[i].request == request)
			return data_calls[i].run(sim, argument);
	return -ENOTTY;
}
