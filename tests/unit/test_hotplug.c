/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for a node to come back. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "device/hotplug.h"

static char folder[] = "/tmp/v4l2q-replug.XXXXXX";
static char node[64], below[64], link_path[80];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(node, sizeof node, "%s/video0", folder);
	snprintf(below, sizeof below, "%s/by-id", folder);
	snprintf(link_path, sizeof link_path, "%s/camera", below);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(link_path);
	rmdir(below);
	unlink(node);
	return rmdir(folder);
}

static void make_node(const char *path)
{
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static void *plug_in(void *path)
{
	usleep(50000);
	make_node(path);
	return NULL;
}

static void *plug_in_below(void *path)
{
	usleep(50000);
	mkdir(below, 0700);
	usleep(50000);
	make_node(path);
	return NULL;
}

static void it_times_out(void **state)
{
	(void)state;
	assert_int_equal(hotplug_wait(node, -1, 50 * NS_PER_MS), -ETIMEDOUT);
}

static void a_signal_ends_it(void **state)
{
	int fd = eventfd(1, EFD_CLOEXEC);

	(void)state;
	assert_int_equal(hotplug_wait(node, fd, 0), -ECANCELED);
	close(fd);
}

static void wait_while(void *(*plug)(void *), char *path)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, plug, path), 0);
	assert_int_equal(hotplug_wait(path, -1, 20 * NS_PER_S), 0);
	pthread_join(thread, NULL);
	unlink(path);
}

static void it_comes_back(void **state)
{
	(void)state;
	wait_while(plug_in, node);
}

static void its_folder_comes_back_too(void **state)
{
	(void)state;
	wait_while(plug_in_below, link_path);
}

/* A name as users write it in /dev: relative to the working directory. */
static void a_relative_name_is_waited_for(void **state)
{
	char before[200], name[] = "video0";

	(void)state;
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(hotplug_wait(name, -1, 50 * NS_PER_MS), -ETIMEDOUT);
	wait_while(plug_in, name);
	assert_int_equal(chdir(before), 0);
}

/* The link may lead to another node than before. */
static void a_link_is_waited_for(void **state)
{
	(void)state;
	mkdir(below, 0700);
	assert_int_equal(symlink(node, link_path), 0);
	assert_int_equal(hotplug_wait(link_path, -1, 50 * NS_PER_MS), -ETIMEDOUT);
	make_node(node);
	assert_int_equal(hotplug_wait(link_path, -1, 20 * NS_PER_S), 0);
	unlink(link_path);
	rmdir(below);
	unlink(node);
}

static void what_is_there_is_not_waited_for(void **state)
{
	(void)state;
	make_node(node);
	assert_int_equal(hotplug_wait(node, -1, 1), 0);
	assert_int_equal(hotplug_wait("sim", -1, 1), 0);
	unlink(node);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_times_out),
		cmocka_unit_test(a_signal_ends_it),
		cmocka_unit_test(it_comes_back),
		cmocka_unit_test(its_folder_comes_back_too),
		cmocka_unit_test(a_relative_name_is_waited_for),
		cmocka_unit_test(a_link_is_waited_for),
		cmocka_unit_test(what_is_there_is_not_waited_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
