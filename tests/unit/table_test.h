/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of tests, each named by the statement that it shows. */
#ifndef TESTS_TABLE_TEST_H
#define TESTS_TABLE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* The TAP line is "stNN_NAME"; number 0: NAME alone. The test finds `row` in *state. */
struct table_test {
	unsigned number;
	const char *name;
	CMUnitTestFunction test;
	const void *row;
};

/* Returns how many failed. */
int table_test_run(const char *group, const struct table_test *tests, size_t n);

#endif
