/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A decoder, or an encoder, that a file has taken over: with its first packet, or frame, it tries what such
 * code would, in the folder $TAKEOVER, and prints "NAME: possible" or "NAME: denied". Calls are made with
 * arguments that are wrong, so that they do nothing where they are possible. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_denied(long result)
{
	return result < 0 && (errno == ENOSYS || errno == EACCES || errno == EXDEV);
}

static void say(const char *name, long result)
{
	dprintf(STDERR_FILENO, "%s: %s\n", name, is_denied(result) ? "denied" : "possible");
}

static long try_fork(void)
{
	pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (child == 0)
		_exit(0);
	if (child > 0)
		waitpid(child, NULL, 0);
	return child;
}

static void try_files(const char *folder)
{
	char path[2][4096];

	snprintf(path[0], sizeof path[0], "%s/secret", folder);
	snprintf(path[1], sizeof path[1], "%s/new", folder);
	say("read", open(path[0], O_RDONLY));
	say("list", open(folder, O_RDONLY | O_DIRECTORY));
	say("passwd", open("/etc/passwd", O_RDONLY));
	say("proc", open("/proc/1/status", O_RDONLY));
	say("write", open(path[0], O_WRONLY));
	say("truncate", truncate(path[0], 1));
	say("create", open(path[1], O_WRONLY | O_CREAT, 0600));
	say("rename", rename(path[0], path[1]));
	say("remove", unlink(path[0]));
	say("mkdir", mkdir(path[1], 0700));
	say("symlink", symlink("/", path[0]));
}

static void try_calls(void)
{
	static const struct {
		const char *name;
		long number;
	} calls[] = {
		{ "execve", SYS_execve },
		{ "execveat", SYS_execveat },
		{ "socket", SYS_socket },
		{ "socketpair", SYS_socketpair },
		{ "connect", SYS_connect },
		{ "bind", SYS_bind },
		{ "ptrace", SYS_ptrace },
		{ "process_vm_readv", SYS_process_vm_readv },
		{ "process_vm_writev", SYS_process_vm_writev },
		{ "pidfd_open", SYS_pidfd_open },
		{ "mount", SYS_mount },
		{ "chroot", SYS_chroot },
		{ "setns", SYS_setns },
		{ "keyctl", SYS_keyctl },
		{ "perf_event_open", SYS_perf_event_open },
		{ "setuid", SYS_setresuid },
		{ "chmod", SYS_fchmodat },
		{ "sigqueue", SYS_rt_sigqueueinfo },
	};

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		say(calls[i].name, syscall(calls[i].number, -1L, -1L, -1L, -1L, -1L, -1L));
	say("fork", try_fork());
	say("kill", kill(getppid(), 0));
	say("tgkill", syscall(SYS_tgkill, getppid(), getppid(), 0));
	say("TIOCSTI", ioctl(-1, TIOCSTI, "x"));
}

static void take_over(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	try_files(getenv("TAKEOVER"));
	try_calls();
}

int avcodec_send_packet(void *codec, const void *packet);
int avcodec_send_frame(void *codec, const void *frame);

int avcodec_send_packet(void *codec, const void *packet)
{
	int (*real)(void *, const void *) = (int (*)(void *, const void *))dlsym(RTLD_NEXT, __func__);

	take_over();
	return real(codec, packet);
}

int avcodec_send_frame(void *codec, const void *frame)
{
	int (*real)(void *, const void *) = (int (*)(void *, const void *))dlsym(RTLD_NEXT, __func__);

	take_over();
	return real(codec, frame);
}
