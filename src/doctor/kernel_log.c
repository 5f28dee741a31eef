/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages of the kernel about a driver since the doctor began. Format of the records: kernel documentation,
 * "dev-kmsg". */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/array.h"
#include "base/text.h"
#include "doctor/doctor_internal.h"

#define WORST_LEVEL 4 /* warning; less urgent levels are higher */

/* Whether it is a line below the headline of a warning or a stall: these name whatever is loaded or was
 * running, also where the driver is not the cause. */
static bool is_of_a_dump(const char *text)
{
	static const char *const beginnings[] = { " ", "CPU: ", "Modules linked in:", "RIP: " };

	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (strncmp(text, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

const char *doctor_kernel_warning(char *record, const char *word)
{
	char *text = strchr(record, ';');

	if (!text || !*word || (atoi(record) & 7) > WORST_LEVEL || !strstr(text, word) ||
	    is_of_a_dump(text + 1))
		return NULL;
	text++[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

int doctor_kernel_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

enum status doctor_check_kernel(struct doctor *doctor, char *found)
{
	const char *driver = (const char *)doctor->setup.device.info.driver;
	char record[1024], text[OBSTACLE_TEXT_MAX] = "";
	ssize_t n;

	if (doctor->kmsg_fd < 0 || device_is_simulated(&doctor->setup.device))
		return STATUS_DONE;
	while ((n = read(doctor->kmsg_fd, record, sizeof record - 1)) > 0) {
		const char *warning;
		char item[100];

		record[n] = '\0';
		warning = doctor_kernel_warning(record, driver);
		snprintf(item, sizeof item, "%s", warning ? warning : "");
		if (!strstr(text, item)) /* once, even if it was logged repeatedly */
			text_join(text, sizeof text, " | ", "%s", item);
	}
	if (*text)
		obstacle_report(doctor->setup.device.path, OBSTACLE_KERNEL, text, NULL);
	snprintf(found, FINDING_TEXT_MAX, "it says nothing of %s", driver);
	return STATUS_DONE;
}
