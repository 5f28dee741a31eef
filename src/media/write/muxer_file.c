/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens the output of a muxer: a file, pictures, standard output, or an address. */
#include "media/write/muxer.h"

#include <errno.h>
#include "base/array.h"
#include "base/log.h"
#include "media/libav.h"
#include "media/write/muxer_pictures.h"

/* The protocol takes what it knows of the options. */
static int open_url(struct muxer *m)
{
	AVDictionary *options = NULL;
	int err = av_dict_copy(&options, m->options, 0);

	libav_clear_error();
	if (err >= 0)
		err = avio_open2(&m->context->pb, m->caps.url, AVIO_FLAG_WRITE,
				 &m->context->interrupt_callback, &options);
	av_dict_free(&options);
	if (err < 0)
		libav_log_address_error(m->name, err);
	return err;
}

/* Refuses options for files that libavformat opens, as they only work with our own. */
static int check_file_options(const struct muxer *m)
{
	bool url = muxer_is_url(m->caps.url), other = url || muxer_caps_no_file(&m->caps);
	const struct {
		bool refused;
		const char *option;
	} table[] = {
		{ other && m->partial_suffix, "--partial-suffix is for files that can be renamed" },
		{ other && m->sync_ns && (url || !muxer_caps_is_image2(&m->caps)),
		  "--sync is for files and pictures" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (!table[i].refused)
			continue;
		log_error("%s: leave it out for %s", table[i].option,
			  url ? "an address" : m->caps.format->name);
		return -EINVAL;
	}
	return 0;
}

/* To move data for an index in front, libavformat opens the file again by its name. */
static int note_partial_name(struct muxer *m)
{
	m->is_partial = m->file->final_path;
	if (!m->is_partial)
		return 0;
	av_freep(&m->context->url);
	m->context->url = av_strdup(m->file->path);
	return m->context->url ? 0 : -ENOMEM;
}

int muxer_open_file(struct muxer *m, unsigned flags, enum direct_io_mode direct_io)
{
	int err = check_file_options(m);

	if (err < 0)
		return err;
	m->overwrite = flags & AVIO_FILE_OVERWRITE;
	if (muxer_caps_no_file(&m->caps))
		return muxer_pictures_check_first(m, flags);
	if (muxer_is_url(m->caps.url))
		return open_url(m);
	err = avio_file_open(&m->file, muxer_file_path(m->caps.url), m->partial_suffix, flags, direct_io);
	if (err < 0)
		return err;
	m->context->pb = m->file->avio;
	return note_partial_name(m);
}

int muxer_open_file_later(struct muxer *m, enum direct_io_mode direct_io)
{
	int err = check_file_options(m);

	if (err < 0 || muxer_caps_no_file(&m->caps))
		return err;
	err = avio_file_open_later(&m->file, muxer_file_path(m->caps.url), m->partial_suffix, direct_io);
	if (err == 0)
		m->context->pb = m->file->avio;
	return err;
}

int muxer_create_file(struct muxer *m, const char *url, unsigned flags)
{
	const char *path = muxer_file_path(url);
	char *copy = av_strdup(path);
	int err;

	m->name = m->caps.url = url;
	if (!copy)
		return -ENOMEM;
	av_free(m->context->url);
	m->context->url = copy;
	m->overwrite = flags & AVIO_FILE_OVERWRITE;
	if (!m->file)
		return muxer_pictures_check_first(m, flags);
	err = avio_file_create(m->file, path, flags);
	return err < 0 ? err : note_partial_name(m);
}
