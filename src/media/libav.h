/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Routes the FFmpeg libraries' log into the program's own, and hides differences between their versions.
 * libav explains a failure in its log and returns a bare error code, so the last error line of each thread
 * is kept for the one message that users see.
 */
#ifndef MEDIA_LIBAV_H
#define MEDIA_LIBAV_H

#include <stdbool.h>
#include <stdint.h>
#include <libavcodec/bsf.h>
#include <libavcodec/codec_desc.h>
#include <libavformat/version.h>

/* What an AVIOContext's write callback takes: const since libavformat 61. */
#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t avio_write_data;
#else
typedef uint8_t avio_write_data;
#endif

/* Installs the log callback. Call it before anything else of libav; safe to repeat, from any thread. */
void libav_init(void);

/* The last error line that libav logged in this thread since libav_clear_error(), or err_str(err) if there
 * is none. Valid until libav logs again in this thread. */
const char *libav_err_str(int err);
void libav_clear_error(void);
/* Logs why an address cannot be opened. */
void libav_log_address_error(const char *name, int err);
/* The same line, but only if this object (an AVClass context) logged it; NULL otherwise. */
const char *libav_error_from(const void *object);

/* For an address, scheme://…, whose protocol libavformat does not support in this direction: logs that and
 * returns -EPROTONOSUPPORT. Otherwise 0; "file:" is a protocol too. */
int libav_check_protocol(const char *url, bool output);

/* While set, libav's messages in this thread are discarded: for attempts that are expected to fail. Returns
 * the previous setting. */
bool libav_mute(bool mute);

/* A free() for av_buffer_create() that frees nothing, for memory that the reference does not own. */
void libav_keep_memory(void *opaque, uint8_t *data);

/* Whether each of its pictures is decoded by itself; false of an unknown codec. */
bool libav_is_intra_only(enum AVCodecID codec);

/* Allocates and initialises a bitstream filter for such a stream. 0 or a negative errno, not logged; the
 * caller frees *bsf in any case. */
int libav_bsf_open(AVBSFContext **bsf, const AVBitStreamFilter *filter, const AVCodecParameters *par,
		   AVRational time_base);

#endif
