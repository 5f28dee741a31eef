/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives up root and, by landlock, access to files. Rules: the kernel's userspace-api/landlock.rst. */
#include "cli/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "cli/confine_calls.h"
#include "media/write/muxer.h"

/* Rights of later kernels, which the headers may lack. */
#define FS_REFER (UINT64_C(1) << 13)
#define FS_TRUNCATE (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_DEVICES (FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_IOCTL_DEV)
#define FS_FOLDER                                                                                            \
	(FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |                             \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | FS_REFER | FS_TRUNCATE)
#define FS_OF_FILES                                                                                          \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |         \
	 FS_TRUNCATE | FS_IOCTL_DEV)

struct ruleset {
	int fd;
	uint64_t handled; /* rights that this kernel knows */
};

/* Files that libraries open late, and those to resolve addresses. */
static const struct {
	const char *path;
	uint64_t rights;
	bool for_address;
} system_paths[] = {
	{ "/dev", FS_DEVICES, false },
	{ "/sys", FS_READ, false }, /* device of a node */
	{ "/proc/self", FS_READ, false },
	{ "/proc/meminfo", FS_READ, false },
	{ "/etc/localtime", FS_READ, false },
	{ "/usr/share/zoneinfo", FS_READ, false },
	{ "/usr/lib", FS_READ, false }, /* libv4l2 loads plugins for each device */
	{ "/etc/ld.so.cache", FS_READ, false },
	{ "/etc", FS_READ, true },
	{ "/usr/share/ca-certificates", FS_READ, true },
	{ "/run", FS_READ, true }, /* resolv.conf may be a link */
};

int confine_check_user(const char *user)
{
	if (user && !getpwnam(user)) {
		log_error("--user %s: there is no such user", user);
		return -EINVAL;
	}
	if (user && geteuid() != 0) {
		log_error("--user %s: only root can switch to another user: start as root, or leave the "
			  "option out",
			  user);
		return -EINVAL;
	}
	return 0;
}

/* Sets the user's supplementary groups, so that a device of group video can be opened again. */
int confine_become_user(const char *name)
{
	const struct passwd *user = getpwnam(name);

	if (user && initgroups(name, user->pw_gid) == 0 &&
	    setresgid(user->pw_gid, user->pw_gid, user->pw_gid) == 0 &&
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) == 0)
		return 0;
	log_error("cannot switch to user %s: %s", name, err_str(-errno));
	return -EPERM;
}

/* The descriptor stays open: rules are for an inode, and 9p has a new one for each opening of a file that is
 * not open. */
static int add_path(const struct ruleset *rules, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = { .parent_fd = open(path, O_PATH | O_CLOEXEC) };
	struct stat st;
	int err = 0;

	/* A file that does not exist is not opened either. */
	if (rule.parent_fd < 0)
		return 0;
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= FS_OF_FILES;
	rule.allowed_access = rights & rules->handled;
	if (syscall(SYS_landlock_add_rule, rules->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		err = -errno;
	return err;
}

/* Folders, as a link leads to a file in another folder, and fields may be in the names of folders. */
static int add_folders(const struct ruleset *rules, const char *name, uint64_t rights)
{
	char *target = realpath(name, NULL), *prefix = strndup(name, strcspn(name, "%"));
	int err = prefix ? add_path(rules, dirname(prefix), rights) : log_no_memory();

	if (err == 0 && target)
		err = add_path(rules, dirname(target), rights);
	free(target);
	free(prefix);
	return err;
}

/* Some addresses contain a local file: crypto:FILE. */
static int add_named(const struct ruleset *rules, const struct confine_path *path)
{
	const char *name = path->name;

	if (path->access == CONFINE_FOLDER)
		return add_path(rules, name, FS_FOLDER);
	if (muxer_is_url(name) || strncmp(name, "file:", 5) == 0)
		name = strchr(name, ':') + 1;
	if (strcmp(name, "-") == 0 || strncmp(name, "//", 2) == 0)
		return 0;
	if (path->access == CONFINE_READ && access(name, F_OK) == 0)
		return add_path(rules, name, FS_READ);
	return add_folders(rules, name, path->access == CONFINE_READ ? FS_READ : FS_FOLDER);
}

static bool has_address(const struct confine_path *paths, size_t n_paths)
{
	for (size_t i = 0; i < n_paths; i++) {
		if (paths[i].name && muxer_is_url(paths[i].name))
			return true;
	}
	return false;
}

static int add_system_paths(const struct ruleset *rules, bool addresses)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(system_paths); i++) {
		if (addresses || !system_paths[i].for_address)
			err = add_path(rules, system_paths[i].path, system_paths[i].rights);
	}
	return err;
}

/* The rights that the kernel can restrict. 0: it has no landlock. */
static uint64_t known_rights(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (abi <= 0)
		return 0;
	return (FS_REFER - 1) | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0) |
	       (abi >= 5 ? FS_IOCTL_DEV : 0);
}

static int restrict_files(const struct ruleset *rules, const struct confine_path *paths, size_t n_paths,
			  bool has_playlists)
{
	int err = has_playlists ? add_path(rules, "/", FS_READ) : 0;

	for (size_t i = 0; err == 0 && i < n_paths; i++) {
		if (paths[i].name)
			err = add_named(rules, &paths[i]);
	}
	if (err == 0)
		err = add_system_paths(rules, has_address(paths, n_paths));
	if (err == 0 && syscall(SYS_landlock_restrict_self, rules->fd, 0) < 0)
		err = -errno;
	return err;
}

static int confine_files(const struct confine_path *paths, size_t n_paths, bool has_playlists)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = known_rights() };
	struct ruleset rules = { .handled = attr.handled_access_fs };
	int err;

	if (!rules.handled) {
		log_verbose("the kernel has no landlock: other files stay accessible");
		return 0;
	}
	rules.fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	err = rules.fd < 0 ? -errno : restrict_files(&rules, paths, n_paths, has_playlists);
	if (rules.fd >= 0)
		close(rules.fd);
	if (err < 0)
		log_error("landlock: %s; --no-confine leaves all files accessible", err_str(err));
	return err;
}

int confine(const struct confine_path *paths, size_t n_paths, bool has_playlists)
{
	int err = prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0 ? -errno : 0;

	if (err < 0) {
		log_error("prctl(PR_SET_NO_NEW_PRIVS): %s", err_str(err));
		return err;
	}
	err = confine_files(paths, n_paths, has_playlists);
	return err < 0 ? err : confine_calls(has_playlists || has_address(paths, n_paths));
}
