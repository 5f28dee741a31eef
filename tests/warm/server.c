/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded: keeps a program loaded, and forks it for each client. See warm.h. */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "warm.h"

#define CLIENTS 64    /* at a time */
#define ABOVE_ALL 500 /* numbers from here on are no program's */

typedef int main_function(int argc, char **argv, char **environment);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void),
			   void *);

static main_function *program;
static struct client {
	int connection, pidfd;
	pid_t child;
} clients[CLIENTS];
static unsigned n_clients;
static struct warm_request request;
start_function __libc_start_main;

/* Returns the number of descriptors, 0 where that is no request. */
static int receive(int connection, int fds[WARM_FDS])
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int) * WARM_FDS)];
	} control;
	struct iovec body = { &request, sizeof request };
	struct msghdr message = {
		.msg_iov = &body, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
	};
	ssize_t n = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (!header)
		return 0;
	((char *)&request)[n] = '\0'; /* behind the last of the texts */
	memcpy(fds, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	return (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
}

/* Each gets the number that it has in the client, and there are no others. */
static void place_fds(const int *fds, int n)
{
	for (int i = 0; i < n; i++)
		dup2(fds[i], ABOVE_ALL + i);
	for (int i = 0; i < ABOVE_ALL; i++)
		close(i);
	for (int i = 0; i < n; i++) {
		dup2(ABOVE_ALL + i, request.numbers[i]);
		close(ABOVE_ALL + i);
	}
}

/* AddressSanitizer's, where the program is built with it. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t allocated(void)
{
	return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes() : 0;
}

/* What the C library allocates once and keeps is not the program's to free. */
static void allocate_once(void)
{
	static char buffer[4096];

	tzset();
	setvbuf(stdout, buffer, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, sizeof buffer);
}

/* LeakSanitizer searches the memory of all libraries, which takes longer than most runs. It need not where
 * as much has been freed as allocated. */
static _Noreturn void run_program(int argc, char **argv)
{
	size_t before;
	int status;

	allocate_once();
	before = allocated();
	status = program(argc, argv, environ);
	fflush(NULL);
	if (allocated() == before)
		_exit(status);
	exit(status);
}

static _Noreturn void run(const int *fds, int n_fds)
{
	static char *arguments[WARM_TEXTS + 1], *variables[WARM_TEXTS + 1];
	char *at = request.text + strlen(request.text) + 1;
	int n = 0;

	place_fds(fds, n_fds);
	for (; n < request.n_arguments && n < WARM_TEXTS; at += strlen(at) + 1)
		arguments[n++] = at;
	for (int i = 0; *at && i < WARM_TEXTS; at += strlen(at) + 1)
		variables[i++] = at;
	environ = variables;
	for (int i = 1; i < 64; i++)
		signal(i, request.ignored >> i & 1 ? SIG_IGN : SIG_DFL);
	umask(request.umask);
	if (chdir(request.text) < 0)
		_exit(127);
	for (int i = 0; i < RLIM_NLIMITS; i++)
		setrlimit(i, &request.limits[i]);
	run_program(n, arguments);
}

/* Begins what the client asks for, and tells it the process's number. Returns whether the process runs. */
static bool begin(struct client *client)
{
	int fds[WARM_FDS], n_fds = receive(client->connection, fds);

	client->child = n_fds ? fork() : -1;
	if (client->child == 0)
		run(fds, n_fds);
	for (int i = 0; i < n_fds; i++)
		close(fds[i]);
	if (client->child < 0) {
		close(client->connection);
		return false;
	}
	client->pidfd = (int)syscall(SYS_pidfd_open, client->child, 0);
	send(client->connection, &client->child, sizeof client->child, MSG_NOSIGNAL);
	return true;
}

static void end(const struct client *client)
{
	int status = 0;

	waitpid(client->child, &status, 0);
	send(client->connection, &status, sizeof status, MSG_NOSIGNAL);
	close(client->connection);
	close(client->pidfd);
}

/* Waits for a client or a process; a process has no reason to go on without its client. */
static void turn(int listener)
{
	struct pollfd ends[1 + 2 * CLIENTS];
	unsigned n = n_clients;

	ends[0] = (struct pollfd){ .fd = n < CLIENTS ? listener : -1, .events = POLLIN };
	for (unsigned i = 0; i < n; i++) {
		ends[1 + i] = (struct pollfd){ .fd = clients[i].pidfd, .events = POLLIN };
		ends[1 + n + i] = (struct pollfd){ .fd = clients[i].connection };
	}
	poll(ends, 1 + 2 * n, -1);
	for (unsigned i = n; i-- > 0;) {
		if (ends[1 + n + i].revents)
			kill(clients[i].child, SIGKILL);
		if (ends[1 + i].revents) {
			end(&clients[i]);
			clients[i] = clients[--n_clients];
		}
	}
	if (ends[0].revents) {
		clients[n_clients].connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		n_clients += begin(&clients[n_clients]);
	}
}

/* The name is there once the server listens. */
static int listen_at(const char *name)
{
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	char path[sizeof address.sun_path];

	if (!warm_address(&address, name) || syscall(SYS_pidfd_open, getpid(), 0) < 0)
		return -1;
	memcpy(path, address.sun_path, sizeof path);
	address.sun_path[strlen(path) - 1] = '~';
	if (bind(listener, (const struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(listener, 64) < 0 || rename(address.sun_path, path) < 0)
		return -1;
	return listener;
}

static int serve(int argc, char **argv, char **environment)
{
	const char *slash = strrchr(argv[0], '/');
	int listener = listen_at(slash ? slash + 1 : argv[0]);

	(void)argc, (void)environment;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	while (listener >= 0)
		turn(listener);
	perror("warm");
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
