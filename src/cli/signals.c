/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signals as file descriptors for poll(). Those that end the program have a handler, not a signalfd: a
 * signalfd needs them blocked, and another ^C would then have no effect while the program hangs in a driver
 * or a file system.
 */
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/output_file.h"

static const int end_signals[] = { SIGINT, SIGTERM, SIGHUP };

/* One request to end may come as several signals: timeout(1) sends SIGTERM to the program and then to its
 * process group, systemd SIGTERM and SIGHUP. */
#define SAME_REQUEST_NS NS_PER_S

static int signal_fd = -1;
static struct {
	int number, fd;
} blocked[] = { { SIGCONT, -1 }, { SIGUSR1, -1 } }; /* which a signalfd has */
static atomic_uint n_hangups;
static _Atomic int64_t first_ns; /* of the first signal; 0: none yet */

/* SIGHUP stays ignored under nohup(1). SIGINT is handled even when it is ignored, as a shell has it for
 * background jobs: only a deliberate kill can send it there. */
static bool stays_ignored(int number)
{
	struct sigaction former;

	return number == SIGHUP && sigaction(number, NULL, &former) == 0 && former.sa_handler == SIG_IGN;
}

static void handle_end_signal(int number)
{
	uint64_t one = 1;
	int64_t first = 0, now = now_ns();
	int saved = errno;
	ssize_t n;

	if (atomic_compare_exchange_strong(&first_ns, &first, now)) {
		n = write(signal_fd, &one, sizeof one);
		(void)n;
	} else if (now - first >= SAME_REQUEST_NS) {
		signal(number, SIG_DFL);
		raise(number); /* blocked until the handler returns */
	}
	errno = saved;
}

int signals_open(void)
{
	struct sigaction action = { .sa_handler = handle_end_signal, .sa_flags = SA_RESTART };

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (signal_fd < 0)
		signal_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (signal_fd < 0) {
		log_error("eventfd: %s", err_str(-errno));
		return -errno;
	}
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(end_signals); i++)
		if (!stays_ignored(end_signals[i]))
			sigaction(end_signals[i], &action, NULL);
	output_file_set_cancel(signal_fd);
	return signal_fd;
}

/* systemd(1) may send SIGHUP behind SIGTERM. */
static void handle_hangup(int number)
{
	(void)number;
	if (!atomic_load(&first_ns))
		atomic_fetch_add(&n_hangups, 1);
}

/* Also under nohup(1): it no longer ends anything. */
const atomic_uint *signals_count_hangups(void)
{
	struct sigaction action = { .sa_handler = handle_hangup, .sa_flags = SA_RESTART };

	sigaction(SIGHUP, &action, NULL);
	return &n_hangups;
}

static int open_blocked(int number, int *fd)
{
	sigset_t set;
	int err;

	sigemptyset(&set);
	sigaddset(&set, number);
	err = -pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (err == 0)
		*fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (err == 0 && *fd < 0)
		err = -errno;
	if (err < 0)
		log_error("signalfd: %s", err_str(err));
	return err < 0 ? err : *fd;
}

static void close_blocked(int number, int *fd)
{
	sigset_t set;

	if (*fd < 0)
		return;
	close(*fd);
	*fd = -1;
	sigemptyset(&set);
	sigaddset(&set, number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* A signalfd here: SIGCONT, blocked in all threads, is pending as soon as the program continues, so no thread
 * can run on before the descriptor is readable. A handler might run in another thread, and later. */
int signals_open_resume(void)
{
	return open_blocked(SIGCONT, &blocked[0].fd);
}

int signals_open_trigger(void)
{
	return open_blocked(SIGUSR1, &blocked[1].fd);
}

void signals_close(void)
{
	int fd = signal_fd;

	for (size_t i = 0; i < ARRAY_SIZE(blocked); i++)
		close_blocked(blocked[i].number, &blocked[i].fd);
	signal_fd = -1;
	output_file_set_cancel(-1);
	if (fd >= 0)
		close(fd);
}
