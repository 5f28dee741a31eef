/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The nodes that encode a recording, or convert its frames: the part of the setup between the camera's format
 * and its queue. They form a chain: frames go from the camera to the first node, and from each to the next. A
 * pool_link joins the pool of the frames and the node's OUTPUT pool, and lets them share buffers where
 * possible.
 */
#ifndef SESSION_ENCODING_H
#define SESSION_ENCODING_H

#include "device/format/negotiate.h"
#include "m2m/m2m_encoder.h"
#include "queue/pool_link.h"
#include "session/frame_converter.h"

#define ENCODING_NODES_MAX 2u

/* One of the nodes. "Camera" below means the source of its frames, which is the device for the first node. */
struct encoding {
	struct encoding *next; /* NULL: its output goes to the file */
	struct m2m_encoder encoder;
	struct m2m_encoder_options options;
	struct pool_link link;
	bool said_copies; /* the copies by the link were logged; a later stream may use it again */
	struct frame_converter converter;  /* for frames in a format that the node does not take */
	char pixelformat[FOURCC_TEXT_MAX]; /* requested of the camera or the previous node; "": its own */
	struct pool_info coded_info;       /* of the CAPTURE pool after it was closed */
};

/* Whether it is a converter, whose output is raw. */
static inline bool encoding_converts(const struct encoding *encoding)
{
	return encoding->encoder.m2m.conversion.job == JOB_CONVERTER;
}

/* The node whose frames go to the file. */
static inline struct encoding *encoding_last(struct encoding *encoding)
{
	while (encoding->next)
		encoding = encoding->next;
	return encoding;
}

/* All functions take the first node and work on the whole chain, except encoding_reopen() and
 * encoding_raw_buffers(). */

/* Opens the nodes that are not open, and sets a format in *request that camera and node have in common,
 * unless the user chose one. Returns 0 or a negative errno, logged, of m2m_encoder_open(). */
int encoding_open(struct encoding **first, const struct m2m_encoder_options *options, unsigned n_options,
		  struct device *camera, struct negotiate_request *request);
/* Opens a node again that m2m_encoder_close_keeping_name() has closed. Returns 0 or a negative errno, logged.
 */
int encoding_reopen(struct encoding *encoding);
/* Also closes the pools; the camera's must have been stopped. Takes NULL. */
void encoding_close(struct encoding *first);

/* Sets the nodes up for the camera's format. Returns 0 or a negative errno, logged, of m2m_encoder_set(). */
int encoding_set(struct encoding *first, const struct video_format *camera);
/* Chooses how frames get to the nodes. The camera's pool must then be opened with link.from_options, in place
 * of the io mode and memory passed here. Returns 0 or a negative errno, logged. */
int encoding_choose_link(struct encoding *first, struct device *camera, const struct video_format *format,
			 const char *io, const char *import_from);
/* The first opens the nodes' pools and joins them to the camera's; the second configures them, after n_camera
 * buffers were requested for the camera. Return 0 or a negative errno, logged. */
int encoding_open_pools(struct encoding *first, struct pool *camera, uint64_t memory_limit);
int encoding_configure(struct encoding *first, uint32_t n_camera);
/* The most of the camera's buffers that the node holds. */
uint32_t encoding_raw_buffers(const struct encoding *encoding);
void encoding_close_pools(struct encoding *first);

#endif
