/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rate of a media pipeline, which is set at its sensor and not at the video node. */
#include <errno.h>
#include "base/text.h"
#include "device/controls/controls_set.h"
#include "device/format/frame_rate.h"
#include "device/obstacles.h"
#include "pipeline/pipeline_internal.h"

#define RATES_TEXT_MAX 200

/* The pad of the sensor, or the first one behind it that has a rate. */
static const struct pad *find_paced(const struct pipeline *pipeline, struct v4l2_fract *interval)
{
	for (unsigned i = 0; i < pipeline->route.n; i++) {
		const struct pad *source = pipeline->route.links[i]->source;

		if (entity_is_open(source->entity) && pad_get_interval(source, interval) == 0)
			return source;
	}
	return NULL;
}

void pipeline_save_rate(struct pipeline *pipeline)
{
	if (!pipeline->paced)
		pipeline->paced = find_paced(pipeline, &pipeline->interval_before);
}

static bool same_interval(struct v4l2_fract a, struct v4l2_fract b)
{
	return (uint64_t)a.numerator * b.denominator == (uint64_t)b.numerator * a.denominator;
}

static int set_interval(const struct pad *pad, struct v4l2_fract wanted)
{
	struct v4l2_fract now;
	int err = pad_get_interval(pad, &now);

	return err < 0 || same_interval(now, wanted) ? err : pad_set_interval(pad, &wanted);
}

void pipeline_restore_rate(const struct pipeline *pipeline)
{
	if (pipeline->paced)
		set_interval(pipeline->paced, pipeline->interval_before);
}

struct fraction pipeline_rate(const struct pipeline *pipeline)
{
	struct v4l2_fract interval;

	return find_paced(pipeline, &interval) ? frame_rate_of(&interval) : (struct fraction){ 0, 0 };
}

/* The rate of raw sensors without a frame interval depends on their vertical blanking (kernel documentation,
 * "Using camera sensor drivers"). */
static int report_no_rate(const struct pipeline *pipeline, const char *asked)
{
	struct device *sensor = &pipeline->route.links[0]->source->entity->device;
	struct fraction of_node;

	if (frame_rate_read(pipeline->video, &of_node) == 0 && of_node.den)
		return 0;
	obstacle_report(pipeline->video->path, OBSTACLE_NO_RATE, asked,
			controls_has(sensor, "vertical_blanking")
				? "; --set-ctrl vertical_blanking=LINES sets how fast that is"
				: NULL);
	return -ERANGE;
}

static void add_pad_rates(const struct pad *pad, char *text, size_t size)
{
	struct v4l2_mbus_framefmt format;
	char list[RATES_TEXT_MAX] = "", rate[FRACTION_TEXT_MAX];
	struct fraction fps;

	if (pad_get_format(pad, V4L2_SUBDEV_FORMAT_ACTIVE, &format) < 0)
		return;
	for (uint32_t i = 0; pad_enum_rate(pad, &format, i, &fps); i++)
		text_join(list, sizeof list, ", ", "%s", fraction_text(fps, rate));
	if (*list)
		text_add(text, size, " (rates: %s)", list);
}

static int report_rate(const struct pipeline *pipeline, const char *asked, struct fraction got)
{
	char text[RATES_TEXT_MAX + PAD_TEXT_MAX + 40] = "", pad[PAD_TEXT_MAX], rate[FRACTION_TEXT_MAX];

	text_add(text, sizeof text, "%s fps from %s", fraction_text(got, rate),
		 graph_pad_text(pipeline->paced, pad));
	add_pad_rates(pipeline->paced, text, sizeof text);
	obstacle_report(pipeline->video->path, OBSTACLE_FORMAT_CHANGED, asked, text);
	return -ERANGE;
}

int pipeline_set_rate(struct pipeline *pipeline, const struct negotiate_request *request,
		      struct fraction *got)
{
	const struct fraction fps = request->fps;
	char asked[FRACTION_TEXT_MAX + 8];
	int err;

	pipeline_save_rate(pipeline);
	negotiate_mode_text(0, 0, NULL, fps, asked, sizeof asked);
	*got = (struct fraction){ 0, 0 };
	if (!pipeline->paced)
		return fps.den && !request->adjust ? report_no_rate(pipeline, asked) : 0;
	/* The driver may have changed the rate with the format. */
	err = set_interval(pipeline->paced,
			   fps.den ? (struct v4l2_fract){ fps.den, fps.num } : pipeline->interval_before);
	if (err < 0 && fps.den && err != -ENOTTY && err != -EINVAL)
		return device_error(&pipeline->paced->entity->device, "VIDIOC_SUBDEV_S_FRAME_INTERVAL", err);
	*got = pipeline_rate(pipeline);
	if (!fps.den || request->adjust || fraction_close(fps, *got))
		return 0;
	return report_rate(pipeline, asked, *got);
}
