/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signals as file descriptors for poll(). Those that end the program have a handler rather than a signalfd: a
 * signalfd needs them blocked, so that another ^C would have no effect while the program hangs in a driver or
 * a file system.
 */
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/output_file.h"
#include "session/trigger.h"

/* SIGPWR: the power is about to fail. SIGXCPU: the soft limit of processor time, RLIMIT_CPU. */
static const int end_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPWR, SIGXCPU };

/* What else would end the program, its file without an index, though nothing is wrong with it. SIGQUIT and
 * SIGABRT, which ask for a core dump, do end it. */
static const int ignored_signals[] = { SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGSTKFLT };

/* A request to end can cause several signals: timeout(1) sends SIGTERM to the program and then to its process
 * group, systemd sends SIGTERM and SIGHUP. */
#define SAME_REQUEST_NS NS_PER_S

static int signal_fd = -1;
static int resume_fd = -1, trigger_fd = -1;
static atomic_uint n_hangups;
static _Atomic int64_t first_ns; /* time of the first signal; 0: none yet */
static atomic_uint came, told;   /* of ignored_signals, a bit each */

/* SIGHUP stays ignored under nohup(1), unless it is counted. SIGINT is handled even if it is ignored, as
 * shells do for background jobs: it can then only come from a deliberate kill. */
static bool stays_ignored(int number)
{
	struct sigaction former;

	return number == SIGHUP && sigaction(number, NULL, &former) == 0 && former.sa_handler != SIG_DFL;
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
	} else if (number != SIGXCPU && now - first >= SAME_REQUEST_NS) { /* it comes each second */
		signal(number, SIG_DFL);
		raise(number); /* blocked until the handler returns */
	}
	errno = saved;
}

static void handle_ignored_signal(int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(ignored_signals); i++)
		if (ignored_signals[i] == number)
			atomic_fetch_or(&came, 1u << i);
}

static void ignore_signals(void)
{
	struct sigaction action = { .sa_handler = handle_ignored_signal, .sa_flags = SA_RESTART }, former;

	for (size_t i = 0; i < ARRAY_SIZE(ignored_signals); i++)
		if (sigaction(ignored_signals[i], NULL, &former) == 0 && former.sa_handler == SIG_DFL)
			sigaction(ignored_signals[i], &action, NULL);
}

void signals_report_ignored(void)
{
	unsigned news = atomic_load(&came) & ~atomic_fetch_or(&told, atomic_load(&came));

	for (size_t i = 0; i < ARRAY_SIZE(ignored_signals); i++)
		if (news & 1u << i)
			log_warn("SIG%s is ignored: %s", sigabbrev_np(ignored_signals[i]),
				 ignored_signals[i] == SIGUSR1
					 ? "there is nothing to trigger without capture's --pre-roll"
					 : "it has no meaning here");
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
	ignore_signals();
	output_file_set_cancel(signal_fd);
	return signal_fd;
}

/* systemd(1) may send SIGHUP after SIGTERM. */
static void handle_hangup(int number)
{
	(void)number;
	if (!atomic_load(&first_ns))
		atomic_fetch_add(&n_hangups, 1);
}

/* Also under nohup(1), as it no longer ends the program. */
const atomic_uint *signals_count_hangups(void)
{
	struct sigaction action = { .sa_handler = handle_hangup, .sa_flags = SA_RESTART };

	sigaction(SIGHUP, &action, NULL);
	return &n_hangups;
}

/* A signalfd: SIGCONT, blocked in all threads, is pending as soon as the program continues, so that no thread
 * runs before the descriptor is readable. A handler might run in another thread, and later. */
int signals_open_resume(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCONT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	resume_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (resume_fd >= 0)
		return resume_fd;
	log_error("signalfd: %s", err_str(-errno));
	return -errno;
}

/* In a handler, for an exact time: the reader of the pipe may be late. */
static void handle_trigger(int number)
{
	struct trigger_event event = { .time_ns = now_ns(), .source = "SIGUSR1" };
	int saved = errno;
	ssize_t n = write(trigger_fd, &event, sizeof event);

	(void)number;
	(void)n;
	errno = saved;
}

void signals_send_triggers(int fd)
{
	struct sigaction action = { .sa_handler = handle_trigger, .sa_flags = SA_RESTART };

	trigger_fd = fd;
	sigaction(SIGUSR1, &action, NULL);
}

static void close_resume(void)
{
	sigset_t set;

	if (resume_fd < 0)
		return;
	close(resume_fd);
	resume_fd = -1;
	sigemptyset(&set);
	sigaddset(&set, SIGCONT);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void signals_close(void)
{
	int fd = signal_fd;

	close_resume();
	signals_report_ignored();
	signal_fd = trigger_fd = -1;
	output_file_set_cancel(-1);
	if (fd >= 0)
		close(fd);
}
