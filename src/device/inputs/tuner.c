/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tuners, modulators, and the audio inputs and outputs of television devices. */
#include "device/inputs/tuner.h"

#include <errno.h>
#include <math.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "device/inputs/inputs.h"

#define AUDIO_MAX 64 /* limits the enumeration, for drivers that never end it */

const struct flag_name tuner_capability_names[] = {
	{ V4L2_TUNER_CAP_LOW, "unit 62.5 Hz" },
	{ V4L2_TUNER_CAP_1HZ, "unit 1 Hz" },
	{ V4L2_TUNER_CAP_NORM, "multi-standard" },
	{ V4L2_TUNER_CAP_HWSEEK_BOUNDED, "bounded seek" },
	{ V4L2_TUNER_CAP_HWSEEK_WRAP, "wrapping seek" },
	{ V4L2_TUNER_CAP_HWSEEK_PROG_LIM, "programmable seek range" },
	{ V4L2_TUNER_CAP_STEREO, "stereo" },
	{ V4L2_TUNER_CAP_LANG1, "language 1" },
	{ V4L2_TUNER_CAP_LANG2, "language 2" },
	{ V4L2_TUNER_CAP_RDS, "RDS" },
	{ V4L2_TUNER_CAP_RDS_BLOCK_IO, "RDS blocks" },
	{ V4L2_TUNER_CAP_RDS_CONTROLS, "RDS controls" },
	{ V4L2_TUNER_CAP_FREQ_BANDS, "frequency bands" },
	{ 0, NULL },
};

const struct flag_name tuner_subchannel_names[] = {
	{ V4L2_TUNER_SUB_MONO, "mono" },        { V4L2_TUNER_SUB_STEREO, "stereo" },
	{ V4L2_TUNER_SUB_LANG1, "language 1" }, { V4L2_TUNER_SUB_LANG2, "language 2" },
	{ V4L2_TUNER_SUB_RDS, "RDS" },          { 0, NULL },
};

const struct flag_name tuner_modulation_names[] = {
	{ V4L2_BAND_MODULATION_VSB, "VSB" },
	{ V4L2_BAND_MODULATION_FM, "FM" },
	{ V4L2_BAND_MODULATION_AM, "AM" },
	{ 0, NULL },
};

const char *tuner_type_name(uint32_t type)
{
	static const char *const names[] = { [V4L2_TUNER_RADIO] = "radio",
					     [V4L2_TUNER_ANALOG_TV] = "analog TV",
					     [V4L2_TUNER_DIGITAL_TV] = "digital TV",
					     [V4L2_TUNER_SDR] = "SDR",
					     [V4L2_TUNER_RF] = "RF" };

	return type < ARRAY_SIZE(names) && names[type] ? names[type] : "unknown";
}

const char *tuner_audio_mode_name(uint32_t mode)
{
	static const char *const names[] = { [V4L2_TUNER_MODE_MONO] = "mono",
					     [V4L2_TUNER_MODE_STEREO] = "stereo",
					     [V4L2_TUNER_MODE_LANG2] = "language 2",
					     [V4L2_TUNER_MODE_LANG1] = "language 1",
					     [V4L2_TUNER_MODE_LANG1_LANG2] = "languages 1 and 2" };

	return mode < ARRAY_SIZE(names) ? names[mode] : "unknown";
}

/* A capability tells the unit of frequencies. */
static double unit_hz(uint32_t capabilities)
{
	return capabilities & V4L2_TUNER_CAP_1HZ ? 1 : capabilities & V4L2_TUNER_CAP_LOW ? 62.5 : 62500;
}

/* A radio transmitter has no queue that would tell its direction. */
bool tuner_is_modulator(const struct device *device)
{
	return device_is_output(device) || device->caps & V4L2_CAP_MODULATOR;
}

static bool get_receiver(struct device *device, uint32_t index, struct tuner *tuner)
{
	struct v4l2_tuner entry = { .index = index };

	if (device_ioctl(device, VIDIOC_G_TUNER, &entry) < 0)
		return false;
	*tuner = (struct tuner){ .type = entry.type,
				 .capabilities = entry.capability,
				 .min_hz = entry.rangelow,
				 .max_hz = entry.rangehigh,
				 .subchannels = entry.rxsubchans,
				 .audio_mode = entry.audmode,
				 .signal = entry.signal,
				 .afc = entry.afc };
	text_add(tuner->name, sizeof tuner->name, "%.32s", (const char *)entry.name);
	return true;
}

static bool get_modulator(struct device *device, uint32_t index, struct tuner *tuner)
{
	struct v4l2_modulator entry = { .index = index };

	if (device_ioctl(device, VIDIOC_G_MODULATOR, &entry) < 0)
		return false;
	*tuner = (struct tuner){ .type = entry.type,
				 .capabilities = entry.capability,
				 .min_hz = entry.rangelow,
				 .max_hz = entry.rangehigh,
				 .subchannels = entry.txsubchans };
	text_add(tuner->name, sizeof tuner->name, "%.32s", (const char *)entry.name);
	return true;
}

