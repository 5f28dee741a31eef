/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of tests, each named by the statement that it shows. */
#include "statement.h"

#include <assert.h>
#include <stdio.h>

#define MAX_TESTS 128
#define NAME_MAX_BYTES 100

int statements_run(const char *group, const struct statement *statements, size_t n)
{
	static struct CMUnitTest tests[MAX_TESTS];
	static char names[MAX_TESTS][NAME_MAX_BYTES];

	assert(n <= MAX_TESTS);
	for (size_t i = 0; i < n; i++) {
		if (statements[i].number)
			snprintf(names[i], sizeof names[i], "st%02u_%s", statements[i].number,
				 statements[i].name);
		else
			snprintf(names[i], sizeof names[i], "%s", statements[i].name);
		tests[i] = (struct CMUnitTest){ .name = names[i],
						.test_func = statements[i].test,
						.initial_state = (void *)(uintptr_t)statements[i].row };
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests(group, tests, n, NULL, NULL);
}
