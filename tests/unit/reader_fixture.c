/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of media/reader share: small files, and a device that is given their pictures. */
#include "reader_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <libavutil/imgutils.h>
#include "base/log.h"
#include "base/page.h"
#include "media/libav.h"

/* libavcodec's threads hand pictures to each other in ways that the thread sanitizer cannot see in a library
 * that was built without it. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "race:libavcodec.so\nrace:libavutil.so\nrace:libswscale.so\n";
}

char reader_fixture_messages[8192];
static char directory[64];

static void hear(void *opaque, enum log_level level, const char *message)
{
	size_t used = strlen(reader_fixture_messages);

	(void)opaque;
	if (getenv("VERBOSE"))
		fprintf(stderr, "# %s\n", message);
	if (level <= LOG_LEVEL_WARN)
		snprintf(reader_fixture_messages + used, sizeof reader_fixture_messages - used, "%s\n",
			 message);
}

void reader_fixture_clear_messages(void)
{
	reader_fixture_messages[0] = '\0';
}

int reader_fixture_open(void **state)
{
	const char *parent = getenv("TMPDIR");

	(void)state;
	libav_init();
	log_set_sink(hear, NULL);
	snprintf(directory, sizeof directory, "%s/test_reader.XXXXXX",
		 parent && strlen(parent) < 32 ? parent : "/tmp");
	return mkdtemp(directory) ? 0 : -1;
}

int reader_fixture_close(void **state)
{
	DIR *d = opendir(directory);
	struct dirent *entry;

	(void)state;
	while (d && (entry = readdir(d)))
		unlink(reader_fixture_path(entry->d_name));
	if (d)
		closedir(d);
	log_set_sink(NULL, NULL);
	return rmdir(directory);
}

const char *reader_fixture_path(const char *name)
{
	static char paths[8][512];
	static unsigned next;
	char *path = paths[next++ % COUNT(paths)];

	snprintf(path, sizeof paths[0], "%s/%s", directory, name);
	return path;
}

int64_t reader_fixture_size(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

const char *reader_fixture_cut(const char *path, const char *name, int64_t bytes)
{
	const char *to = reader_fixture_path(name);
	FILE *in = fopen(path, "rb"), *out = fopen(to, "wb");
	int64_t left = bytes < 0 ? INT64_MAX : bytes;
	int c;

	assert_non_null(in);
	assert_non_null(out);
	assert_int_equal(fseek(in, bytes < 0 ? -bytes : 0, SEEK_SET), 0);
	while (left-- > 0 && (c = fgetc(in)) != EOF)
		fputc(c, out);
	fclose(in);
	fclose(out);
	return to;
}

const char *reader_fixture_write_text(const char *name, const char *text)
{
	const char *path = reader_fixture_path(name);
	FILE *out = fopen(path, "wb");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	return path;
}

struct video_format reader_fixture_format(const char *fourcc, uint32_t width, uint32_t height,
					  uint32_t padding)
{
	uint32_t code = (uint32_t)fourcc[0] | (uint32_t)fourcc[1] << 8 | (uint32_t)fourcc[2] << 16 |
			(uint32_t)fourcc[3] << 24;
	struct video_format f = {
		.fourcc = code,
		.pix = pixfmt_by_fourcc(code),
		.width = width,
		.height = height,
		.matrix = AVCOL_SPC_UNSPECIFIED,
		.fps = { 25, 1 },
	};

	assert_non_null(f.pix);
	f.n_planes = f.pix->n_memory_planes;
	for (unsigned i = 0; i < f.n_planes; i++) {
		bool alone = f.n_planes == 1;

		if (f.pix->av == AV_PIX_FMT_NONE) {
			f.sizeimage[i] = MAX_PICTURE_BYTES;
			continue;
		}
		f.bytesperline[i] = (uint32_t)av_image_get_linesize(f.pix->av, (int)width, (int)i) + padding;
		f.sizeimage[i] =
			alone && padding == 0
				? (uint32_t)av_image_get_buffer_size(f.pix->av, (int)width, (int)height, 1)
				: f.bytesperline[i] * height * (alone ? 2 : 1);
	}
	return f;
}

/* --- the device --- */

