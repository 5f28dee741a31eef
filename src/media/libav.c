/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Routes the FFmpeg libraries' log into the program's own. */
#include "media/libav.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <libavformat/avio.h>
#include <libavutil/log.h>
#include "base/log.h"

#define LINE_MAX_BYTES 512

/* libav may log one line in several calls; threads must not mix theirs. */
static _Thread_local struct {
	char line[LINE_MAX_BYTES], error[LINE_MAX_BYTES];
	const void *error_object; /* the context that logged `error` */
	bool muted;
} local;

static void log_callback(void *object, int level, const char *format, va_list args)
{
	const AVClass *class = object ? *(AVClass **)object : NULL;
	size_t used = strlen(local.line), length;

	if (local.muted || level > AV_LOG_VERBOSE)
		return;
	vsnprintf(local.line + used, sizeof local.line - used, format, args);
	length = strlen(local.line);
	if (length == 0 || (local.line[length - 1] != '\n' && length < sizeof local.line - 1))
		return;
	while (length > 0 && (local.line[length - 1] == '\n' || local.line[length - 1] == '.'))
		local.line[--length] = '\0';
	if (length > 0 && level <= AV_LOG_ERROR) {
		memcpy(local.error, local.line, sizeof local.error);
		local.error_object = object;
	}
	if (length > 0)
		log_message(level <= AV_LOG_INFO ? LOG_LEVEL_VERBOSE : LOG_LEVEL_TRACE, "libav: %s%s%s",
			    class ? class->item_name(object) : "", class ? ": " : "", local.line);
	local.line[0] = '\0';
}

static void set_callback(void)
{
	av_log_set_callback(log_callback);
}

void libav_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_callback);
}

const char *libav_err_str(int err)
{
	return local.error[0] ? local.error : err_str(err);
}

/* Some protocols log that they cannot connect, but not why. EIO gives no reason. */
void libav_log_address_error(const char *name, int err)
{
	const char *said = libav_err_str(err), *why = err_str(err);
	bool add = err != -EIO && !strstr(said, why);

	if (err == AVERROR_EXIT) {
		log_error("%s: the run ended before it answered", name);
		return;
	}
	log_error("%s: cannot be opened: %s%s%s", name, said, add ? ": " : "", add ? why : "");
}

void libav_clear_error(void)
{
	local.error[0] = '\0';
	local.error_object = NULL;
}

const char *libav_error_from(const void *object)
{
	return object && object == local.error_object ? local.error : NULL;
}

int libav_check_protocol(const char *url, bool output)
{
	size_t n = strspn(url, "abcdefghijklmnopqrstuvwxyz0123456789+-.");
	const char *protocol;
	void *state = NULL;

	if (n == 0 || strncmp(url + n, "://", 3) != 0)
		return 0;
	while ((protocol = avio_enum_protocols(&state, output))) {
		if (strlen(protocol) == n && strncmp(protocol, url, n) == 0)
			return 0;
	}
	log_error("%s: no such protocol: libavformat cannot %s %.*s: ('ffmpeg -protocols' lists what it can)",
		  url, output ? "write to" : "read from", (int)n, url);
	return -EPROTONOSUPPORT;
}

bool libav_mute(bool mute)
{
	bool before = local.muted;

	local.muted = mute;
	return before;
}

void libav_keep_memory(void *opaque, uint8_t *data)
{
	(void)opaque;
	(void)data;
}

bool libav_is_intra_only(enum AVCodecID codec)
{
	const AVCodecDescriptor *desc = avcodec_descriptor_get(codec);

	return desc && desc->props & AV_CODEC_PROP_INTRA_ONLY;
}

int libav_bsf_open(AVBSFContext **bsf, const AVBitStreamFilter *filter, const AVCodecParameters *par,
		   AVRational time_base)
{
	int err = av_bsf_alloc(filter, bsf);

	if (err < 0)
		return err;
	err = avcodec_parameters_copy((*bsf)->par_in, par);
	if (err < 0)
		return err;
	(*bsf)->time_base_in = time_base;
	return av_bsf_init(*bsf);
}
