/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pool over a simulated device, every call to which is recorded. */
#include "pool_fixture.h"

#include <dirent.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sim/test_pattern.h"

const char *const pool_fixture_modes[5] = { "mmap", "userptr", "dmabuf", "dmabuf-import", "rw" };

/* Those of the keys that shape a buffer, for the device that lends its own. */
static void shaping_keys(const char *keys, char *text, size_t size)
{
	static const char *const shaping[] = { "size=", "format=", "planes=", "stride=", "data-offset=" };

	for (size_t length; *keys; keys += length + (keys[length] == ',')) {
		length = strcspn(keys, ",");
		for (size_t i = 0; i < N_ELEMENTS(shaping); i++)
			if (!strncmp(keys, shaping[i], strlen(shaping[i])))
				snprintf(text + strlen(text), size - strlen(text), ",%.*s", (int)length,
					 keys);
	}
}

void pool_fixture_open_device(struct pool_fixture *fixture, const char *keys)
{
	char name[300];

	memset(fixture, 0, sizeof *fixture);
	trace_log_open(&fixture->log);
	snprintf(name, sizeof name, "sim:size=96x64,fps=0,%s", keys);
	assert_int_equal(device_open(&fixture->device, name, DEVICE_CAPTURE), 0);
	free(fixture->device.path);
	fixture->device.path = strdup(FIXTURE_DEVICE);
	assert_int_equal(negotiate_get_format(&fixture->device, &fixture->format), 0);
	pool_fixture_mark(fixture);
}

int pool_fixture_open_pool(struct pool_fixture *fixture, const struct pool_options *options)
{
	return pool_open(&fixture->pool, &fixture->device, &fixture->format, options);
}

void pool_fixture_open(struct pool_fixture *fixture, const char *io, const char *keys)
{
	char source[200] = "sim:size=96x64";
	struct pool_options options = { .io = io, .import_from = source };

	shaping_keys(keys, source, sizeof source);
	pool_fixture_open_device(fixture, keys);
	assert_int_equal(pool_fixture_open_pool(fixture, &options), 0);
	pool_fixture_mark(fixture);
}

void pool_fixture_start(struct pool_fixture *fixture, const char *io, const char *keys, uint32_t min,
			uint32_t max)
{
	struct pool_config config = { .min = min, .max = max };

	pool_fixture_open(fixture, io, keys);
	assert_int_equal(pool_configure(fixture->pool, &config), 0);
	pool_fixture_mark(fixture);
	assert_int_equal(pool_start(fixture->pool), 0);
}

void pool_fixture_close_pool(struct pool_fixture *fixture)
{
	pool_close(fixture->pool);
	fixture->pool = NULL;
}

void pool_fixture_close(struct pool_fixture *fixture)
{
	pool_fixture_close_pool(fixture);
	device_close(&fixture->device);
	trace_check(&fixture->log, true);
	trace_log_close(&fixture->log);
}

void pool_fixture_check_picture(const struct video_format *format, const struct buffer *buffer,
				uint32_t number)
{
	uint8_t *planes[MAX_PLANES] = { NULL };
	struct picture_layout layout;

	assert_int_equal(video_format_layout(format, &layout), 0);
	assert_int_equal(buffer->n_planes, format->n_planes);
	for (uint32_t p = 0; p < format->n_planes; p++)
		assert_non_null(planes[p] = calloc(1, format->sizeimage[p]));
	assert_int_equal(sim_test_pattern_draw(format, number, planes), 0);
	for (unsigned p = 0; p < layout.n_planes; p++) {
		unsigned memory = layout.planes[p].memory_plane;

		for (uint32_t row = 0; row < layout.planes[p].rows; row++) {
			size_t at = layout.planes[p].offset + (size_t)row * layout.planes[p].stride;

			assert_memory_equal(plane_payload(&buffer->planes[memory]) + at, planes[memory] + at,
					    layout.planes[p].row_bytes);
		}
	}
	for (uint32_t p = 0; p < format->n_planes; p++)
		free(planes[p]);
}

