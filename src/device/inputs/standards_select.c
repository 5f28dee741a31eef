/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting the analogue television standard. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/log.h"
#include "base/text.h"
#include "device/inputs/standards.h"
#include "device/obstacles.h"

#define TEXT_MAX 400

/* Names of standards of several bits; standards_names[] has those of one. */
static const struct flag_name families[] = {
	{ V4L2_STD_PAL, "PAL" },
	{ V4L2_STD_PAL_BG, "PAL-BG" },
	{ V4L2_STD_PAL_DK, "PAL-DK" },
	{ V4L2_STD_NTSC, "NTSC" },
	{ V4L2_STD_SECAM, "SECAM" },
	{ V4L2_STD_SECAM_DK, "SECAM-DK" },
	{ 0, NULL },
};

static v4l2_std_id find_standard(const struct flag_name *names, const char *name)
{
	while (names->name && strcasecmp(names->name, name) != 0)
		names++;
	return names->flag;
}

/* "PAL-B/G/H", as v4l2-ctl prints it: the part before the hyphen applies to all. */
static v4l2_std_id parse_list(const char *text)
{
	size_t family = strcspn(text, "-");
	const char *letters = text[family] ? text + family + 1 : "";
	v4l2_std_id all = 0, one;
	char name[32];

	while (*letters) {
		size_t length = strcspn(letters, "/");

		snprintf(name, sizeof name, "%.*s-%.*s", (int)family, text, (int)length, letters);
		one = find_standard(standards_names, name);
		if (!one)
			return 0;
		all |= one;
		letters += length + (letters[length] == '/');
	}
	return all;
}

/* The driver's own names come first, as it may choose any. */
static v4l2_std_id parse_standard(struct device *device, const char *text)
{
	struct v4l2_standard listed;
	v4l2_std_id std;
	char *end;

	for (uint32_t i = 0; standards_get(device, i, &listed); i++)
		if (strcasecmp((const char *)listed.name, text) == 0)
			return listed.id;
	std = find_standard(families, text);
	if (!std)
		std = parse_list(text);
	if (!std && strncasecmp(text, "0x", 2) == 0) {
		std = strtoull(text, &end, 16);
		std = *end ? 0 : std;
	}
	return std;
}

static int report_standard(struct device *device, const char *choice, const char *why)
{
	struct v4l2_standard listed;
	char text[TEXT_MAX] = "";

	for (uint32_t i = 0; standards_get(device, i, &listed); i++)
		text_join(text, sizeof text, ", ", "%s", (const char *)listed.name);
	if (*text)
		log_error("%s: standard %s: %s; available: auto, %s", device->path, choice, why, text);
	else
		log_error("%s: standard %s: the selected input has no analogue standards", device->path,
			  choice);
	return -ERANGE;
}

/* Returns the first standard that the device lists among those that the signal may have. */
static v4l2_std_id choose_detected(struct device *device, v4l2_std_id detected)
{
	struct v4l2_standard listed;

	for (uint32_t i = 0; standards_get(device, i, &listed); i++)
		if (!(listed.id & ~detected))
			return listed.id;
	return detected;
}

/* Sets *std to 0 where the standard of the signal is set already. */
static int detect(struct device *device, const struct signal_wait *wait, v4l2_std_id *std)
{
	v4l2_std_id detected, current;
	int err;

	while ((err = standards_detected(device, &detected)) == 0 && !detected) {
		err = signal_wait(wait);
		if (err < 0)
			break;
	}
	if (err == -ETIMEDOUT)
		obstacle_report(device->path, OBSTACLE_NO_SIGNAL, NULL, NULL);
	else if (err == -ENOTTY || err == -ENODATA)
		return report_standard(device, "auto", "the driver does not detect it");
	else if (err < 0 && err != -ECANCELED)
		return device_error(device, "VIDIOC_QUERYSTD", err);
	if (err < 0)
		return err;
	*std = choose_detected(device, detected);
	if (standards_current(device, &current) == 0 && current && !(current & ~detected))
		*std = 0;
	return 0;
}

int standards_put(struct device *device, v4l2_std_id std)
{
	return device_ioctl(device, VIDIOC_S_STD, &std);
}

int standards_select(struct device *device, const char *choice, const struct signal_wait *wait,
		     v4l2_std_id *std)
{
	bool is_auto = strcmp(choice, "auto") == 0;
	int err = 0;

	if (is_auto)
		err = detect(device, wait, std);
	else
		*std = parse_standard(device, choice);
	if (err < 0 || (is_auto && !*std))
		return err;
	if (!*std)
		return report_standard(device, choice, "unknown");
	err = standards_put(device, *std);
	if (err == -EINVAL || err == -ENOTTY || err == -ENODATA)
		return report_standard(device, choice, "the device refuses it");
	return err < 0 ? device_error(device, "VIDIOC_S_STD", err) : 0;
}

int standards_verify(struct device *device, v4l2_std_id std)
{
	v4l2_std_id now;
	char asked[TEXT_MAX], got[TEXT_MAX];

	if (!std || standards_current(device, &now) < 0 || (now && !(now & ~std)))
		return 0;
	log_error("%s: asked for standard %s, the device has set %s", device->path,
		  flags_text(standards_names, std, asked, sizeof asked),
		  flags_text(standards_names, now, got, sizeof got));
	return -ERANGE;
}
