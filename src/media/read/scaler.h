/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A decoded picture into a blank one of the target. Copied where nothing else is to be done; else
 * converted, scaled and placed in one pass of libswscale, straight into the blank's memory.
 */
#ifndef MEDIA_READ_SCALER_H
#define MEDIA_READ_SCALER_H

#include "media/converter.h"
#include "media/read/crop.h"
#include "media/read/reader.h"

/* All zero before fit_open(); fit_close() takes a half-open one. */
struct fit {
	struct reader_target target;
	struct picture_layout layout;
	enum AVPixelFormat av; /* the target's */
	struct converter converter;
	AVFrame *from, *to; /* parts of pictures, as they are handed to the converter */
	struct crop place;  /* of pictures like the last one: */
	struct frame_shape last;
	AVRational last_aspect;
};

/* The target must be one of raw pictures. 0, -ERANGE or -ENOMEM, logged. */
int fit_open(struct fit *fit, const struct reader_target *target);
void fit_close(struct fit *fit);

/* Whether pictures of this kind are to be neither converted nor moved about. Safe from any thread. */
bool fit_is_idle(const struct fit *fit, struct frame_shape picture, enum AVColorRange range,
		 enum AVColorSpace matrix);
/* Whether pictures of this kind can be shown at all: 0, or -ERANGE, logged. */
int fit_check(struct fit *fit, struct frame_shape picture, AVRational aspect);
/* Draws a decoded picture into a blank and sets its payloads and copied_bytes. 0 or a negative errno, logged.
 */
int fit_draw(struct fit *fit, const AVFrame *frame, struct frame *blank);

/* Whether each plane of the blank has memory enough. Safe from any thread. */
bool fit_has_room(const struct fit *fit, const struct frame *blank);
/* Where a picture's planes lie in a blank, in libavutil's order. Safe from any thread. */
void fit_planes(const struct fit *fit, const struct frame *blank, uint8_t *data[4], int linesize[4]);
/* Whether the picture lies in the blank, just as it is to. Safe from any thread. */
bool fit_lies_in(const struct fit *fit, const struct frame *blank, const AVFrame *frame);
void fit_set_payload(const struct fit *fit, struct frame *picture);

/* The same samples whatever their name says of the range: yuvj420p is yuv420p. */
enum AVPixelFormat fit_plain_format(enum AVPixelFormat format);

#endif
