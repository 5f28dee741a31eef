/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded: keeps a program loaded, and forks it for each client. See warm.h. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "warm.h"

typedef int main_function(int argc, char **argv, char **environment);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void),
			   void *);

static main_function *program;
start_function __libc_start_main;

/* Returns the number of bytes of text, 0 where that is no request. */
static size_t receive(int connection, char text[WARM_BYTES], int fds[WARM_FDS])
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int) * WARM_FDS)];
	} control;
	struct iovec body = { text, WARM_BYTES };
	struct msghdr message = {
		.msg_iov = &body, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
	};
	ssize_t n = recvmsg(connection, &message, 0);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	if (n <= 0 || text[n - 1] != '\0' || !header || header->cmsg_len != CMSG_LEN(sizeof(int) * WARM_FDS))
		return 0;
	memcpy(fds, CMSG_DATA(header), sizeof(int) * WARM_FDS);
	return (size_t)n;
}

static _Noreturn void run(char *text, size_t n_bytes, const int fds[WARM_FDS])
{
	char *arguments[WARM_ARGUMENTS + 1] = { 0 };
	int n = 0;

	for (char *at = text + strlen(text) + 1; at < text + n_bytes && n < WARM_ARGUMENTS;
	     at += strlen(at) + 1)
		arguments[n++] = at;
	for (int i = 0; i < WARM_FDS; i++) {
		dup2(fds[i], i);
		close(fds[i]);
	}
	if (chdir(text) < 0)
		_exit(127);
	exit(program(n, arguments, environ));
}

/* The program's parent, who tells the client how it fares. */
static _Noreturn void keep(int connection)
{
	char text[WARM_BYTES];
	int fds[WARM_FDS], status = 0;
	size_t n_bytes = receive(connection, text, fds);
	pid_t child = n_bytes ? fork() : -1;

	if (child == 0) {
		close(connection);
		run(text, n_bytes, fds);
	}
	if (child > 0 && send(connection, &child, sizeof child, MSG_NOSIGNAL) > 0 &&
	    waitpid(child, &status, 0) == child)
		send(connection, &status, sizeof status, MSG_NOSIGNAL);
	_exit(0);
}

static int serve(int argc, char **argv, char **environment)
{
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), connection;

	(void)argc, (void)argv, (void)environment;
	unsetenv("LD_PRELOAD");
	signal(SIGCHLD, SIG_IGN);
	if (bind(listener, (const struct sockaddr *)&warm_address, sizeof warm_address) < 0 ||
	    listen(listener, 16) < 0)
		return 1;
	while ((connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		if (fork() == 0) {
			close(listener);
			signal(SIGCHLD, SIG_DFL);
			keep(connection);
		}
		close(connection);
	}
	return 1;
}

/* Called by what the linker puts before main(). */
int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
		      void (*rtld_fini)(void), void *stack_end)
{
	start_function *start = (start_function *)(uintptr_t)dlsym(RTLD_NEXT, "__libc_start_main");

	program = main;
	return start(serve, argc, argv, init, fini, rtld_fini, stack_end);
}
