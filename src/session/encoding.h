/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A node that encodes a recording, or converts its frames: a part of the setup, between the camera's format
 * and its queue. The camera's pool and the node's OUTPUT pool are joined by a link, which shares their
 * buffers where it can.
 */
#ifndef SESSION_ENCODING_H
#define SESSION_ENCODING_H

#include "device/format/negotiate.h"
#include "m2m/m2m_encoder.h"
#include "queue/pool_link.h"
#include "session/frame_converter.h"

struct encoding {
	struct m2m_encoder encoder;
	struct m2m_encoder_options options;
	struct pool_link link;
	bool said_copies;                  /* that the link does, which a stream after the first may do too */
	struct frame_converter converter;  /* frames that the node cannot take as they are */
	char pixelformat[FOURCC_TEXT_MAX]; /* that the camera is asked for; "": its own */
	struct pool_info coded_info;       /* of the CAPTURE pool, once it was closed */
};

/* Whether it is a converter, whose frames are raw as the camera's. */
static inline bool encoding_converts(const struct encoding *encoding)
{
	return encoding->encoder.m2m.conversion.job == JOB_CONVERTER;
}

/* Opens the node, and asks in *request for a format that both have, unless the user did. Returns 0 or a
 * negative errno, logged, of m2m_encoder_open(). */
int encoding_open(struct encoding **encoding, const struct m2m_encoder_options *options,
		  struct device *camera, struct negotiate_request *request);
/* Opens the node again that m2m_encoder_close_keeping_name() has closed. Returns 0 or a negative errno,
 * logged. */
int encoding_reopen(struct encoding *encoding, const struct m2m_encoder_options *options);
/* Closes its pools too, before which the camera's must be stopped. Takes NULL. */
void encoding_close(struct encoding *encoding);

/* Sets it up for the camera's format. Returns 0 or a negative errno, logged, of m2m_encoder_set(). */
int encoding_set(struct encoding *encoding, const struct video_format *camera);
/* Chooses how frames get into the node, for the camera's pool to be opened with link.from_options, in place
 * of the io mode and memory that are asked for here. Returns 0 or a negative errno, logged. */
int encoding_choose_link(struct encoding *encoding, struct device *camera, const struct video_format *format,
			 const char *io, const char *import_from);
/* Opens both pools of the node and joins them to the camera's, then configures them once that has asked for
 * n_camera buffers. Return 0 or a negative errno, logged. */
int encoding_open_pools(struct encoding *encoding, struct pool *camera, uint64_t memory_limit);
int encoding_configure(struct encoding *encoding, uint32_t n_camera);
/* How many of the camera's buffers the node may have at a time. */
uint32_t encoding_raw_buffers(const struct encoding *encoding);
void encoding_close_pools(struct encoding *encoding);

#endif
