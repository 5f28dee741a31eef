/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Error messages for nodes that cannot be used, with the cause and a remedy. */
#include "device/node_errors.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "device/v4l2.h"

#define TEXT_MAX 400
#define VIDEO_MAJOR 81

static const struct {
	const char *word, *one, *plural, *simulated;
} roles[] = {
	[DEVICE_CAPTURE] = { "capture", "a capture device", "capture devices", "-d sim" },
	[DEVICE_OUTPUT] = { "output", "an output device", "output devices", "-d sim:type=output" },
	[DEVICE_ANY] = { "video", "a capture or output device", "video devices", "-d sim" },
	[DEVICE_NODE] = { "video", "a video device", "video devices", "-d sim" },
};

/* Lists the nodes that have the capability, those of the same device first: nodes with the same bus_info are.
 */
static void list_others(const char *path, enum device_role role, char *text, size_t size)
{
	struct v4l2_capability own;
	struct node *nodes = NULL;
	int n = nodes_list(&nodes);
	bool known = v4l2_querycap(path, &own) == 0 && own.bus_info[0];

	*text = '\0';
	for (int same = 1; same >= 0; same--) {
		for (int i = 0; i < n; i++) {
			bool is_same = known &&
				       memcmp(nodes[i].info.bus_info, own.bus_info, sizeof own.bus_info) == 0;
			char card[32];

			if (is_same != same || !nodes_serve_role(nodes[i].caps, role) ||
			    strcmp(nodes[i].path, path) == 0)
				continue;
			snprintf(card, sizeof card, "%.31s", (const char *)nodes[i].info.card);
			text_clean(card, "");
			text_join(text, size, ", ", "%s (%s)", nodes[i].path,
				  same ? "of the same device" : card);
		}
	}
	if (n >= 0)
		free(nodes);
}

/* A node that cannot be used; caps: its capabilities, 0 where they are not known. */
struct failure {
	const char *path;
	enum device_role role;
	uint32_t caps;
};

static void report_absent(const struct failure *failure)
{
	char others[TEXT_MAX];

	list_others(failure->path, failure->role, others, sizeof others);
	if (*others)
		log_error("%s: no such device; available %s: %s", failure->path, roles[failure->role].plural,
			  others);
	else
		log_error("%s: no such device, and there are no other %s; check that it is plugged in and "
			  "its driver loaded, or use the simulated device, %s",
			  failure->path, roles[failure->role].plural, roles[failure->role].simulated);
}

static void report_wrong_role(const struct failure *failure)
{
	char others[TEXT_MAX], able[TEXT_MAX];

	list_others(failure->path, failure->role, others, sizeof others);
	strcpy(able, "capabilities: ");
	nodes_caps_text(failure->caps, able + strlen(able), sizeof able - strlen(able));
	if (nodes_is_m2m(failure->caps))
		snprintf(able, sizeof able,
			 "it is a memory-to-memory device, such as a codec or a scaler: it only converts "
			 "what a "
			 "program gives it");
	if (*others)
		log_error("%s: not %s (%s); available %s: %s", failure->path, roles[failure->role].one, able,
			  roles[failure->role].plural, others);
	else
		log_error("%s: not %s (%s), and there are no %s; use the simulated device, %s", failure->path,
			  roles[failure->role].one, able, roles[failure->role].plural,
			  roles[failure->role].simulated);
}

/* Membership of a group is advised for video nodes only: others' groups, such as that of disks, give much. */
static const struct group *video_group(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0 || !S_ISCHR(status.st_mode) || major(status.st_rdev) != VIDEO_MAJOR ||
	    status.st_gid == 0 || (status.st_mode & 0060) != 0060)
		return NULL;
	return getgrgid(status.st_gid);
}

static void report_permission(const struct failure *failure)
{
	const struct group *group = video_group(failure->path);
	const struct passwd *user = getpwuid(getuid());

	if (group)
		log_error("%s: no permission: it belongs to group %s; add yourself with \"sudo usermod -aG "
			  "%s %s\" and log in again",
			  failure->path, group->gr_name, group->gr_name, user ? user->pw_name : "$USER");
	else
		log_error("%s: no permission: only its owner may open it (see ls -l %s)", failure->path,
			  failure->path);
}

