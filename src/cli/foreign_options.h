/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of ffmpeg, v4l2-ctl and GStreamer that people type from habit. */
#ifndef CLI_FOREIGN_OPTIONS_H
#define CLI_FOREIGN_OPTIONS_H

/* Advice on what does the job of the argument, "-ss" or "--stream-mmap=4", in v4l2q; NULL for unknown
 * options. */
const char *foreign_option_hint(const char *argument);

#endif
