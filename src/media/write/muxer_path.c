/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Output paths and addresses. */
#include "media/write/muxer.h"

#include <errno.h>
#include <string.h>
#include <libavutil/avstring.h>
#include "media/libav.h"

const char *muxer_file_path(const char *url)
{
	const char *path = url;

	av_strstart(url, "file:", &path);
	return path;
}

bool muxer_is_url(const char *url)
{
	size_t n = strspn(url, "abcdefghijklmnopqrstuvwxyz0123456789+-.");
	const char *protocol;
	void *state = NULL;

	if (n == 0 || url[n] != ':')
		return false;
	while ((protocol = avio_enum_protocols(&state, 1))) {
		if (strlen(protocol) == n && strncmp(protocol, url, n) == 0)
			return strcmp(protocol, "file") != 0;
	}
	return false;
}

int muxer_check_path(const char *url, const char *container)
{
	if (muxer_is_url(url) || muxer_caps_names_files(url, container))
		return 0;
	if (libav_check_protocol(url, true) < 0)
		return -EPROTONOSUPPORT;
	return avio_file_check_path(muxer_file_path(url));
}
