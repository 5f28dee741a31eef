/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device in other people's memory, as an output, and leaving nothing behind. */
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
#include "sim_user.h"

#define SMALL "size=320x240,fps=0,"
#define LUMA (320 * 240)
#define CHROMA (320 * 120)

static void open_for(struct user *user, const char *keys, uint32_t memory)
{
	assert_int_equal(user_open(user, keys, DEVICE_CAPTURE), 0);
	assert_int_equal(user_reqbufs(user, 2, memory), 0);
}

static int queue_userptr(struct user *user, uint32_t index, void *start, uint32_t length)
{
	user->b = (struct v4l2_buffer){ .index = index,
					.type = user->device.type,
					.memory = V4L2_MEMORY_USERPTR,
					.length = length,
					.m.userptr = (unsigned long)start };
	return device_ioctl(&user->device, VIDIOC_QBUF, &user->b);
}

static void test_userptr(void **state)
{
	uint8_t *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct user user;

	(void)state;
	open_for(&user, SMALL "format=GREY", V4L2_MEMORY_USERPTR);
	memset(memory, 0xA5, 1 << 20);
	assert_int_equal(queue_userptr(&user, 0, NULL, LUMA), -EINVAL);
	assert_int_equal(queue_userptr(&user, 0, memory, LUMA - 1), -EINVAL);
	munmap(memory + (1 << 19), 1 << 19);
	assert_int_equal(queue_userptr(&user, 0, memory + (1 << 19), LUMA), -EFAULT);
	mprotect(memory, LUMA, PROT_READ);
	assert_int_equal(queue_userptr(&user, 0, memory, LUMA), -EFAULT);
	mprotect(memory, LUMA, PROT_READ | PROT_WRITE);
	assert_int_equal(queue_userptr(&user, 0, memory + 100, LUMA + 50), 0);
	assert_int_equal(user_on(&user), 0);
	assert_int_equal(user_next(&user), 0);
	assert_int_equal(user.b.m.userptr, (unsigned long)memory + 100);
	assert_int_equal(user.b.length, LUMA + 50);
	assert_int_equal(user.b.bytesused, LUMA);
	assert_int_equal(sim_test_pattern_number(memory + 100, 320, 320, 240), 0);
	assert_int_equal(memory[99], 0xA5);
	assert_int_equal(memory[100 + LUMA], 0xA5);
	user_close(&user);
	munmap(memory, 1 << 19);
}

static int queue_dmabuf(struct user *user, uint32_t index, int fd0, int fd1)
{
	user->b = (struct v4l2_buffer){ .index = index,
					.type = user->device.type,
					.memory = V4L2_MEMORY_DMABUF,
					.length = 2,
					.m.planes = user->planes };
	memset(user->planes, 0, sizeof user->planes);
	user->planes[0].m.fd = fd0;
	user->planes[1].m.fd = fd1;
	return device_ioctl(&user->device, VIDIOC_QBUF, &user->b);
}

static int memory_file(off_t bytes)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, bytes), 0);
	return fd;
}

