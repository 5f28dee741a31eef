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
#include <sys/xattr.h>
#include <unistd.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/machine_root.h"
#include "base/text.h"
#include "base/units.h"
#include "device/nodes/conversion.h"
#include "device/nodes/holders.h"
#include "device/nodes/missing_driver.h"
#include "device/obstacles.h"
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
	[DEVICE_ALL] = { "video", "a video device", "video devices", "-d sim" },
};

/* Lists the nodes that have the capability. Those with the same bus_info, of the same device, come first. */
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

/* A node that cannot be used. caps: its capabilities, 0 if not known. */
struct failure {
	const char *path;
	enum device_role role;
	uint32_t caps;
};

/* Reports video hardware without a driver. Returns whether there is any. */
static bool report_missing_driver(const char *path)
{
	struct missing_driver missing;
	bool found = missing_driver_find(machine_root(), &missing);

	if (found && *missing.bind)
		obstacle_report(path, OBSTACLE_UNBOUND, missing.device, missing.bind);
	else if (found)
		obstacle_report(path, OBSTACLE_NO_DRIVER, missing.device, missing.module);
	return found;
}

static void report_absent(const struct failure *failure)
{
	char others[TEXT_MAX];

	if (report_missing_driver(failure->path))
		return;
	list_others(failure->path, failure->role, others, sizeof others);
	if (*others)
		obstacle_report(failure->path, OBSTACLE_ABSENT_OTHERS, roles[failure->role].plural, others);
	else
		obstacle_report(failure->path, OBSTACLE_ABSENT, roles[failure->role].plural,
				roles[failure->role].simulated);
}

/* Describes what kind of node it is instead, in text, which is returned. */
static char *other_job_text(uint32_t caps, char *text, size_t size)
{
	if (caps & (V4L2_CAP_META_CAPTURE | V4L2_CAP_META_OUTPUT)) {
		snprintf(text, size, "it carries metadata of the pictures, not the pictures");
	} else {
		strcpy(text, "capabilities: ");
		nodes_caps_text(caps, text + strlen(text), size - strlen(text));
	}
	return text;
}

/* v4l2loopback with exclusive_caps is an output device until a producer writes to it. */
static bool is_loopback_at_rest(const struct failure *failure)
{
	struct v4l2_capability info;

	return failure->role == DEVICE_CAPTURE && nodes_serve_role(failure->caps, DEVICE_OUTPUT) &&
	       v4l2_querycap(failure->path, &info) == 0 && nodes_is_loopback(&info);
}

static void report_other_job(const struct failure *failure)
{
	char others[TEXT_MAX], able[TEXT_MAX], cause[2 * TEXT_MAX], cure[2 * TEXT_MAX];

	if (is_loopback_at_rest(failure)) {
		obstacle_report(failure->path, OBSTACLE_NO_PRODUCER_EXCLUSIVE, failure->path, NULL);
		return;
	}
	list_others(failure->path, failure->role, others, sizeof others);
	snprintf(cause, sizeof cause, "%s (%s)", roles[failure->role].one,
		 other_job_text(failure->caps, able, sizeof able));
	snprintf(cure, sizeof cure, "%s: %s", roles[failure->role].plural, others);
	if (*others)
		obstacle_report(failure->path, OBSTACLE_OTHER_JOB_OTHERS, cause, cure);
	else
		obstacle_report(failure->path, OBSTACLE_OTHER_JOB, cause, roles[failure->role].simulated);
}

int node_error_codec(struct device *device, enum device_role role)
{
	char does[CONVERSION_TEXT_MAX], usage[CONVERSION_TEXT_MAX], cause[2 * CONVERSION_TEXT_MAX];
	struct conversion conversion;

	conversion_read(device, &conversion);
	snprintf(cause, sizeof cause, "%s: it is a memory-to-memory device, %s", roles[role].one,
		 conversion_text(&conversion, does));
	if (*conversion_usage(&conversion, device->name, usage))
		obstacle_report(device->path, OBSTACLE_CODEC, cause, usage);
	else
		obstacle_report(device->path, OBSTACLE_CODEC_UNUSED, cause, NULL);
	return -EMEDIUMTYPE;
}

/* Advises membership of a group for video nodes only: the groups of other nodes, such as disks, grant much.
 */
static const struct group *video_group(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0 || !S_ISCHR(status.st_mode) || major(status.st_rdev) != VIDEO_MAJOR ||
	    status.st_gid == 0 || (status.st_mode & 0060) != 0060)
		return NULL;
	return getgrgid(status.st_gid);
}

