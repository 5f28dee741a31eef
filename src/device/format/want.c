/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --want: the format, size and rate, of those that a device lists, that serve a wish best. */
#include "device/format/want.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"
#include "base/log.h"
#include "base/machine_root.h"
#include "base/text.h"
#include "base/units.h"
#include "device/format/enumerate.h"
#include "device/format/format_details.h"
#include "device/nodes/hardware.h"
#include "device/nodes/usb.h"

#define USABLE_FPS 15

static const char *const goals[] = {
	[WANT_FPS] = "fps",
	[WANT_SIZE] = "size",
	[WANT_QUALITY] = "quality",
};

static bool parse_goal(const char *text, struct want *want)
{
	for (size_t i = 0; i < ARRAY_SIZE(goals); i++) {
		if (strcmp(text, goals[i]) == 0) {
			want->goal = (enum want_goal)i;
			return true;
		}
	}
	return false;
}

static bool parse_limit(char *text, struct want *want)
{
	size_t length = strlen(text);

	if (parse_size(text, &want->min_width, &want->min_height) == 0)
		return true;
	if (length > 3 && strcmp(text + length - 3, "fps") == 0)
		text[length - 3] = '\0';
	return parse_rate(text, &want->min_fps) == 0;
}

int want_parse(const char *text, struct want *want)
{
	char *copy = strdup(text), *rest = copy, *part;
	bool valid;

	if (!copy)
		return log_no_memory();
	valid = parse_goal(strsep(&rest, ","), want);
	while (valid && (part = strsep(&rest, ",")))
		valid = parse_limit(part, want);
	free(copy);
	if (valid)
		return 0;
	log_error("--want '%s': expected fps, size or quality, and limits such as 1280x720 or 30fps after "
		  "commas",
		  text);
	return -EINVAL;
}

static const AVPixFmtDescriptor *describe(const struct enumerated_mode *mode)
{
	const struct pixfmt *pix = pixfmt_by_fourcc(mode->fourcc);

	return pix && pix->codec == AV_CODEC_ID_RAWVIDEO ? av_pix_fmt_desc_get(pix->av) : NULL;
}

/* Bytes per second; 0 for compressed frames, or if it is not known. */
static double load(const struct enumerated_mode *mode)
{
	const AVPixFmtDescriptor *desc = describe(mode);

	return desc ? (double)mode->width * mode->height * av_get_padded_bits_per_pixel(desc) / 8 *
			       fraction_value(mode->fps)
		    : 0;
}

static double ratio(double has, double wants)
{
	return wants > 0 && has < wants ? has / wants : 1;
}

/* 1 where the mode meets all limits, less the further it is from them; 0 where it contradicts the user's own
 * choice. */
static double fit_of_mode(const struct want *want, const struct enumerated_mode *mode)
{
	bool listed = want->n_fourccs == 0;

	for (unsigned i = 0; i < want->n_fourccs; i++)
		listed |= want->fourccs[i] == mode->fourcc;
	if (!listed || (want->width && (mode->width != want->width || mode->height != want->height)) ||
	    (want->fps.den && mode->fps.den && !fraction_close(mode->fps, want->fps)))
		return 0;
	return ratio(mode->width, want->min_width) * ratio(mode->height, want->min_height) *
	       ratio(fraction_value(mode->fps) * 1.01, fraction_value(want->min_fps)) *
	       (want->usb_bytes > 0 ? ratio(want->usb_bytes, load(mode)) : 1);
}

/* Ranks how much quality a format loses: none, independently compressed frames, others. */
static double faithfulness(const struct enumerated_mode *mode)
{
	const struct pixfmt *pix = pixfmt_by_fourcc(mode->fourcc);

	if (describe(mode))
		return 3;
	return pix && pix->codec == AV_CODEC_ID_MJPEG ? 2 : mode->compressed ? 1 : 0;
}

enum criterion { BY_FPS, BY_AREA, BY_FAITH, BY_BITS, BY_USABLE, N_CRITERIA };

static void judge_mode(const struct enumerated_mode *mode, double values[N_CRITERIA])
{
	const AVPixFmtDescriptor *desc = describe(mode);

	values[BY_FPS] = fraction_value(mode->fps);
	values[BY_AREA] = (double)mode->width * mode->height;
	values[BY_FAITH] = faithfulness(mode);
	values[BY_BITS] = desc ? av_get_bits_per_pixel(desc) : 0;
	values[BY_USABLE] = values[BY_FPS] >= USABLE_FPS / 1.01;
}

