/* A pool over a simulated device, every call to which is recorded. SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rig.h"

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device/sim.h"

const char *const rig_modes[5] = { "mmap", "userptr", "dmabuf", "dmabuf-import", "rw" };

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

void rig_open_device(struct rig *rig, const char *keys)
{
	char name[300];

	memset(rig, 0, sizeof *rig);
	trace_log_open(&rig->log);
	snprintf(name, sizeof name, "sim:size=96x64,fps=0,%s", keys);
	assert_int_equal(device_open(&rig->device, name, DEVICE_CAPTURE), 0);
	free(rig->device.path);
	rig->device.path = strdup(RIG);
	assert_int_equal(format_get(&rig->device, &rig->format), 0);
	rig_mark(rig);
}

int rig_open_pool(struct rig *rig, const struct pool_options *options)
{
	return pool_open(&rig->pool, &rig->device, &rig->format, options);
}

void rig_open(struct rig *rig, const char *io, const char *keys)
{
	char source[200] = "sim:size=96x64";
	struct pool_options options = { .io = io, .import_from = source };

	shaping_keys(keys, source, sizeof source);
	rig_open_device(rig, keys);
	assert_int_equal(rig_open_pool(rig, &options), 0);
	rig_mark(rig);
}

void rig_start(struct rig *rig, const char *io, const char *keys, uint32_t min, uint32_t max)
{
	struct pool_config config = { .min = min, .max = max };

	rig_open(rig, io, keys);
	assert_int_equal(pool_configure(&rig->pool, &config), 0);
	rig_mark(rig);
	assert_int_equal(pool_start(&rig->pool), 0);
}

void rig_close_pool(struct rig *rig)
{
	pool_close(&rig->pool);
	memset(&rig->pool, 0, sizeof rig->pool);
}

void rig_close(struct rig *rig)
{
	rig_close_pool(rig);
	device_close(&rig->device);
	trace_check(&rig->log, true);
	trace_log_close(&rig->log);
}

void rig_check_picture(const struct video_format *format, const struct buffer *buffer, uint32_t number)
{
	uint8_t *planes[MAX_PLANES] = { NULL };
	struct picture_layout layout;

	assert_int_equal(picture_layout(format, &layout), 0);
	assert_int_equal(buffer->n_planes, format->n_planes);
	for (uint32_t p = 0; p < format->n_planes; p++)
		assert_non_null(planes[p] = calloc(1, format->sizeimage[p]));
	assert_int_equal(sim_picture_draw(format, number, planes), 0);
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

struct buffer *rig_frame(struct rig *rig, uint32_t number)
{
	struct buffer *buffer = NULL;
	int err = pool_process(&rig->pool, &buffer);

	if (err < 0)
		fail_msg("frame %u: %s (%s)", number, err_str(err), rig->log.last_error);
	assert_non_null(buffer);
	assert_int_equal(buffer->owner, BUFFER_HELD);
	assert_ptr_equal(buffer->pool, &rig->pool);
	assert_int_equal(buffer->info.sequence, number);
	assert_int_equal(buffer->info.bytes, buffer_payload_bytes(buffer));
	rig_check_picture(&rig->format, buffer, number);
	return buffer;
}

int rig_no_frame(struct rig *rig)
{
	struct buffer *buffer = NULL;
	int err = pool_process(&rig->pool, &buffer);

	assert_null(buffer);
	assert_true(err < 0);
	return err;
}

void rig_frames(struct rig *rig, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		pool_release(&rig->pool, rig_frame(rig, first + i));
}

void rig_mark(struct rig *rig)
{
	rig->mark = rig->log.n_calls;
}

unsigned rig_count(const struct rig *rig, const char *name, const char *text)
{
	return trace_count(&rig->log, rig->mark, RIG, name, text);
}

const char *rig_order(const struct rig *rig)
{
	return trace_order(&rig->log, rig->mark, RIG);
}

void rig_bend_ioctls(struct rig *rig, rig_bend *bend)
{
	static struct device_ops bent;

	bent = device_sim;
	bent.ioctl = bend;
	rig->device.ops = &bent;
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

void footprint_check(const struct footprint *before, const struct footprint *after)
{
	assert_int_equal(after->n_fds, before->n_fds);
	assert_int_equal(after->n_shared_maps, before->n_shared_maps);
	assert_int_equal(after->heap_bytes, before->heap_bytes);
#ifndef __SANITIZE_ADDRESS__ /* keeps freed memory for a while */
	assert_true(after->mapped_bytes <= before->mapped_bytes + (1u << 20));
#endif
}
