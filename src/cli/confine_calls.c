/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Restricts system calls by seccomp. */
#include "cli/confine_calls.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"

/* Sanitizers stop the process like a debugger does, and execute a symbolizer. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define IS_TRACED 1
#else
#define IS_TRACED 0
#endif

/* clang-format off */
static const char *const calls[] = {
	/* memory */
	"brk", "madvise", "membarrier", "memfd_create", "mincore", "mlock", "mlock2", "mmap", "mmap2",
	"mprotect", "mremap", "msync", "munlock", "munmap",
	/* files and descriptors */
	"access", "close", "close_range", "dup", "dup2", "dup3", "faccessat", "faccessat2", "fadvise64",
	"fadvise64_64", "fallocate", "fcntl", "fcntl64", "fdatasync", "flock", "fstat", "fstat64", "fstatat64",
	"fstatfs", "fstatfs64", "fsync", "ftruncate", "ftruncate64", "getcwd", "getdents64", "link", "linkat",
	"_llseek", "lseek", "lstat", "lstat64", "newfstatat", "open", "openat", "pipe2", "pread64", "preadv",
	"preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readlink", "readlinkat", "readv", "rename",
	"renameat", "renameat2", "stat", "stat64", "statfs", "statfs64", "statx", "sync_file_range", "syncfs",
	"unlink", "unlinkat", "write", "writev",
	/* events and time */
	"clock_getres", "clock_getres_time64", "clock_gettime", "clock_gettime64", "clock_nanosleep",
	"clock_nanosleep_time64", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2",
	"gettimeofday", "inotify_add_watch", "inotify_init1", "inotify_rm_watch", "nanosleep", "poll",
	"ppoll", "ppoll_time64", "pselect6", "pselect6_time64", "select", "signalfd4", "time",
	"timerfd_create", "timerfd_gettime", "timerfd_settime", "timerfd_settime64",
	/* threads and signals, and what libraries ask of the system */
	"arch_prctl", "exit", "exit_group", "futex", "futex_time64", "futex_waitv", "getcpu", "getegid",
	"geteuid", "getgid", "getpid", "getppid", "getpriority", "getrandom", "getrlimit", "getrusage",
	"gettid", "getuid", "pause", "prctl", "restart_syscall", "rseq", "rt_sigaction", "rt_sigpending",
	"rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_sigtimedwait_time64",
	"sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getparam",
	"sched_getscheduler", "sched_setaffinity", "sched_yield", "set_robust_list", "sigaltstack",
	"sigreturn", "sysinfo", "ugetrlimit", "uname", "wait4", "waitid",
	/* sockets that are open already */
	"accept", "accept4", "getpeername", "getsockname", "getsockopt", "recvfrom", "recvmmsg", "recvmsg",
	"sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
};

static const char *const socket_calls[] = { "bind", "connect", "listen", "socket", "socketpair" };
/* clang-format on */

/* The types of ioctl numbers, see the kernel's ioctl-number.rst. The type of terminals is not one of them:
 * TIOCSTI would let the program type what a shell then executes. */
static const unsigned char ioctl_types[] = {
	'V',           /* V4L2 and its sub-devices */
	'|',           /* media controller */
	'b', 'H', 'u', /* dma-buf, its heaps, udmabuf */
	'd',           /* DRM: memory of a display */
};

static const unsigned long terminal_ioctls[] = { TCGETS, TIOCGWINSZ, TIOCGPGRP, FIONREAD, FIONBIO };

/* System calls that this machine does not have are skipped. */
static int allow(scmp_filter_ctx filter, const char *name, unsigned n_conditions,
		 struct scmp_arg_cmp condition)
{
	int number = seccomp_syscall_resolve_name(name);

	return number < 0 ? 0 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, n_conditions, condition);
}

static int allow_all(scmp_filter_ctx filter, const char *const names[], size_t n)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = allow(filter, names[i], 0, (struct scmp_arg_cmp){ 0 });
	return err;
}

static int allow_ioctls(scmp_filter_ctx filter)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(ioctl_types); i++)
		err = allow(filter, "ioctl", 1, SCMP_A1(SCMP_CMP_MASKED_EQ, 0xff00, ioctl_types[i] << 8));
	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(terminal_ioctls); i++)
		err = allow(filter, "ioctl", 1, SCMP_A1(SCMP_CMP_EQ, terminal_ioctls[i]));
	return err;
}

/* Threads, signals and limits of this process only. The flags of clone3() are in memory, which a filter
 * cannot read: it fails, so that the C library calls clone() instead. */
static int allow_own_process(scmp_filter_ctx filter)
{
	int err = allow(filter, "clone", 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));

	if (err == 0)
		err = allow(filter, "tgkill", 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	return err < 0 ? err : allow(filter, "prlimit64", 1, SCMP_A0(SCMP_CMP_EQ, 0));
}

static int fill_filter(scmp_filter_ctx filter, bool sockets)
{
	int err = allow_all(filter, calls, ARRAY_SIZE(calls));

	if (err == 0 && sockets)
		err = allow_all(filter, socket_calls, ARRAY_SIZE(socket_calls));
	if (err == 0)
		err = allow_ioctls(filter);
	return err < 0 ? err : allow_own_process(filter);
}

/* Loads the filter for all existing threads. */
static int load_filter(scmp_filter_ctx filter)
{
	int err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	if (err == 0)
		err = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	if (err == 0)
		err = seccomp_load(filter);
	if (err != -EOPNOTSUPP && err != -ENOSYS && err != -EINVAL)
		return err;
	log_verbose("the kernel has no seccomp filters: all system calls stay allowed");
	return 0;
}

/* With ENOSYS libraries fall back on an older call. */
int confine_calls(bool sockets)
{
	scmp_filter_ctx filter;
	int err;

	if (IS_TRACED)
		return 0;
	filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	err = filter ? fill_filter(filter, sockets) : -ENOMEM;
	if (err == 0)
		err = load_filter(filter);
	seccomp_release(filter);
	if (err < 0)
		log_error("seccomp: %s; --no-confine allows all system calls", err_str(err));
	return err;
}
