/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libav's own messages, folded into ours. */
#include "media/libav.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <libavutil/log.h>
#include "base/log.h"

#define LINE_MAX_BYTES 512

/* libav may print one line in several calls, hence a buffer a thread. */
static _Thread_local struct {
	char line[LINE_MAX_BYTES], reason[LINE_MAX_BYTES];
	const void *complainer;
	bool muted;
} local;

static enum log_level our_level(int level)
{
	return level <= AV_LOG_INFO ? LOG_LEVEL_VERBOSE : LOG_LEVEL_TRACE;
}

static void forward(void *object, int level, const char *format, va_list args)
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
		memcpy(local.reason, local.line, sizeof local.reason);
		local.complainer = object;
	}
	if (length > 0)
		log_message(our_level(level), "libav: %s%s%s", class ? class->item_name(object) : "",
			    class ? ": " : "", local.line);
	local.line[0] = '\0';
}

static void install(void)
{
	av_log_set_callback(forward);
}

void libav_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
}

const char *libav_err_str(int err)
{
	return local.reason[0] ? local.reason : err_str(err);
}

void libav_clear_error(void)
{
	local.reason[0] = '\0';
	local.complainer = NULL;
}

const char *libav_error_from(const void *object)
{
	return object && object == local.complainer ? local.reason : NULL;
}

bool libav_mute(bool mute)
{
	bool before = local.muted;

	local.muted = mute;
	return before;
}
