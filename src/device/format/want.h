/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --want: the format, size and rate, of those that a device lists, that serve a wish best. */
#ifndef DEVICE_FORMAT_WANT_H
#define DEVICE_FORMAT_WANT_H

#include "device/format/enumerate.h"
#include "device/format/negotiate.h"

enum want_goal { WANT_FPS, WANT_SIZE, WANT_QUALITY };

struct want {
	enum want_goal goal;
	uint32_t min_width, min_height; /* 0: any */
	struct fraction min_fps;        /* 0/0: any */
	/* The user's own choice; 0: any. */
	uint32_t width, height;
	struct fraction fps;
	uint32_t fourccs[8];
	unsigned n_fourccs;
	unsigned usb_mbits; /* what frames come through; 0: no USB, or not known */
	double usb_bytes;   /* a second that it carries; 0: not known */
};

/* "size", "fps,1280x720", "size,1280x720,30fps": goal and limits. Returns 0 or -EINVAL, logged. */
int want_parse(const char *text, struct want *want);
/* The best of n modes, NULL: none meets the limits. The first of equals wins. */
const struct enumerated_mode *want_choose(const struct want *want, const struct enumerated_mode *modes,
					  size_t n);
/* The one that misses them least; NULL: not one is within the user's own choice. */
const struct enumerated_mode *want_nearest(const struct want *want, const struct enumerated_mode *modes,
					   size_t n);
/* Why it is this one, into text[size], which is returned. */
char *want_reason(const struct want *want, const struct enumerated_mode *chosen,
		  const struct enumerated_mode *modes, size_t n, char *text, size_t size);
/* Calls visit with the modes that there are, as enumerate_modes(). */
typedef int want_lister(void *source, const struct negotiate_request *request, enumerate_visit *visit,
			void *opaque);
/* Fills in what the request leaves open as the wish asks for, of the modes that list(source) has, NULL: the
 * device itself, and says why; pixelformat is where request->pixelformat is then. Returns 0, -EINVAL for text
 * that is no wish, -ERANGE where nothing that the device lists meets it, or another negative errno, logged.
 */
int want_apply(struct device *device, want_lister *list, void *source, const char *text,
	       struct negotiate_request *request, char pixelformat[FOURCC_TEXT_MAX]);

#endif