static void test_dmabuf(void **state)
{
	int fds[3] = { memory_file(LUMA), memory_file(CHROMA), memory_file(CHROMA - 4096) };
	uint8_t *luma = mmap(NULL, LUMA, PROT_READ, MAP_SHARED, fds[0], 0);
	struct user user;

	(void)state;
	open_for(&user, SMALL "planes=2", V4L2_MEMORY_DMABUF);
	assert_int_equal(queue_dmabuf(&user, 0, -1, fds[1]), -EINVAL);
	assert_int_equal(queue_dmabuf(&user, 0, 9999, fds[1]), -EINVAL);
	assert_int_equal(queue_dmabuf(&user, 0, fds[0], fds[2]), -EINVAL);
	assert_int_equal(queue_dmabuf(&user, 0, fds[0], fds[1]), 0);
	assert_int_equal(user_on(&user), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(user_next(&user), 0);
		assert_int_equal(user.planes[0].m.fd, fds[0]);
		assert_int_equal(user.planes[1].bytesused, CHROMA);
		assert_int_equal(sim_test_pattern_number(luma, 320, 320, 240), i);
		assert_int_equal(queue_dmabuf(&user, 0, fds[0], fds[1]), 0);
	}
	user_close(&user);
	munmap(luma, LUMA);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

/* A descriptor may be closed as soon as it is queued; the memory stays. */
static void test_dmabuf_outlives_its_descriptor(void **state)
{
	int fds[2] = { memory_file(LUMA), memory_file(CHROMA) };
	uint8_t *luma = mmap(NULL, LUMA, PROT_READ, MAP_SHARED, fds[0], 0);
	struct user user;

	(void)state;
	open_for(&user, SMALL "planes=2", V4L2_MEMORY_DMABUF);
	assert_int_equal(queue_dmabuf(&user, 0, fds[0], fds[1]), 0);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(user_on(&user), 0);
	assert_int_equal(user_next(&user), 0);
	assert_int_equal(sim_test_pattern_number(luma, 320, 320, 240), 0);
	user_close(&user);
	munmap(luma, LUMA);
}

/* One simulated device's exported buffers are another one's memory. */
static void test_export_into_import(void **state)
{
	struct v4l2_exportbuffer export = { .flags = O_CLOEXEC | O_RDWR };
	struct user from, to;
	int fds[2];

	(void)state;
	open_for(&from, SMALL "planes=2", V4L2_MEMORY_MMAP);
	assert_int_equal(user_map(&from), 0);
	for (uint32_t i = 0; i < 2; i++) {
		export.type = from.device.type;
		export.plane = i;
		assert_int_equal(device_ioctl(&from.device, VIDIOC_EXPBUF, &export), 0);
		fds[i] = export.fd;
	}
	open_for(&to, SMALL "planes=2,sequence=77", V4L2_MEMORY_DMABUF);
	assert_int_equal(queue_dmabuf(&to, 1, fds[0], fds[1]), 0);
	assert_int_equal(user_on(&to), 0);
	assert_int_equal(user_next(&to), 1);
	assert_int_equal(sim_test_pattern_number(from.maps[0][0], 320, 320, 240), 77);
	user_close(&to);
	user_close(&from);
	close(fds[0]);
	close(fds[1]);
}

static int queue_output(struct user *user, uint32_t index, uint32_t bytesused, uint32_t field)
{
	user->b = (struct v4l2_buffer){ .index = index,
					.type = user->device.type,
					.memory = V4L2_MEMORY_MMAP,
					.bytesused = bytesused,
					.field = field,
					.timestamp = { 5, 6 } };
	return device_ioctl(&user->device, VIDIOC_QBUF, &user->b);
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
	struct user user;

	(void)state;
	close(fd);
	snprintf(keys, sizeof keys, SMALL "format=GREY,type=output,dump=%s", path);
	assert_int_equal(user_open(&user, keys, DEVICE_OUTPUT), 0);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_map(&user), 0);
	assert_int_equal(queue_output(&user, 0, LUMA + 1, V4L2_FIELD_NONE), -EINVAL);
	assert_int_equal(queue_output(&user, 0, LUMA, V4L2_FIELD_ALTERNATE), -EINVAL);
	assert_int_equal(queue_output(&user, 0, LUMA, V4L2_FIELD_NONE), 0);
	assert_int_equal(user_on(&user), 0);
	assert_int_equal(user_poll(&user, 20), 0); /* it is being shown */
	assert_int_equal(user_dequeue(&user), -EAGAIN);
	assert_int_equal(queue_output(&user, 1, 1000, V4L2_FIELD_NONE), 0);
	assert_int_equal(user_poll(&user, 1000), POLLOUT | POLLWRNORM);
	assert_int_equal(user_dequeue(&user), 0);
	assert_int_equal(user.b.timestamp.tv_sec, 5);
	assert_int_equal(user.b.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK, V4L2_BUF_FLAG_TIMESTAMP_COPY);
	assert_int_equal(user_off(&user), 0);
	user_close(&user);
	assert_int_equal(file_size(path), LUMA + 1000);
	unlink(path);
}

static void test_write(void **state)
{
	char path[] = "/tmp/test_sim_XXXXXX", keys[96];
	uint8_t *frame = calloc(1, LUMA);
	int fd = mkstemp(path);
	struct user user;

	(void)state;
	close(fd);
	snprintf(keys, sizeof keys, SMALL "format=GREY,type=output,dump=%s", path);
	assert_int_equal(user_open(&user, keys, DEVICE_OUTPUT), 0);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(user_poll(&user, 1000), POLLOUT | POLLWRNORM);
		assert_int_equal(device_write(&user.device, frame, LUMA), LUMA);
	}
	assert_int_equal(device_read(&user.device, frame, LUMA), -EINVAL);
	user_close(&user);
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
	struct user user;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(user_open(&user, keys[i % 6], DEVICE_CAPTURE), 0);
		assert_int_equal(user_reqbufs(&user, 4, V4L2_MEMORY_MMAP), 0);
		user_map(&user);
		for (uint32_t b = 0; b < user.n; b++)
			assert_int_equal(user_queue(&user, b), 0);
		assert_int_equal(user_on(&user), 0);
		assert_true(user_next(&user) >= 0);
		user_close(&user);
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
	user_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
