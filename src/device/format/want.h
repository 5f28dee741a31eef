/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --want: chooses, among the formats, sizes and rates that a device lists, the best for a goal. */
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
	unsigned usb_mbits; /* bus speed of a USB device; 0: other bus, or not known */
	double usb_bytes;   /* bytes per second that the bus carries; 0: not known */
};

/* "size", "fps,1280x720", "size,1280x720,30fps": goal and limits. Returns 0 or -EINVAL, logged. */
int want_parse(const char *text, struct want *want);
/* The best of n modes; the first of equals. NULL: none meets the limits. */
const struct enumerated_mode *want_choose(const struct want *want, const struct enumerated_mode *modes,
					  size_t n);
/* The mode nearest to the limits. NULL: none meets even the user's own choice. */
const struct enumerated_mode *want_nearest(const struct want *want, const struct enumerated_mode *modes,
					   size_t n);
/* Why this mode was chosen, into text[size], which is returned. */
char *want_reason(const struct want *want, const struct enumerated_mode *chosen,
		  const struct enumerated_mode *modes, size_t n, char *text, size_t size);
/* Calls visit with the modes that there are, as enumerate_modes(). */
typedef int want_lister(void *source, const struct negotiate_request *request, enumerate_visit *visit,
			void *opaque);
/* Completes the request with the best mode among those that list(source) has (NULL: the device's own), and
 * logs why. Sets pixelformat to the format's FourCC, and request->pixelformat to pixelformat. Returns 0;
 * -EINVAL for text that cannot be parsed; -ERANGE where no mode meets the limits; or another negative errno,
 * logged. */
int want_apply(struct device *device, want_lister *list, void *source, const char *text,
	       struct negotiate_request *request, char pixelformat[FOURCC_TEXT_MAX]);

#endif