int pool_fixture_dequeue(struct pool_fixture *fixture, struct buffer **buffer)
{
	*buffer = NULL;
	return pool_dequeue(fixture->pool, fixture->deadline_ns, buffer, &fixture->info);
}

int pool_fixture_flush(struct pool_fixture *fixture)
{
	int err = pool_pause(fixture->pool);

	return err < 0 ? err : pool_resume(fixture->pool);
}

struct buffer *pool_fixture_frame(struct pool_fixture *fixture, uint32_t number)
{
	struct buffer *buffer = NULL;
	int err = pool_fixture_dequeue(fixture, &buffer);

	if (err < 0)
		fail_msg("frame %u: %s (%s)", number, err_str(err), fixture->log.last_error);
	assert_non_null(buffer);
	assert_int_equal(buffer->owner, BUFFER_HELD);
	assert_ptr_equal(buffer->pool, fixture->pool);
	assert_int_equal(buffer->info.sequence, number);
	assert_int_equal(buffer->info.bytes, buffer_payload_bytes(buffer));
	pool_fixture_check_picture(&fixture->format, buffer, number);
	return buffer;
}

int pool_fixture_no_frame(struct pool_fixture *fixture)
{
	struct buffer *buffer = NULL;
	int err = pool_fixture_dequeue(fixture, &buffer);

	assert_null(buffer);
	assert_true(err < 0);
	return err;
}

void pool_fixture_frames(struct pool_fixture *fixture, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		pool_release(fixture->pool, pool_fixture_frame(fixture, first + i));
}

void pool_fixture_mark(struct pool_fixture *fixture)
{
	fixture->mark = fixture->log.n_calls;
}

unsigned pool_fixture_count(const struct pool_fixture *fixture, const char *name, const char *text)
{
	return trace_count(&fixture->log, fixture->mark, FIXTURE_DEVICE, name, text);
}

const char *pool_fixture_order(const struct pool_fixture *fixture)
{
	return trace_order(&fixture->log, fixture->mark, FIXTURE_DEVICE);
}

short pool_fixture_poll_error(struct device *device, short revents)
{
	(void)device;
	(void)revents;
	return POLLERR;
}

void pool_fixture_replace_ioctl(struct pool_fixture *fixture, pool_fixture_ioctl *bend)
{
	static struct device_ops bent;

	bent = device_sim;
	bent.ioctl = bend;
	fixture->device.ops = &bent;
}

static unsigned count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void measure_maps(struct footprint *footprint)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end;
	char line[512];

	assert_non_null(maps);
	while (fgets(line, sizeof line, maps)) {
		footprint->n_shared_maps += strstr(line, "/memfd:") != NULL;
		if (sscanf(line, "%lx-%lx", &start, &end) == 2)
			footprint->mapped_bytes += end - start;
	}
	fclose(maps);
}

struct footprint footprint_now(void)
{
	struct footprint footprint = { .n_fds = count_fds() };
	struct mallinfo2 heap = mallinfo2();

	measure_maps(&footprint);
	footprint.heap_bytes = heap.uordblks + heap.hblkhd;
	return footprint;
}

/* Sanitizers and valgrind keep freed memory for a while, and have some of their own. */
static bool is_watched(void)
{
	const char *preload = getenv("LD_PRELOAD");

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return true;
#endif
	return preload && strstr(preload, "vgpreload");
}

void footprint_check(const struct footprint *before, const struct footprint *after)
{
	assert_int_equal(after->n_fds, before->n_fds);
	assert_int_equal(after->n_shared_maps, before->n_shared_maps);
	assert_int_equal(after->heap_bytes, before->heap_bytes);
	if (!is_watched())
		assert_true(after->mapped_bytes <= before->mapped_bytes + (1u << 20));
}
