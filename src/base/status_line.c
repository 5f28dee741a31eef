/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The progress line of a run on standard error: how often it is drawn, and what fits into it. */
#include "base/status_line.h"

#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"

#define INTERVAL_NS (NS_PER_S / 5)
#define GAP "  "

bool status_line_due(int64_t *last_ns, int64_t time_ns)
{
	if (time_ns - *last_ns < INTERVAL_NS)
		return false;
	*last_ns = time_ns;
	return true;
}

char *status_line_join(char line[STATUS_LINE_MAX], unsigned width, const char *const *fields, size_t n_fields)
{
	const char *last = fields[n_fields - 1];

	for (size_t n = n_fields; n > 0; n--) {
		*line = '\0';
		for (size_t i = 0; i + 1 < n; i++)
			if (*fields[i])
				text_add(line, STATUS_LINE_MAX, "%s" GAP, fields[i]);
		text_add(line, STATUS_LINE_MAX, "%s", last);
		if (terminal_text_width(line, strlen(line)) < width)
			return line;
	}
	*line = '\0';
	return line;
}

void status_line_show(const char *const *fields, size_t n_fields)
{
	char line[STATUS_LINE_MAX];

	/* A line that wraps cannot be drawn over. */
	log_set_status_line(status_line_join(line, terminal_width(stderr), fields, n_fields));
}

void status_line_end(void)
{
	log_set_status_line(NULL);
}
