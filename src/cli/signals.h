/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals as file descriptors for poll(). */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <stdatomic.h>

/* From now on the first SIGINT, SIGTERM, SIGHUP, SIGPWR or SIGXCPU makes the returned descriptor readable for
 * good. Signals within the next second are part of the same request; a later one ends the program. SIGPIPE
 * and SIGXFSZ are ignored: write() fails instead. Signals that have no meaning for a run, as SIGUSR1 without
 * triggers, are ignored and reported. Returns a negative errno on failure, logged. */
int signals_open(void);
/* Logs the ignored signals that came, each once. signals_close() does as well. */
void signals_report_ignored(void);
/* Returns a signalfd that is readable when the program continues after it was stopped (SIGCONT), or a
 * negative errno, logged. Call it before other threads start, as they inherit the blocked signal. */
int signals_open_resume(void);
/* From now on SIGHUP is counted and does not end the run. Call it before signals_open(). Returns the count.
 */
const atomic_uint *signals_count_hangups(void);
/* From now on each SIGUSR1 is written to this pipe as a struct trigger_event. Call it after signals_open().
 */
void signals_send_triggers(int fd);
/* Closes all descriptors. The handlers stay: at the end of the program a signal of the same request must not
 * cause a failure. */
void signals_close(void);

#endif
