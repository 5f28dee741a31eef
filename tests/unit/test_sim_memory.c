/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device in other people's memory, as an output, and leaving nothing behind. */
/* Runs under: asan valgrind */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include "sim_client.h"

#define SMALL "size=320x240,fps=0,"
#define LUMA (320 * 240)
#define CHROMA (320 * 120)

static void open_for(struct sim_client *client, const char *keys, uint32_t memory)
{
	assert_int_equal(sim_client_open(client, keys, DEVICE_CAPTURE), 0);
	assert_int_equal(sim_client_reqbufs(client, 2, memory), 0);
}

static int queue_userptr(struct sim_client *client, uint32_t index, void *start, uint32_t length)
{
	client->b = (struct v4l2_buffer){ .index = index,
					  .type = client->device.type,
					  .memory = V4L2_MEMORY_USERPTR,
					  .length = length,
					  .m.userptr = (unsigned long)start };
	return device_ioctl(&client->device, VIDIOC_QBUF, &client->b);
}

static void test_userptr(void **state)
{
	uint8_t *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sim_client client;

	(void)state;
	open_for(&client, SMALL "format=GREY", V4L2_MEMORY_USERPTR);
	memset(memory, 0xA5, 1 << 20);
	assert_int_equal(queue_userptr(&client, 0, NULL, LUMA), -EINVAL);
	assert_int_equal(queue_userptr(&client, 0, memory, LUMA - 1), -EINVAL);
	munmap(memory + (1 << 19), 1 << 19);
	assert_int_equal(queue_userptr(&client, 0, memory + (1 << 19), LUMA), -EFAULT);
	mprotect(memory, LUMA, PROT_READ);
	assert_int_equal(queue_userptr(&client, 0, memory, LUMA), -EFAULT);
	mprotect(memory, LUMA, PROT_READ | PROT_WRITE);
	assert_int_equal(queue_userptr(&client, 0, memory + 100, LUMA + 50), 0);
	assert_int_equal(sim_client_on(&client), 0);
	assert_int_equal(sim_client_next(&client), 0);
	assert_int_equal(client.b.m.userptr, (unsigned long)memory + 100);
	assert_int_equal(client.b.length, LUMA + 50);
	assert_int_equal(client.b.bytesused, LUMA);
	assert_int_equal(sim_test_pattern_number(memory + 100, 320, 320, 240), 0);
	assert_int_equal(memory[99], 0xA5);
	assert_int_equal(memory[100 + LUMA], 0xA5);
	sim_client_close(&client);
	munmap(memory, 1 << 19);
}

static int queue_dmabuf(struct sim_client *client, uint32_t index, int fd0, int fd1)
{
	client->b = (struct v4l2_buffer){ .index = index,
					  .type = client->device.type,
					  .memory = V4L2_MEMORY_DMABUF,
					  .length = 2,
					  .m.planes = client->planes };
	memset(client->planes, 0, sizeof client->planes);
	client->planes[0].m.fd = fd0;
	client->planes[1].m.fd = fd1;
	return device_ioctl(&client->device, VIDIOC_QBUF, &client->b);
}

static int memory_file(off_t bytes)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, bytes), 0);
	return fd;
}

