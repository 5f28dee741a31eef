/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command that is run for each finished segment. A process of its own, which has nothing of ours and is
 * not confined as we are, runs one at a time; a pipe queues the others.
 */
#ifndef SESSION_SEGMENT_COMMAND_H
#define SESSION_SEGMENT_COMMAND_H

struct segment_command;

/* command: words, in quotes where they hold spaces; "{}" in one stands for the segment's name, which is added
 * as the last word where there is none. NULL: *out stays NULL. To be called before other threads start.
 * Returns 0; -EINVAL, logged, for what has no word or an open quote; or another negative errno, logged. */
int segment_command_open(struct segment_command **out, const char *command);
/* Queues the segment, without waiting. Takes a NULL command, as the next does. */
void segment_command_run(struct segment_command *command, const char *path);
/* Waits until the command has been run for all segments; where that takes too long, it goes on without us. */
void segment_command_close(struct segment_command *command);

#endif
