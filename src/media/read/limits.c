/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits on untrusted input. */
#include "media/read/limits.h"

#include <errno.h>
#include <unistd.h>
#include <libavutil/avstring.h>
#include <libavutil/mem.h>
#include "base/array.h"
#include "base/log.h"

/* av_max_alloc(): a demuxer allocates what a length field in the file says. */
#define MAX_ALLOCATION_BYTES ((size_t)1200 << 20)
#define MAX_STREAMS 128

/* Enough for the headers and one raw frame of 640x480, with which containers of live streams begin. */
#define LIVE_PROBE_BYTES (512 << 10)
#define LIVE_PROBE_US 500000

/* More than all reference frames that H.264 allows at 8192 columns. */
#define MIN_FRAME_BYTES (INT64_C(512) << 20)
#define MAX_FRAME_BYTES (INT64_C(2) << 30)

/* Demuxers that open further files or addresses. Those that open the URL themselves have AVFMT_NOFILE set and
 * need no row. */
static const struct {
	const char *names, *reason;
} openers[] = {
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

int limits_check_demuxer(const AVInputFormat *format, const char *path)
{
	const char *reason = format->flags & AVFMT_NOFILE ? "a demuxer that opens files by itself" : NULL;

	for (size_t i = 0; i < ARRAY_SIZE(openers); i++) {
		if (av_match_name(format->name, openers[i].names))
			reason = openers[i].reason;
	}
	if (!reason)
		return 0;
	log_error("%s: refused: %s is %s; --allow-playlists permits it", path, format->name, reason);
	return -EPERM;
}

/* AVFormatContext.io_open, for demuxers that the table lacks. */
static int refuse_io_open(struct AVFormatContext *context, AVIOContext **avio, const char *url, int flags,
			  AVDictionary **options)
{
	(void)avio;
	(void)flags;
	(void)options;
	log_warn("%s: opening %s is refused; --allow-playlists permits it",
		 context->url ? context->url : "the file", url);
	return -EPERM;
}

int limits_apply(AVFormatContext *context, const char *protocols, bool allow_playlists, bool live)
{
	av_max_alloc(MAX_ALLOCATION_BYTES);
	context->protocol_whitelist =
		allow_playlists ? av_asprintf("%s,crypto,data", protocols) : av_strdup(protocols);
	if (!context->protocol_whitelist)
		return -ENOMEM;
	if (!allow_playlists)
		context->io_open = refuse_io_open;
	context->max_streams = MAX_STREAMS;
	if (live) {
		context->probesize = LIVE_PROBE_BYTES;
		context->max_analyze_duration = LIVE_PROBE_US;
	}
	return 0;
}

int64_t limits_frame_bytes(void)
{
	int64_t half = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / 2;

	return half < MIN_FRAME_BYTES ? MIN_FRAME_BYTES : half > MAX_FRAME_BYTES ? MAX_FRAME_BYTES : half;
}
