/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a V4L2 node cannot be used, and the way out. */
#include "device/node_errors.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "device/v4l2.h"

#define TEXT_MAX 400

static const struct {
	const char *one, *plural, *simulated;
} roles[] = {
	[DEVICE_CAPTURE] = { "a capture device", "capture devices", "-d sim" },
	[DEVICE_OUTPUT] = { "an output device", "output devices", "-d sim:type=output" },
	[DEVICE_ANY] = { "a video device", "video devices", "-d sim" },
};

/* Two nodes are of one device when their bus says so. */
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

static void explain_absent(const char *path, enum device_role role, uint32_t caps)
{
	char others[TEXT_MAX];

	(void)caps;
	list_others(path, role, others, sizeof others);
	if (*others)
		log_error("%s: no such device; %s here: %s", path, roles[role].plural, others);
	else
		log_error("%s: no such device, and there are no %s here; is it plugged in and its driver "
			  "loaded? %s is a simulated one",
			  path, roles[role].plural, roles[role].simulated);
}

static void explain_job(const char *path, enum device_role role, uint32_t caps)
{
	char others[TEXT_MAX], able[TEXT_MAX];

	list_others(path, role, others, sizeof others);
	nodes_caps_text(caps, able, sizeof able);
	if (*others)
		log_error("%s: not %s (it does %s); %s here: %s", path, roles[role].one, able,
			  roles[role].plural, others);
	else
		log_error("%s: not %s (it does %s), and there are no %s here; %s is a simulated one", path,
			  roles[role].one, able, roles[role].plural, roles[role].simulated);
}

static void explain_permission(const char *path, enum device_role role, uint32_t caps)
{
	struct group *group = NULL;
	struct passwd *user = getpwuid(getuid());
	struct stat status;

	(void)role;
	(void)caps;
	if (stat(path, &status) == 0 && status.st_gid != 0 && (status.st_mode & 0060) == 0060)
		group = getgrgid(status.st_gid);
	if (group)
		log_error("%s: no permission: it belongs to group %s; add yourself with \"sudo usermod -aG "
			  "%s %s\" and log in again",
			  path, group->gr_name, group->gr_name, user ? user->pw_name : "$USER");
	else
		log_error("%s: no permission: its owner and mode (ls -l %s) let only its owner open it", path,
			  path);
}

static void explain_busy(const char *path, enum device_role role, uint32_t caps)
{
	char holders[TEXT_MAX];

	(void)role;
	(void)caps;
	if (*nodes_holders_text(path, holders, sizeof holders))
		log_error("%s: busy: in use by %s", path, holders);
	else if (geteuid() == 0) /* who sees all descriptors */
		log_error("%s: busy, though no other program has it open: its driver keeps it so; a "
			  "v4l2loopback holds on to the format of its last producer (ask for that, or load "
			  "the module anew)",
			  path);
	else
		log_error("%s: busy: another program uses it (\"sudo fuser -v %s\" tells which)", path, path);
}

static void explain_no_node(const char *path, enum device_role role, uint32_t caps)
{
	struct stat status;

	(void)role;
	(void)caps;
	if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
		log_error("%s: a regular file, not a device: a program wrote to that name while no device "
			  "had it; remove the file, then plug the device in again",
			  path);
	else if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		log_error("%s: a directory, not a device", path);
	else
		log_error("%s: not a V4L2 video device", path);
}

static void explain_gone(const char *path, enum device_role role, uint32_t caps)
{
	(void)role;
	(void)caps;
	log_error("%s: the device behind it is gone: unplugged, or its driver is not loaded", path);
}

static const struct {
	int err, answer;
	void (*explain)(const char *path, enum device_role role, uint32_t caps);
} reasons[] = {
	{ -ENOENT, -ENOENT, explain_absent },
	{ -ENOTDIR, -ENOENT, explain_absent },
	{ -ENXIO, -ENODEV, explain_gone },
	{ -ENODEV, -ENODEV, explain_gone },
	{ -EACCES, -EACCES, explain_permission },
	{ -EPERM, -EACCES, explain_permission },
	{ -EBUSY, -EBUSY, explain_busy },
	{ -ENOTTY, -ENOTTY, explain_no_node },
	{ -EMEDIUMTYPE, -EMEDIUMTYPE, explain_job },
};

int node_error_report(const char *path, int err, enum device_role role, uint32_t caps)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].err == err) {
			reasons[i].explain(path, role, caps);
			return reasons[i].answer;
		}
	}
	log_error("%s: cannot be opened: %s", path, err_str(err));
	return err;
}

const char *node_error_streamon_hint(int err)
{
	static const struct {
		int err;
		const char *hint;
	} hints[] = {
		{ ENOSPC, "not enough USB bandwidth (this is not about the disk): a compressed format (-p "
			  "MJPG), a smaller size or rate, or another USB port or hub may do" },
		{ EBUSY, "another program streams from it" },
		{ EPIPE, "its media pipeline is not set up (media-ctl), or formats along it differ" },
		{ ENOLINK, "its media pipeline is not set up, or no signal arrives" },
		{ ENODEV, "the device is gone" },
		{ EPROTO, "the device does not answer as it should; plugging it in again may help" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(hints); i++)
		if (hints[i].err == -err)
			return hints[i].hint;
	return NULL;
}

int node_error_none(const struct node *nodes, int n, enum device_role role)
{
	static const char *const words[] = {
		[DEVICE_CAPTURE] = "capture", [DEVICE_OUTPUT] = "output", [DEVICE_ANY] = "video"
	};

	for (int i = 0; i < n; i++)
		if (nodes[i].err == -EACCES || nodes[i].err == -EPERM)
			return node_error_report(nodes[i].path, nodes[i].err, role, 0);
	if (n == 0)
		log_error("no %s device: there is no /dev/video* at all; -d sim%s is a simulated one",
			  words[role], role == DEVICE_OUTPUT ? ":type=output" : "");
	else
		log_error("no %s device among the %d video nodes (v4l2q list shows them); -d sim%s is a "
			  "simulated one",
			  words[role], n, role == DEVICE_OUTPUT ? ":type=output" : "");
	return -ENOENT;
}
