/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The nodes that encode a recording, or convert its frames: a part of the setup, between the camera's format
 * and its queue. They are a chain: frames go from the camera to the first, and from each to the next. The
 * pool that gives the frames and the node's OUTPUT pool are joined by a link, which shares their buffers
 * where it can.
 */
#ifndef SESSION_ENCODING_H
#define SESSION_ENCODING_H

#include "device/format/negotiate.h"
#include "m2m/m2m_encoder.h"
#include "queue/pool_link.h"
#include "session/frame_converter.h"

#define ENCODING_NODES_MAX 2u

/* One of the nodes. "camera" below is what gives it frames, which the first gets from the device. */
struct encoding {
	struct encoding *next; /* NULL: what it makes goes to the file */
	struct m2m_encoder encoder;
	struct m2m_encoder_options options;
	struct pool_link link;
	bool said_copies;                  /* that the link does, which a stream after the first may do too */
	struct frame_converter converter;  /* frames that the node cannot take as they are */
	char pixelformat[FOURCC_TEXT_MAX]; /* that the camera or the node before is asked for; "": its own */
	struct pool_info coded_info;       /* of the CAPTURE pool, once it was closed */
};

/* Whether it is a converter, whose frames are raw as the camera's. */
static inline bool encoding_converts(const struct encoding *encoding)
{
	return encoding->encoder.m2m.conversion.job == JOB_CONVERTER;
}

/* The one whose frames go to the file. */
static inline struct encoding *encoding_last(struct encoding *encoding)
{
	while (encoding->next)
		encoding = encoding->next;
	return encoding;
}

/* All take the first node, and work on the whole chain, but for encoding_reopen() and
 * encoding_raw_buffers(). */

/* Opens those that are not open yet, and asks in *request for a format that camera and node have, unless the
 * user did. Returns 0 or a negative errno, logged, of m2m_encoder_open(). */
int encoding_open(struct encoding **first, const struct m2m_encoder_options *options, unsigned n_options,
		  struct device *camera, struct negotiate_request *request);
/* Opens the node again that m2m_encoder_close_keeping_name() has closed. Returns 0 or a negative errno,
 * logged. */
int encoding_reopen(struct encoding *encoding);
/* Closes the pools too, before which the camera's must be stopped. Takes NULL. */
void encoding_close(struct encoding *first);

/* Sets them up for the camera's format. Returns 0 or a negative errno, logged, of m2m_encoder_set(). */
int encoding_set(struct encoding *first, const struct video_format *camera);
/* Chooses how frames get into the nodes, for the camera's pool to be opened with link.from_options, in place
 * of the io mode and memory that are asked for here. Returns 0 or a negative errno, logged. */
int encoding_choose_link(struct encoding *first, struct device *camera, const struct video_format *format,
			 const char *io, const char *import_from);
/* Opens the pools of the nodes and joins them to the camera's, then configures them once that has asked for
 * n_camera buffers. Return 0 or a negative errno, logged. */
int encoding_open_pools(struct encoding *first, struct pool *camera, uint64_t memory_limit);
int encoding_configure(struct encoding *first, uint32_t n_camera);
/* How many of the camera's buffers the node may have at a time. */
uint32_t encoding_raw_buffers(const struct encoding *encoding);
void encoding_close_pools(struct encoding *first);

#endif
