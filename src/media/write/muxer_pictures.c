/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Picture files, whose names libavformat makes from their numbers. */
#include "media/write/muxer_pictures.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>
#include <libavutil/opt.h>
#include "base/array.h"
#include "base/log.h"
#include "base/output_file.h"

static int64_t next_picture(const struct muxer *m)
{
	int64_t first = MUXER_FIRST_PICTURE;

	av_opt_get_int(m->context->priv_data, "start_number", 0, &first); /* the user may have set it */
	return first + (int64_t)m->n_pictures;
}

/* The file of the next picture. */
static const char *picture_path(const struct muxer *m, char path[PATH_MAX])
{
	if (m->series && av_get_frame_filename(path, PATH_MAX, m->context->url, (int)next_picture(m)) >= 0)
		return path;
	return m->context->url;
}

/* Muxers that open their files themselves overwrite existing ones. */
int muxer_pictures_check_first(const struct muxer *m, unsigned flags)
{
	char buffer[PATH_MAX];
	const char *path = picture_path(m, buffer);

	if (!muxer_caps_is_image2(&m->caps) || m->overwrite || access(path, F_OK) < 0 ||
	    (m->series && flags & AVIO_FILE_EXPECT_TAKEN))
		return 0;
	log_error("%s: exists: use -y to overwrite it, or another name", path);
	return -EEXIST;
}

/* Whether the muxer names pictures by something other than their numbers. */
bool muxer_pictures_have_own_names(const struct muxer *m)
{
	static const char *const keys[] = { "frame_pts", "strftime", "update" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (av_dict_get(m->options, keys[i], NULL, 0))
			return true;
	return false;
}

/* Without a number in its name an image file would be taken for a pattern. In a series, frame_pts makes the
 * number the packet's timestamp. */
int muxer_pictures_set_options(const struct muxer *m, AVDictionary **options)
{
	if (!muxer_caps_is_image2(&m->caps) || muxer_pictures_have_own_names(m))
		return 0;
	return av_dict_set(options, m->series ? "frame_pts" : "update", "1", 0);
}

/* Later pictures of a series skip numbers whose file exists. */
void muxer_pictures_number(struct muxer *m, AVPacket *packet)
{
	char path[PATH_MAX];

	while (!m->overwrite && access(picture_path(m, path), F_OK) == 0) {
		if (!m->taken_said)
			log_warn("%s exists already: its number is skipped, like others that are taken",
				 picture_path(m, path));
		m->taken_said = true;
		m->n_pictures++;
	}
	packet->pts = packet->dts = next_picture(m);
	m->n_pictures++;
}

/* libavformat has closed the files, and may have chosen their names. */
int muxer_pictures_sync(const struct muxer *m)
{
	return output_file_sync_all(muxer_file_path(m->context->url));
}
