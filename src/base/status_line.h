/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The progress line of a run on standard error: how often it is drawn, and what fits into it. */
#ifndef BASE_STATUS_LINE_H
#define BASE_STATUS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATUS_LINE_MAX 256

/* Limits how often the line is drawn: whether a fifth of a second has passed since *last_ns, which is then
 * set to time_ns. Both are CLOCK_MONOTONIC; *last_ns begins as the start of the run. */
bool status_line_due(int64_t *last_ns, int64_t time_ns);
/* Joins the fields, two spaces between them, to a line of less than `width` columns. Where they do not fit,
 * fields are left out from the right, but the last one, the most important, is kept; "" where not even that
 * fits. */
char *status_line_join(char line[STATUS_LINE_MAX], unsigned width, const char *const *fields,
		       size_t n_fields);
/* Draws the fields that fit the terminal. */
void status_line_show(const char *const *fields, size_t n_fields);
/* Removes the line. */
void status_line_end(void);

#endif
