/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals as file descriptors for poll(). */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

/* From now on the first SIGINT, SIGTERM or SIGHUP makes the returned descriptor readable, and it stays so;
 * the second one ends the program. SIGPIPE and SIGXFSZ are ignored: write() fails instead. Returns a negative
 * errno on failure, logged. */
int signals_open(void);
/* Returns a signalfd that is readable when the program continues after it was stopped (SIGCONT), or a
 * negative errno, logged. Call it before other threads start, which inherit the blocked signal. */
int signals_open_resume(void);
/* Restores the former handlers and closes both descriptors. */
void signals_close(void);

#endif
