/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signals as descriptors to poll. For those that end the program a handler rather than a signalfd: a
 * signalfd wants the signals blocked, and then nothing would heed the second one while the program
 * hangs in a driver or a file system, which is when people press ^C twice.
 */
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"

static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
#define N_ENDING ARRAY_SIZE(ending)

static int signal_fd = -1, resume_fd = -1;
static struct sigaction before[N_ENDING];

/* nohup(1) has SIGHUP ignored, which stays. A shell ignores SIGINT for jobs in the background too, but
 * whoever sends it means it. */
static bool left_alone(size_t i)
{
	return ending[i] == SIGHUP && before[i].sa_handler == SIG_IGN;
}

static void end_in_good_order(int number)
{
	uint64_t one = 1;
	int saved = errno;
	ssize_t n = write(signal_fd, &one, sizeof one);

	(void)n, (void)number;
	for (size_t i = 0; i < N_ENDING; i++)
		if (!left_alone(i))
			signal(ending[i], SIG_DFL);
	errno = saved;
}

int signals_open(void)
{
	struct sigaction action = { .sa_handler = end_in_good_order, .sa_flags = SA_RESTART };

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (signal_fd < 0)
		signal_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (signal_fd < 0) {
		log_error("eventfd: %s", err_str(-errno));
		return -errno;
	}
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < N_ENDING; i++) {
		sigaction(ending[i], NULL, &before[i]);
		if (!left_alone(i))
			sigaction(ending[i], &action, NULL);
	}
	return signal_fd;
}

/* A signal that is blocked in all threads stays pending from the moment the kernel lets them go on, so that
 * none can run ahead of the news, as it could of a handler in another thread. */
int signals_open_resume(void)
{
	sigset_t resume;
	int err;

	sigemptyset(&resume);
	sigaddset(&resume, SIGCONT);
	err = -pthread_sigmask(SIG_BLOCK, &resume, NULL);
	if (err == 0)
		resume_fd = signalfd(-1, &resume, SFD_CLOEXEC | SFD_NONBLOCK);
	if (err == 0 && resume_fd < 0)
		err = -errno;
	if (err < 0)
		log_error("signalfd: %s", err_str(err));
	return err < 0 ? err : resume_fd;
}

static void close_resume(void)
{
	sigset_t resume;

	if (resume_fd < 0)
		return;
	close(resume_fd);
	resume_fd = -1;
	sigemptyset(&resume);
	sigaddset(&resume, SIGCONT);
	pthread_sigmask(SIG_UNBLOCK, &resume, NULL);
}

void signals_close(void)
{
	close_resume();
	if (signal_fd < 0)
		return;
	for (size_t i = 0; i < N_ENDING; i++)
		sigaction(ending[i], &before[i], NULL);
	close(signal_fd);
	signal_fd = -1;
}
