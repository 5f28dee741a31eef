/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals as descriptors to poll. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

/* From now on the first SIGINT, SIGTERM or SIGHUP makes the returned descriptor readable (for good), and the
 * second does what it does to any program. SIGPIPE and SIGXFSZ become errors of write(). Returns a negative
 * errno on failure, logged. */
int signals_open(void);
/* Makes the returned descriptor (a signalfd) readable whenever the program goes on after it was stopped. Call
 * before there are threads. Returns a negative errno on failure, logged. */
int signals_open_resume(void);
/* Puts back what was before. */
void signals_close(void);

#endif
