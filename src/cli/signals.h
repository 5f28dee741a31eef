/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals as file descriptors for poll(). */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <stdatomic.h>

/* From now on the first SIGINT, SIGTERM or SIGHUP makes the returned descriptor readable, and it stays so.
 * Those that follow within a second are the same request; a later one ends the program. SIGPIPE and SIGXFSZ
 * are ignored: write() fails instead. Returns a negative errno on failure, logged. */
int signals_open(void);
/* Returns a signalfd that is readable when the program continues after it was stopped (SIGCONT), or a
 * negative errno, logged. Call it before other threads start, which inherit the blocked signal. */
int signals_open_resume(void);
/* From now on SIGHUP does not end the run, but is counted: to be called before signals_open(), after which it
 * would. Returns the count, which the caller reads. */
const atomic_uint *signals_count_hangups(void);
/* From now on each SIGUSR1, which ends a program that does not call it, is written to this pipe as a struct
 * trigger_event. */
void signals_send_triggers(int fd);
/* Closes all descriptors. The handlers stay: what follows is the end of the program, which a signal that
 * belongs to the same request must not turn into a failure. */
void signals_close(void);

#endif
