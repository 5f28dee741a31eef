/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an untrusted file may not have done. */
#include "media/read/limits.h"

#include <errno.h>
#include <unistd.h>
#include <libavutil/avstring.h>
#include <libavutil/mem.h>
#include "base/array.h"
#include "base/log.h"

/* A demuxer trusts the lengths that it finds, and asks for so much memory in one piece. */
#define MAX_ALLOCATION_BYTES ((size_t)1200 << 20)
#define MAX_STREAMS 128

/* Looking around in a stream: one raw picture and what stands before it is enough where the container says
 * what it holds. */
#define STREAMING_PROBE_BYTES (512 << 10)
#define STREAMING_PROBE_US 500000

/* The largest moving pictures that there are, of 8192 columns, with all references that H.264 may keep, take
 * less than the upper one. */
#define MIN_PICTURE_BYTES (INT64_C(512) << 20)
#define MAX_PICTURE_BYTES (INT64_C(2) << 30)

/* Demuxers that do not stay with the bytes they are given. Those that open the url themselves carry
 * AVFMT_NOFILE, which says it once for all. */
static const struct {
	const char *names, *reason;
} wanderers[] = {
	{ "hls,applehttp", "a playlist of other files or addresses" },
	{ "dash", "a playlist of other files or addresses" },
	{ "concat,ffconcat", "a list of other files" },
	{ "imf", "a list of other files" },
	{ "sdp,rtp,sap", "a description of addresses to listen to" },
	{ "rtsp", "an address that names others" },
	{ "webm_dash_manifest", "one part of a playlist" },
	{ "image2,alias_pix,brender_pix", "a pattern of file names" },
	{ "avisynth,avs_script,vapoursynth", "a program that is run" },
	{ "lavfi", "a program that is run" },
	{ "vobsub", "an index to another file" },
};

int guard_container(const AVInputFormat *format, const char *path)
{
	const char *reason = format->flags & AVFMT_NOFILE ? "a demuxer that opens files by itself" : NULL;

	for (size_t i = 0; i < ARRAY_SIZE(wanderers); i++) {
		if (av_match_name(format->name, wanderers[i].names))
			reason = wanderers[i].reason;
	}
	if (!reason)
		return 0;
	log_error("%s: refused, as %s is %s: --allow-playlists lets it through", path, format->name, reason);
	return -EPERM;
}

/* For the demuxers that nobody thought of. */
static int refuse_to_open(struct AVFormatContext *context, AVIOContext **avio, const char *url, int flags,
			  AVDictionary **options)
{
	(void)avio;
	(void)flags;
	(void)options;
	log_warn("%s: wants to open %s, which is refused: --allow-playlists lets it through",
		 context->url ? context->url : "the file", url);
	return -EPERM;
}

int guard_context(AVFormatContext *context, const char *protocols, bool playlists, bool streaming)
{
	av_max_alloc(MAX_ALLOCATION_BYTES);
	if (!(context->protocol_whitelist =
		      playlists ? av_asprintf("%s,crypto,data", protocols) : av_strdup(protocols)))
		return -ENOMEM;
	if (!playlists)
		context->io_open = refuse_to_open;
	context->max_streams = MAX_STREAMS;
	if (streaming) {
		context->probesize = STREAMING_PROBE_BYTES;
		context->max_analyze_duration = STREAMING_PROBE_US;
	}
	return 0;
}

int64_t guard_picture_bytes(void)
{
	int64_t half = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / 2;

	return half < MIN_PICTURE_BYTES   ? MIN_PICTURE_BYTES
	       : half > MAX_PICTURE_BYTES ? MAX_PICTURE_BYTES
					  : half;
}