static bool is_better(enum want_goal goal, const struct enumerated_mode *a, const struct enumerated_mode *b)
{
	static const enum criterion orders[][N_CRITERIA] = {
		[WANT_FPS] = { BY_FPS, BY_AREA, BY_FAITH, BY_BITS, BY_USABLE },
		[WANT_SIZE] = { BY_AREA, BY_FPS, BY_FAITH, BY_BITS, BY_USABLE },
		[WANT_QUALITY] = { BY_USABLE, BY_FAITH, BY_AREA, BY_BITS, BY_FPS },
	};
	double of_a[N_CRITERIA], of_b[N_CRITERIA];

	judge_mode(a, of_a);
	judge_mode(b, of_b);
	for (size_t i = 0; i < N_CRITERIA; i++) {
		enum criterion by = orders[goal][i];

		if (of_a[by] < of_b[by] || of_a[by] > of_b[by])
			return of_a[by] > of_b[by];
	}
	return false;
}

const struct enumerated_mode *want_choose(const struct want *want, const struct enumerated_mode *modes,
					  size_t n)
{
	const struct enumerated_mode *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (fit_of_mode(want, &modes[i]) >= 1 && (!best || is_better(want->goal, &modes[i], best)))
			best = &modes[i];
	return best;
}

const struct enumerated_mode *want_nearest(const struct want *want, const struct enumerated_mode *modes,
					   size_t n)
{
	const struct enumerated_mode *nearest = NULL;

	for (size_t i = 0; i < n; i++)
		if (fit_of_mode(want, &modes[i]) > (nearest ? fit_of_mode(want, nearest) : 0))
			nearest = &modes[i];
	return nearest;
}

static void add_mode_text(const struct enumerated_mode *mode, char *text, size_t size)
{
	char name[FOURCC_TEXT_MAX];

	text_add(text, size, "%s", fourcc_text(mode->fourcc, name));
	if (mode->width)
		text_add(text, size, " %ux%u", mode->width, mode->height);
	if (mode->fps.den)
		text_add(text, size, " at %s fps", PLAIN_NUMBER(fraction_value(mode->fps), 4));
}

static void add_load(const struct want *want, const struct enumerated_mode *mode, char *text, size_t size)
{
	text_add(text, size, " would need %s MB/s, its endpoint of USB at %u Mbit/s carries %s",
		 PLAIN_NUMBER(load(mode) / 1e6, 3), want->usb_mbits, PLAIN_NUMBER(want->usb_bytes / 1e6, 3));
}

/* Counts the modes within the limits; `nearly`: those that meet at least the user's own choice. */
static size_t count_fitting(const struct want *want, const struct enumerated_mode *modes, size_t n,
			    bool nearly)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		double fit = fit_of_mode(want, &modes[i]);

		count += fit >= 1 || (nearly && fit > 0);
	}
	return count;
}

char *want_reason(const struct want *want, const struct enumerated_mode *chosen,
		  const struct enumerated_mode *modes, size_t n, char *text, size_t size)
{
	struct want unbounded = *want;
	const struct enumerated_mode *other;

	unbounded.usb_bytes = 0;
	other = want_choose(&unbounded, modes, n);
	*text = '\0';
	add_mode_text(chosen, text, size);
	if (other && other != chosen) {
		text_add(text, size, " (");
		add_mode_text(other, text, size);
		add_load(want, other, text, size);
		text_add(text, size, ")");
	} else {
		size_t fitting = count_fitting(want, modes, n, false);

		text_add(text, size, fitting > 1 ? ", the best of %zu modes" : ", the only mode", fitting);
	}
	return text;
}

struct mode_list {
	struct enumerated_mode *modes;
	size_t n, capacity;
};

static int append_mode(void *opaque, const void *entry)
{
	const struct enumerated_mode *mode = entry;
	struct mode_list *list = opaque;

	if (list->n == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 64;
		struct enumerated_mode *grown = reallocarray(list->modes, capacity, sizeof *grown);

		if (!grown)
			return log_no_memory();
		list->modes = grown;
		list->capacity = capacity;
	}
	list->modes[list->n++] = *mode;
	return 0;
}

static bool same_mode(const struct enumerated_mode *a, const struct enumerated_mode *b)
{
	return a->fourcc == b->fourcc && a->width == b->width && a->height == b->height &&
	       a->fps.num == b->fps.num && a->fps.den == b->fps.den;
}

