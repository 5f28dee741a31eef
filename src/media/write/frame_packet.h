/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes AVPackets (to be muxed or decoded) and AVFrames (to be encoded) of a device's frames. */
#ifndef MEDIA_WRITE_FRAME_PACKET_H
#define MEDIA_WRITE_FRAME_PACKET_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include "base/video_format.h"
#include "media/write/weaver.h"

/* For frames of one format. Zero-initialise. */
struct frame_packet {
	struct video_format format;   /* of the pictures: of whole frames where fields are woven */
	struct picture_layout layout; /* raw frames only */
	bool raw;                     /* the format has an AVPixelFormat: neither compressed nor unknown */
	bool weaves;                  /* the fields of a frame are separate and must be woven */
	struct weaver weaver;
	bool started;       /* a packet was made */
	AVBufferPool *pool; /* for frames that must be copied */
	size_t pool_bytes;  /* size of its buffers */
};

/* -EINVAL for a raw format whose sizes contradict each other, logged. */
int frame_packet_open(struct frame_packet *fp, const struct video_format *format);
void frame_packet_close(struct frame_packet *fp);

/* Determines the field order from a frame that came in two buffers. Returns whether it differs from the
 * format's, which it then replaces. */
bool frame_packet_set_field_order(struct frame_packet *fp, const struct frame *frame);

/* Fills in data, size and buf of an empty packet. The packet references the frame's memory if that has the
 * bytes that a muxer expects (one plane, no padding, libavutil's layout); otherwise they are copied, which
 * adds to frame->copied_bytes. The first packet starts with the parameter sets if the frame does not contain
 * them. 0, -ENOMEM, or -EINVAL, logged, for a frame that is shorter than its picture. */
int frame_packet_make(struct frame_packet *fp, struct frame *frame, AVPacket *packet);

/* Why frame_packet_make() copies each frame, as text; NULL: it does not. */
const char *frame_packet_copies(const struct frame_packet *fp);

/* Makes an empty AVFrame a raw frame. It references the frame's memory if libav can use that in place;
 * aligned: by SIMD instructions, too, which read past the end of a row and of the picture. Otherwise it is a
 * copy. Errors as above. */
int frame_packet_make_avframe(struct frame_packet *fp, struct frame *frame, bool aligned, AVFrame *out);

enum AVFieldOrder frame_packet_field_order(const struct video_format *format);
/* Fills in the codec parameters of the format for muxers and codecs: size, pixel format, colours, field
 * order. */
void frame_packet_codecpar(const struct video_format *format, AVCodecParameters *par);

#endif
