/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs the command for finished segments, one at a time, in a process of its own, which has none of our
 * descriptors and is not confined as we are. A pipe queues the names.
 */
#ifndef SESSION_SEGMENT_COMMAND_H
#define SESSION_SEGMENT_COMMAND_H

struct segment_command;

/* command: words, quoted where they contain spaces; "{}" in a word is replaced by the segment's name,
 * which is otherwise appended as the last word. NULL: *out is NULL. Call it before other threads start.
 * Returns 0; -EINVAL, logged, for a command without a word or with a missing quote; or another negative
 * errno, logged. */
int segment_command_open(struct segment_command **out, const char *command);
/* Queues the segment, without waiting. Accepts NULL, as the next function does. */
void segment_command_run(struct segment_command *command, const char *path);
/* Waits until the command was run for all segments; if that takes too long, it continues after us. */
void segment_command_close(struct segment_command *command);

#endif