static void report_busy(const struct failure *failure)
{
	char holders[TEXT_MAX];

	if (*nodes_holders_text(failure->path, holders, sizeof holders))
		log_error("%s: busy: in use by %s", failure->path, holders);
	else if (geteuid() == 0) /* root sees the descriptors of all processes */
		log_error(
			"%s: busy, though no other process has it open; v4l2loopback keeps the format of its "
			"last producer: ask for that format, or reload the module",
			failure->path);
	else
		log_error("%s: busy: in use by another program (\"sudo fuser -v %s\" shows which)",
			  failure->path, failure->path);
}

/* Whether a file is where the nodes of devices are: in the file system that is mounted on /dev, which has no
 * files of users (unlike /dev/shm). Links are followed. */
static bool is_among_nodes(const char *path)
{
	char *file = realpath(path, NULL);
	struct stat status, nodes;
	bool among = file && strncmp(file, "/dev/", 5) == 0 && stat(file, &status) == 0 &&
		     stat("/dev", &nodes) == 0 && status.st_dev == nodes.st_dev;

	free(file);
	return among;
}

static void report_not_v4l2(const struct failure *failure)
{
	struct stat status;

	if (stat(failure->path, &status) == 0 && S_ISREG(status.st_mode) && !is_among_nodes(failure->path))
		log_error("%s: a regular file, not a device", failure->path);
	else if (stat(failure->path, &status) == 0 && S_ISREG(status.st_mode))
		log_error("%s: a regular file, not a device: a program wrote to this name while the device "
			  "was absent; remove the file and plug the device in again",
			  failure->path);
	else if (stat(failure->path, &status) == 0 && S_ISDIR(status.st_mode))
		log_error("%s: a directory, not a device", failure->path);
	else
		log_error("%s: not a V4L2 video device", failure->path);
}

static void report_gone(const struct failure *failure)
{
	log_error("%s: the device is gone: it was unplugged, or its driver is not loaded", failure->path);
}

static const struct {
	int err, result;
	void (*report)(const struct failure *failure);
} reasons[] = {
	{ -ENOENT, -ENOENT, report_absent },
	{ -ENOTDIR, -ENOENT, report_absent },
	{ -ENXIO, -ENODEV, report_gone },
	{ -ENODEV, -ENODEV, report_gone },
	{ -EACCES, -EACCES, report_permission },
	{ -EPERM, -EACCES, report_permission },
	{ -EBUSY, -EBUSY, report_busy },
	{ -ENOTTY, -ENOTTY, report_not_v4l2 },
	{ -EMEDIUMTYPE, -EMEDIUMTYPE, report_wrong_role },
};

int node_error_report(const char *path, int err, enum device_role role, uint32_t caps)
{
	const struct failure failure = { path, role, caps };

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].err == err) {
			reasons[i].report(&failure);
			return reasons[i].result;
		}
	}
	log_error("%s: cannot be opened: %s", path, err_str(err));
	return err;
}

const char *node_error_streamon_hint(int err, uint32_t caps)
{
	static const struct {
		int err;
		const char *hint;
	} hints[] = {
		{ ENOSPC, "not enough USB bandwidth (not disk space): try a compressed format (-p MJPG), "
			  "a smaller size or rate, or another USB port or hub" },
		{ EBUSY, "another program streams from it" },
		{ EPIPE, "its media pipeline is not set up (media-ctl), or formats along it differ" },
		{ ENOLINK, "its media pipeline is not set up, or there is no signal" },
		{ ENODEV, "the device is gone" },
		{ EPROTO, "the device does not respond properly; try plugging it in again" },
	};

	/* Some drivers of media-controller pipelines say so of a format that differs from the link's. */
	if (err == -EINVAL && caps & V4L2_CAP_IO_MC)
		err = -EPIPE;
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++)
		if (hints[i].err == -err)
			return hints[i].hint;
	return NULL;
}

int node_error_none(const struct node *nodes, int n, enum device_role role)
{
	for (int i = 0; i < n; i++)
		if (nodes[i].err == -EACCES || nodes[i].err == -EPERM)
			return node_error_report(nodes[i].path, nodes[i].err, role, 0);
	if (n == 0)
		log_error("no %s device: there is no /dev/video* node; use the simulated device, %s",
			  roles[role].word, roles[role].simulated);
	else
		log_error("no %s device among the %d video nodes (v4l2q list shows them); use the simulated "
			  "device, %s",
			  roles[role].word, n, roles[role].simulated);
	return -ENOENT;
}
