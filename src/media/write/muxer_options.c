/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The user's options for a muxer and for the protocol that it writes to. */
#include "media/write/muxer_options.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <libavutil/opt.h>
#include "base/log.h"
#include "media/libav.h"

/* "srt://host:port" uses a protocol of that name, which has options such as a passphrase. */
static bool protocol_has(const char *url, const char *key)
{
	char name[32];
	const AVClass *class;

	snprintf(name, sizeof name, "%.*s", (int)strcspn(url, ":"), url);
	class = strchr(url, ':') ? avio_protocol_get_class(name) : NULL;
	return class && av_opt_find(&class, key, NULL, AV_OPT_FLAG_ENCODING_PARAM, AV_OPT_SEARCH_FAKE_OBJ);
}

static int set_option(AVFormatContext *context, const char *key, const char *value)
{
	const char *muxer = context->oformat->name;
	int err;

	if (!av_opt_find(context, key, NULL, AV_OPT_FLAG_ENCODING_PARAM, AV_OPT_SEARCH_CHILDREN)) {
		if (protocol_has(context->url, key))
			return 0;
		log_error("%s: has no option '%s': 'ffmpeg -h muxer=%s' lists them", muxer, key, muxer);
		return -EINVAL;
	}
	libav_clear_error();
	err = av_opt_set(context, key, value, AV_OPT_SEARCH_CHILDREN);
	if (err >= 0 || err == -ENOMEM)
		return err < 0 ? err : 0;
	log_error("%s: --format-opt %s=%s: %s", muxer, key, value, libav_err_str(err));
	return -EINVAL;
}

int muxer_options_parse(AVFormatContext *context, const char *text, AVDictionary **options)
{
	const AVDictionaryEntry *entry = NULL;
	int err = 0;

	if (text && av_dict_parse_string(options, text, "=", ",", 0) < 0) {
		log_error("invalid value '%s' for --format-opt: expected key=value,key=value", text);
		return -EINVAL;
	}
	while (err == 0 && (entry = av_dict_get(*options, "", entry, AV_DICT_IGNORE_SUFFIX)))
		err = set_option(context, entry->key, entry->value);
	return err;
}

/* "movflags=+faststart" changes one flag of those that are set. */
int muxer_options_add(AVDictionary **ours, const AVDictionary *users)
{
	const AVDictionaryEntry *entry = NULL;
	int err = 0;

	while (err >= 0 && (entry = av_dict_get(users, "", entry, AV_DICT_IGNORE_SUFFIX))) {
		bool change = strcmp(entry->key, "movflags") == 0 && strchr("+-", entry->value[0]);

		err = av_dict_set(ours, entry->key, entry->value, change ? AV_DICT_APPEND : 0);
	}
	return err < 0 ? err : 0;
}