bool tuner_get(struct device *device, uint32_t index, struct tuner *tuner)
{
	struct v4l2_frequency frequency = { .tuner = index };
	double unit;

	if (!(tuner_is_modulator(device) ? get_modulator(device, index, tuner)
					 : get_receiver(device, index, tuner)))
		return false;
	text_clean(tuner->name, "");
	unit = unit_hz(tuner->capabilities);
	tuner->min_hz *= unit;
	tuner->max_hz *= unit;
	frequency.type = tuner->type;
	if (device_ioctl(device, VIDIOC_G_FREQUENCY, &frequency) == 0)
		tuner->hz = frequency.frequency * unit;
	return true;
}

int tuner_current(struct device *device)
{
	uint32_t type = device_is_output(device) ? (uint32_t)V4L2_OUTPUT_TYPE_MODULATOR
						 : (uint32_t)V4L2_INPUT_TYPE_TUNER;
	int index = inputs_current(device);
	struct input input;

	return index >= 0 && inputs_get(device, (uint32_t)index, &input) && input.type == type
		       ? (int)input.tuner
		       : -1;
}

int tuner_put(struct device *device, uint32_t index, double hz)
{
	struct v4l2_frequency frequency = { .tuner = index };
	struct tuner tuner;

	if (!tuner_get(device, index, &tuner))
		return -EINVAL;
	frequency.type = tuner.type;
	frequency.frequency = (uint32_t)lround(hz / unit_hz(tuner.capabilities));
	return device_ioctl(device, VIDIOC_S_FREQUENCY, &frequency);
}

int tuner_tune(struct device *device, double hz, bool adjust)
{
	int index = tuner_current(device), err;
	struct tuner tuner;

	if (index < 0) {
		log_error("%s: frequency: the selected %s has no tuner", device->path,
			  device_is_output(device) ? "output" : "input");
		return -ERANGE;
	}
	err = tuner_put(device, (uint32_t)index, hz);
	if (err < 0)
		return device_error(device, "VIDIOC_S_FREQUENCY", err);
	if (!tuner_get(device, (uint32_t)index, &tuner) || tuner.hz <= 0 ||
	    fabs(tuner.hz - hz) <= unit_hz(tuner.capabilities))
		return 0;
	if (adjust) {
		log_info("%s: asked for %.10g MHz, got %.10g", device->path, hz / 1e6, tuner.hz / 1e6);
		return 0;
	}
	log_error("%s: asked for %.10g MHz, got %.10g (of %.10g to %.10g); --adjust accepts what the device "
		  "gives",
		  device->path, hz / 1e6, tuner.hz / 1e6, tuner.min_hz / 1e6, tuner.max_hz / 1e6);
	return -ERANGE;
}

bool tuner_band(struct device *device, const struct tuner *tuner, uint32_t tuner_index, uint32_t index,
		struct tuner_band *band)
{
	struct v4l2_frequency_band entry = { .tuner = tuner_index, .type = tuner->type, .index = index };
	double unit;

	if (device_ioctl(device, VIDIOC_ENUM_FREQ_BANDS, &entry) < 0)
		return false;
	unit = unit_hz(entry.capability);
	*band = (struct tuner_band){ .capabilities = entry.capability,
				     .modulation = entry.modulation,
				     .min_hz = entry.rangelow * unit,
				     .max_hz = entry.rangehigh * unit };
	return true;
}

const char *tuner_audio_name(struct device *device, uint32_t index, char name[TUNER_AUDIO_NAME_MAX])
{
	struct v4l2_audio input = { .index = index };
	struct v4l2_audioout output = { .index = index };
	bool is_output = device_is_output(device);

	if (index >= AUDIO_MAX || (is_output ? device_ioctl(device, VIDIOC_ENUMAUDOUT, &output) < 0
					     : device_ioctl(device, VIDIOC_ENUMAUDIO, &input) < 0))
		return NULL;
	*name = '\0';
	text_add(name, TUNER_AUDIO_NAME_MAX, "%.32s", (const char *)(is_output ? output.name : input.name));
	text_clean(name, "");
	return name;
}

int tuner_audio_current(struct device *device)
{
	struct v4l2_audio input = { 0 };
	struct v4l2_audioout output = { 0 };
	int err;

	if (device_is_output(device)) {
		err = device_ioctl(device, VIDIOC_G_AUDOUT, &output);
		return err < 0 ? -1 : (int)output.index;
	}
	err = device_ioctl(device, VIDIOC_G_AUDIO, &input);
	return err < 0 ? -1 : (int)input.index;
}
