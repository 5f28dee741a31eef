/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stands in for a program that is kept loaded: runs it, and ends as it ends. See warm.h.
 *
 *     warm PROGRAM [ARGUMENT]...
 *     NAME [ARGUMENT]...           by any other name: runs NAME.real
 *
 * Where no server keeps it, or another library is to be preloaded, the program is started.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "warm.h"

static const int forwarded[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT };
static volatile pid_t worker;
static struct warm_request request;

static void forward(int number)
{
	kill(worker, number);
}

static bool add_texts(size_t *n, char **texts)
{
	for (; *texts; texts++) {
		size_t bytes = strlen(*texts) + 1;

		if (bytes > WARM_BYTES - *n)
			return false;
		memcpy(request.text + *n, *texts, bytes);
		*n += bytes;
	}
	return true;
}

/* Returns the number of bytes, 0 where there are too many. */
static size_t write_request(int argc, char **argv)
{
	size_t n;

	if (!getcwd(request.text, WARM_BYTES))
		return 0;
	n = strlen(request.text) + 1;
	for (int i = 0; i < RLIM_NLIMITS; i++)
		getrlimit(i, &request.limits[i]);
	for (int i = 1; i < 64; i++) {
		struct sigaction action;

		if (sigaction(i, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			request.ignored |= 1ULL << i;
	}
	request.umask = umask(0);
	request.n_arguments = argc;
	return add_texts(&n, argv) && add_texts(&n, environ) ? offsetof(struct warm_request, text) + n : 0;
}

/* Those that a program would inherit. Returns how many, 0 where there are too many. */
static int list_fds(int fds[WARM_FDS])
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;
	int n = 0;

	while (folder && (entry = readdir(folder))) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fcntl(fd, F_GETFD) & FD_CLOEXEC)
			continue;
		if (n == WARM_FDS) {
			n = 0;
			break;
		}
		fds[n++] = fd;
	}
	if (folder)
		closedir(folder);
	return n;
}

static bool ask(int connection, const char *name, int argc, char **argv)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int) * WARM_FDS)];
	} control = { 0 };
	struct sockaddr_un address;
	struct iovec body = { &request, write_request(argc, argv) };
	struct msghdr message = { .msg_iov = &body, .msg_iovlen = 1, .msg_control = &control };
	size_t n = sizeof(int) * (size_t)list_fds(request.numbers);

	if (!n || !body.iov_len || getenv("LD_PRELOAD") || !warm_address(&address, name) ||
	    connect(connection, (const struct sockaddr *)&address, sizeof address) < 0)
		return false;
	control.header = (struct cmsghdr){ CMSG_LEN(n), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), request.numbers, n);
	message.msg_controllen = CMSG_SPACE(n);
	return sendmsg(connection, &message, MSG_NOSIGNAL) == (ssize_t)body.iov_len;
}

/* Returns the exit status. */
static int follow(int connection, const sigset_t *signals)
{
	struct sigaction action = { .sa_handler = forward, .sa_flags = SA_RESTART };
	int pid, status;

	/* Those that are ignored too, as SIGINT is in a shell's background: the program may handle them. */
	for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
		sigaction(forwarded[i], &action, NULL);
	if (recv(connection, &pid, sizeof pid, 0) != sizeof pid)
		return 127;
	worker = pid;
	sigprocmask(SIG_SETMASK, signals, NULL);
	if (recv(connection, &status, sizeof status, 0) != sizeof status)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
	char *program, real[4096];
	sigset_t all, before;

	snprintf(real, sizeof real, "%s.real", argv[0]);
	program = real;
	if (strcmp(name, "warm") == 0 && argc > 1) {
		argc--;
		argv++;
		program = argv[0];
		slash = strrchr(program, '/');
		name = slash ? slash + 1 : program;
	}
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before); /* until it is known to whom they go */
	if (ask(connection, name, argc, argv))
		return follow(connection, &before);
	umask(request.umask);
	sigprocmask(SIG_SETMASK, &before, NULL);
	execvp(program, argv);
	perror(program);
	return 127;
}