/* Several settings of a pipeline may give the same mode; a device lists each once, but may list thousands. */
static int append_new_mode(void *opaque, const void *entry)
{
	const struct mode_list *list = opaque;

	for (size_t i = 0; i < list->n; i++)
		if (same_mode(&list->modes[i], entry))
			return 0;
	return append_mode(opaque, entry);
}

static int report_nothing(const struct device *device, const char *wish, const struct want *want,
			  const struct mode_list *list)
{
	const struct enumerated_mode *nearest = want_nearest(want, list->modes, list->n);
	char text[200] = "";

	if (!nearest) {
		log_error("%s: --want %s: none of its %zu modes has the size, pixel format and rate that "
			  "were asked for",
			  device->name, wish, list->n);
		return -ERANGE;
	}
	add_mode_text(nearest, text, sizeof text);
	if (want->usb_bytes > 0 && load(nearest) > want->usb_bytes) {
		text_add(text, sizeof text, ", which");
		add_load(want, nearest, text, sizeof text);
	}
	log_error("%s: --want %s: none of %zu modes meets it; nearest: %s", device->name, wish,
		  count_fitting(want, list->modes, list->n, true), text);
	return -ERANGE;
}

/* The most bytes per second that a device can send; 0: not known. USB 2.0 bulk transfers fill 13 packets of
 * 512 bytes a microframe (specification 2.0, table 5-10; at full speed 19 packets of 64 bytes a frame, table
 * 5-9). USB 3: 3 bursts of 16 packets of 1024 bytes each 125 us (specification 3.2, isochronous transfers),
 * twice that at 10 Gbit/s. */
static double usb_bytes(const struct hardware *hardware)
{
	static const struct {
		unsigned mbits;
		double bytes;
	} rows[] = {
		{ 12, 19 * 64 * 1e3 },
		{ 480, 13 * 512 * 8e3 },
		{ 5000, 3 * 16 * 1024 * 8e3 },
		{ 10000, 2 * 3 * 16 * 1024 * 8e3 },
	};
	struct usb_alternates alternates;

	usb_alternates(hardware, &alternates);
	if (alternates.n)
		return alternates.most;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].mbits == hardware->usb_mbits)
			return rows[i].bytes;
	return 0;
}

/* Adds the limits of the user's own choice, and of the bus. */
static void restrict_to(struct want *want, const struct device *device,
			const struct negotiate_request *request)
{
	struct hardware hardware;

	want->width = request->width;
	want->height = request->height;
	want->fps = request->fps;
	if (request->pixelformat)
		want->n_fourccs =
			pixfmt_parse(request->pixelformat, want->fourccs, ARRAY_SIZE(want->fourccs));
	if (!hardware_of_path(machine_root(), device->path, &hardware))
		return;
	want->usb_mbits = hardware.usb_mbits;
	want->usb_bytes = usb_bytes(&hardware);
}

/* Whether the driver lets the rate be set: else a listed rate cannot be requested. */
static bool sets_rate(struct device *device)
{
	struct stream_details stream;

	format_details_get_stream(device, &stream);
	return stream.sets_rate;
}

static void take(const struct enumerated_mode *mode, bool with_rate, struct negotiate_request *request,
		 char pixelformat[FOURCC_TEXT_MAX])
{
	request->width = mode->width;
	request->height = mode->height;
	if (mode->fps.den && !request->fps.den && with_rate)
		request->fps = mode->fps;
	if (!request->pixelformat)
		request->pixelformat = fourcc_text(mode->fourcc, pixelformat);
}

int want_apply(struct device *device, want_lister *lister, void *source, const char *text,
	       struct negotiate_request *request, char pixelformat[FOURCC_TEXT_MAX])
{
	struct want want = { .goal = WANT_FPS };
	struct mode_list list = { .n = 0 };
	const struct enumerated_mode *chosen;
	char reason[200];
	int err = want_parse(text, &want);

	if (err < 0)
		return err;
	restrict_to(&want, device, request);
	err = lister ? lister(source, request, append_new_mode, &list)
		     : enumerate_modes(device, request->width, request->height, request->fps, append_mode,
				       &list);
	chosen = err < 0 ? NULL : want_choose(&want, list.modes, list.n);
	if (chosen) {
		take(chosen, lister || sets_rate(device), request, pixelformat);
		log_info("want %s: %s", text,
			 want_reason(&want, chosen, list.modes, list.n, reason, sizeof reason));
	} else if (err == 0) {
		err = report_nothing(device, text, &want, &list);
	} else if (err != -ENOMEM) {
		log_error("%s: reading the list of formats: %s", device->name, err_str(err));
	}
	free(list.modes);
	return err;
}