static void test_dmabuf(void **state)
{
	int fds[3] = { memory_file(LUMA), memory_file(CHROMA), memory_file(CHROMA / 2) };
	uint8_t *luma = mmap(NULL, LUMA, PROT_READ, MAP_SHARED, fds[0], 0);
	struct sim_client client;

	(void)state;
	open_for(&client, SMALL "planes=2", V4L2_MEMORY_DMABUF);
	assert_int_equal(queue_dmabuf(&client, 0, -1, fds[1]), -EINVAL);
	assert_int_equal(queue_dmabuf(&client, 0, 9999, fds[1]), -EINVAL);
	assert_int_equal(queue_dmabuf(&client, 0, fds[0], fds[2]), -EINVAL);
	assert_int_equal(queue_dmabuf(&client, 0, fds[0], fds[1]), 0);
	assert_int_equal(sim_client_on(&client), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(sim_client_next(&client), 0);
		assert_int_equal(client.planes[0].m.fd, fds[0]);
		assert_int_equal(client.planes[1].bytesused, CHROMA);
		assert_int_equal(sim_test_pattern_number(luma, 320, 320, 240), i);
		assert_int_equal(queue_dmabuf(&client, 0, fds[0], fds[1]), 0);
	}
	sim_client_close(&client);
	munmap(luma, LUMA);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

/* A descriptor may be closed as soon as it is queued; the memory stays. */
static void test_dmabuf_outlives_its_descriptor(void **state)
{
	int fds[2] = { memory_file(LUMA), memory_file(CHROMA) };
	uint8_t *luma = mmap(NULL, LUMA, PROT_READ, MAP_SHARED, fds[0], 0);
	struct sim_client client;

	(void)state;
	open_for(&client, SMALL "planes=2", V4L2_MEMORY_DMABUF);
	assert_int_equal(queue_dmabuf(&client, 0, fds[0], fds[1]), 0);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(sim_client_on(&client), 0);
	assert_int_equal(sim_client_next(&client), 0);
	assert_int_equal(sim_test_pattern_number(luma, 320, 320, 240), 0);
	sim_client_close(&client);
	munmap(luma, LUMA);
}

/* One simulated device's exported buffers are another one's memory. */
static void test_export_into_import(void **state)
{
	struct v4l2_exportbuffer export = { .flags = O_CLOEXEC | O_RDWR };
	struct sim_client from, to;
	int fds[2];

	(void)state;
	open_for(&from, SMALL "planes=2", V4L2_MEMORY_MMAP);
	assert_int_equal(sim_client_map(&from), 0);
	for (uint32_t i = 0; i < 2; i++) {
		export.type = from.device.type;
		export.plane = i;
		assert_int_equal(device_ioctl(&from.device, VIDIOC_EXPBUF, &export), 0);
		fds[i] = export.fd;
	}
	open_for(&to, SMALL "planes=2,sequence=77", V4L2_MEMORY_DMABUF);
	assert_int_equal(queue_dmabuf(&to, 1, fds[0], fds[1]), 0);
	assert_int_equal(sim_client_on(&to), 0);
	assert_int_equal(sim_client_next(&to), 1);
	assert_int_equal(sim_test_pattern_number(from.maps[0][0], 320, 320, 240), 77);
	sim_client_close(&to);
	sim_client_close(&from);
	close(fds[0]);
	close(fds[1]);
}

static int queue_output(struct sim_client *client, uint32_t index, uint32_t bytesused, uint32_t field)
{
	client->b = (struct v4l2_buffer){ .index = index,
					  .type = client->device.type,
					  .memory = V4L2_MEMORY_MMAP,
					  .bytesused = bytesused,
					  .field = field,
					  .timestamp = { 5, 6 } };
	return device_ioctl(&client->device, VIDIOC_QBUF, &client->b);
}

static long file_size(const char *path)
{
	FILE *file = fopen(path, "rb");
	long size;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	fclose(file);
	return size;
}

static void test_output(void **state)
{
	char path[] = "/tmp/test_sim_XXXXXX", keys[96];
	int fd = mkstemp(path);
	struct sim_client client;

	(void)state;
	close(fd);
	snprintf(keys, sizeof keys, SMALL "format=GREY,type=output,dump=%s", path);
	assert_int_equal(sim_client_open(&client, keys, DEVICE_OUTPUT), 0);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_map(&client), 0);
	assert_int_equal(queue_output(&client, 0, LUMA + 1, V4L2_FIELD_NONE), -EINVAL);
	assert_int_equal(queue_output(&client, 0, LUMA, V4L2_FIELD_ALTERNATE), -EINVAL);
	assert_int_equal(queue_output(&client, 0, LUMA, V4L2_FIELD_NONE), 0);
	assert_int_equal(sim_client_on(&client), 0);
	assert_int_equal(sim_client_poll(&client, 20), 0); /* it is being shown */
	assert_int_equal(sim_client_dequeue(&client), -EAGAIN);
	assert_int_equal(queue_output(&client, 1, 1000, V4L2_FIELD_NONE), 0);
	assert_int_equal(sim_client_poll(&client, 1000), POLLOUT | POLLWRNORM);
	assert_int_equal(sim_client_dequeue(&client), 0);
	assert_int_equal(client.b.timestamp.tv_sec, 5);
	assert_int_equal(client.b.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK, V4L2_BUF_FLAG_TIMESTAMP_COPY);
	assert_int_equal(sim_client_off(&client), 0);
	sim_client_close(&client);
	assert_int_equal(file_size(path), LUMA + 1000);
	unlink(path);
}

static void test_write(void **state)
{
	char path[] = "/tmp/test_sim_XXXXXX", keys[96];
	uint8_t *frame = calloc(1, LUMA);
	int fd = mkstemp(path);
	struct sim_client client;

	(void)state;
	close(fd);
	snprintf(keys, sizeof keys, SMALL "format=GREY,type=output,dump=%s", path);
	assert_int_equal(sim_client_open(&client, keys, DEVICE_OUTPUT), 0);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(sim_client_poll(&client, 1000), POLLOUT | POLLWRNORM);
		assert_int_equal(device_write(&client.device, frame, LUMA), LUMA);
	}
	assert_int_equal(device_read(&client.device, frame, LUMA), -EINVAL);
	sim_client_close(&client);
	assert_int_equal(file_size(path), 10 * LUMA);
	unlink(path);
	free(frame);
}

static unsigned open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static unsigned shared_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	unsigned n = 0;

	while (fgets(line, sizeof line, maps))
		n += strstr(line, "memfd:") != NULL;
	fclose(maps);
	return n;
}

static void test_nothing_is_left_behind(void **state)
{
	static const char *const keys[] = { SMALL,
					    SMALL "planes=3",
					    SMALL "format=MJPG",
					    SMALL "unplug=1",
					    SMALL "grant=40",
					    SMALL "fail=mmap@1:ENOMEM" };
	unsigned fds = open_descriptors(), maps = shared_mappings();
	struct sim_client client;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(sim_client_open(&client, keys[i % 6], DEVICE_CAPTURE), 0);
		assert_int_equal(sim_client_reqbufs(&client, 4, V4L2_MEMORY_MMAP), 0);
		sim_client_map(&client);
		for (uint32_t b = 0; b < client.n; b++)
			assert_int_equal(sim_client_queue(&client, b), 0);
		assert_int_equal(sim_client_on(&client), 0);
		assert_true(sim_client_next(&client) >= 0);
		sim_client_close(&client);
	}
	assert_int_equal(open_descriptors(), fds);
	assert_int_equal(shared_mappings(), maps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_userptr),
		cmocka_unit_test(test_dmabuf),
		cmocka_unit_test(test_dmabuf_outlives_its_descriptor),
		cmocka_unit_test(test_export_into_import),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_nothing_is_left_behind),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	sim_client_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
