/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of tests, each named by the statement that it shows. */
#include "table_test.h"

#include <assert.h>
#include <stdio.h>

#define MAX_TESTS 128
#define NAME_MAX_BYTES 100

int table_test_run(const char *group, const struct table_test *tests, size_t n)
{
	static struct CMUnitTest units[MAX_TESTS];
	static char names[MAX_TESTS][NAME_MAX_BYTES];

	assert(n <= MAX_TESTS);
	for (size_t i = 0; i < n; i++) {
		if (tests[i].number)
			snprintf(names[i], sizeof names[i], "st%02u_%s", tests[i].number, tests[i].name);
		else
			snprintf(names[i], sizeof names[i], "%s", tests[i].name);
		units[i] = (struct CMUnitTest){ .name = names[i],
						.test_func = tests[i].test,
						.initial_state = (void *)(uintptr_t)tests[i].row };
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests(group, units, n, NULL, NULL);
}