/* The users and groups that a POSIX access control list lets read and write, in text, which is returned; "":
 * there is no list, or it names none. Layout: include/uapi/linux/posix_acl_xattr.h. */
static char *access_list_text(const char *path, char *text, size_t size)
{
	struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} entries[32];
	} list;
	ssize_t bytes = getxattr(path, "system.posix_acl_access", &list, sizeof list);

	*text = '\0';
	for (ssize_t i = 0; bytes >= (ssize_t)(sizeof list.version + (size_t)(i + 1) * sizeof *list.entries);
	     i++) {
		bool is_user = list.entries[i].tag == 0x02, is_group = list.entries[i].tag == 0x08;

		if ((is_user || is_group) && (list.entries[i].perm & 6) == 6)
			text_join(text, size, ", ", "%s %u", is_user ? "user" : "group", list.entries[i].id);
	}
	return text;
}

static void report_permission(const struct failure *failure)
{
	const struct group *group = video_group(failure->path);
	const struct passwd *user = getpwuid(getuid());
	const char *name = user ? user->pw_name : "$USER";
	char others[TEXT_MAX], entry[TEXT_MAX];

	snprintf(entry, sizeof entry, "%s:rw %s", name, failure->path);
	if (*access_list_text(failure->path, others, sizeof others))
		obstacle_report(failure->path, OBSTACLE_PERMISSION_ACL, others, entry);
	else if (group)
		obstacle_report(failure->path, OBSTACLE_PERMISSION_GROUP, group->gr_name, name);
	else
		obstacle_report(failure->path, OBSTACLE_PERMISSION_OWNER, failure->path, NULL);
}

/* v4l2loopback 0.12.7 returns EBUSY, too, until a producer has set a format. Only root sees the descriptors
 * of all processes. */
static bool waits_for_producer(const char *path)
{
	struct v4l2_capability info;

	return geteuid() == 0 && v4l2_querycap(path, &info) == 0 && nodes_is_loopback(&info);
}

static void report_busy(const struct failure *failure)
{
	char holders[TEXT_MAX];

	if (*holders_text(failure->path, true, holders, sizeof holders))
		obstacle_report(failure->path, OBSTACLE_BUSY, holders, NULL);
	else if (waits_for_producer(failure->path))
		obstacle_report(failure->path, OBSTACLE_NO_PRODUCER, failure->path, NULL);
	else
		obstacle_report(failure->path, OBSTACLE_BUSY_UNKNOWN, failure->path, NULL);
}

/* Whether a path is in the file system mounted on /dev, which holds no files of users (unlike /dev/shm).
 * Links are followed. */
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
	enum obstacle_kind kind = OBSTACLE_NOT_V4L2;
	struct stat status;

	if (stat(failure->path, &status) == 0 && S_ISREG(status.st_mode))
		kind = is_among_nodes(failure->path) ? OBSTACLE_FILE_LEFT : OBSTACLE_FILE;
	else if (stat(failure->path, &status) == 0 && S_ISDIR(status.st_mode))
		kind = OBSTACLE_FOLDER;
	obstacle_report(failure->path, kind, NULL, NULL);
}

static void report_gone(const struct failure *failure)
{
	obstacle_report(failure->path, OBSTACLE_GONE, NULL, NULL);
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
	{ -EMEDIUMTYPE, -EMEDIUMTYPE, report_other_job },
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

int node_error_none(const struct node *nodes, int n, enum device_role role)
{
	for (int i = 0; i < n; i++)
		if (nodes[i].err == -EACCES || nodes[i].err == -EPERM)
			return node_error_report(nodes[i].path, nodes[i].err, role, 0);
	if (report_missing_driver(NULL))
		return -ENOENT;
	obstacle_report(NULL, n == 0 ? OBSTACLE_NO_NODES : OBSTACLE_NO_ROLE, roles[role].word,
			roles[role].simulated);
	return -ENOENT;
}

void node_error_no_frames(const struct device *device, int64_t stall_ns)
{
	char text[32];

	snprintf(text, sizeof text, "%s s", PLAIN_NUMBER((double)stall_ns / NS_PER_S, 3));
	if (nodes_is_loopback(&device->info))
		obstacle_report(device->path, OBSTACLE_NO_PRODUCER, device->path, NULL);
	else
		obstacle_report(device->path, OBSTACLE_NO_FRAMES, text, NULL);
}