struct blank {
	struct target_fixture *fixture;
	bool waited_for;
	void *memory;
};

static void come_home(void *opaque, uint8_t *data)
{
	struct blank *blank = opaque;

	(void)data;
	atomic_fetch_sub(&blank->fixture->n_taken, 1);
	if (!blank->waited_for)
		atomic_fetch_sub(&blank->fixture->held, 1);
	free(blank->memory);
	free(blank);
}

static void count(struct target_fixture *d, bool wait)
{
	unsigned held;

	atomic_fetch_add(&d->n_taken, 1);
	atomic_fetch_add(wait ? &d->n_waited_for : &d->n_direct, 1);
	if (wait)
		return;
	held = atomic_fetch_add(&d->held, 1) + 1;
	if (held > atomic_load(&d->most_direct))
		atomic_store(&d->most_direct, held);
}

static int acquire_buffer(void *opaque, bool wait, struct frame *frame)
{
	struct target_fixture *d = opaque;
	const struct video_format *f = &d->target.format;
	size_t bytes = 0;
	struct blank *blank;

	if (atomic_load(&d->dead))
		return -ECANCELED;
	blank = calloc(1, sizeof *blank);
	*blank = (struct blank){ .fixture = d, .waited_for = wait };
	for (unsigned i = 0; i < f->n_planes; i++)
		bytes += page_align(f->sizeimage[i] + d->room);
	assert_int_equal(posix_memalign(&blank->memory, page_size(), bytes), 0);
	memset(blank->memory, 0x5a, bytes);
	*frame = (struct frame){ .n_planes = f->n_planes };
	frame->memory = av_buffer_create(blank->memory, bytes, come_home, blank, 0);
	bytes = 0;
	for (unsigned i = 0; i < f->n_planes; i++) {
		frame->planes[i].data = (uint8_t *)blank->memory + bytes;
		frame->planes[i].bytes = f->sizeimage[i] + d->room;
		bytes += page_align(f->sizeimage[i] + d->room);
	}
	count(d, wait);
	return 0;
}

void target_fixture_open(struct target_fixture *d, const struct video_format *format)
{
	*d = (struct target_fixture){ .room = 4096 };
	d->target.format = *format;
	d->target.acquire = acquire_buffer;
	d->target.opaque = d;
}

bool target_fixture_owns(const struct frame *picture)
{
	const struct blank *blank = av_buffer_get_opaque(picture->memory);

	return blank && picture->memory->data == blank->memory && picture->planes[0].data == blank->memory;
}

/* --- reading --- */

struct reader_options reader_fixture_options(const char *url)
{
	return (struct reader_options){ .url = url, .loops = 1 };
}

struct reader *reader_fixture_start(const struct reader_options *options, struct target_fixture *fixture)
{
	struct reader *reader = NULL;

	reader_fixture_clear_messages();
	if (reader_open(&reader, options) < 0 || reader_start(reader, &fixture->target) < 0)
		fail_msg("%s", reader_fixture_messages);
	return reader;
}

void reader_fixture_refused(const struct reader_options *options, int err, const char *text)
{
	struct reader *reader = NULL;

	reader_fixture_clear_messages();
	assert_int_equal(reader_open(&reader, options), err);
	assert_null(reader);
	if (!strstr(reader_fixture_messages, text) || strchr(reader_fixture_messages, '\n')[1] != '\0')
		fail_msg("said \"%s\", not one line with \"%s\"", reader_fixture_messages, text);
}

unsigned reader_fixture_read_all(struct reader *reader, int err)
{
	struct frame picture;
	unsigned n = 0;
	int got;

	while ((got = reader_next(reader, &picture)) > 0) {
		av_buffer_unref(&picture.memory);
		n++;
	}
	assert_int_equal(got, err);
	return n;
}
