/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command that is run for each finished segment. */
#include "session/segment_command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

/* the longest time that the remaining commands may take at the end of the run */
#define PATIENCE_NS (10 * NS_PER_S)
#define POLL_NS (20 * NS_PER_MS)
#define QUEUE_BYTES (1 << 20) /* for the names of segments */

struct segment_command {
	char *text;   /* the words, each terminated by a 0 */
	char **words; /* in text; NULL-terminated */
	pid_t pid;    /* of the process that runs the command */
	int fd;       /* write end of a pipe to it */
};

/* --- words --- */

/* Removes the quotes of a word, as a shell does, and terminates it. Returns the text after it, or NULL for a
 * missing quote. */
static char *cut_word(char *text)
{
	char *to = text, quote = '\0';

	for (; *text && (quote || *text != ' '); text++) {
		if (*text == quote)
			quote = '\0';
		else if (!quote && (*text == '\'' || *text == '"'))
			quote = *text;
		else if (*text == '\\' && quote != '\'' && text[1])
			*to++ = *++text;
		else
			*to++ = *text;
	}
	if (quote)
		return NULL;
	text += *text == ' ';
	*to = '\0';
	return text;
}

static int split(struct segment_command *command, const char *text)
{
	char *rest = command->text = strdup(text);
	size_t n = 0;

	/* A word and its space take two bytes or more. */
	command->words = calloc(strlen(text) / 2 + 2, sizeof *command->words);
	if (!command->text || !command->words)
		return log_no_memory();
	for (rest += strspn(rest, " "); rest && *rest; rest += strspn(rest, " ")) {
		command->words[n++] = rest;
		rest = cut_word(rest);
		if (!rest)
			break;
	}
	if (rest && n)
		return 0;
	log_error("invalid value '%s' for --on-segment: %s", text,
		  n ? "a quote is not closed" : "expected a command");
	return -EINVAL;
}

/* Replaces "{}" in the word by the path. */
static char *insert_path(const char *word, const char *path)
{
	const char *mark = strstr(word, "{}");
	char *inserted;

	if (!mark)
		return strdup(word);
	if (asprintf(&inserted, "%.*s%s%s", (int)(mark - word), word, path, mark + 2) < 0)
		return NULL;
	return inserted;
}

static void free_words(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

/* The words of the command for a segment; NULL: no memory. */
static char **words_for(const struct segment_command *command, const char *path)
{
	bool inserted = false;
	size_t n = 0;
	char **words;

	while (command->words[n])
		n++;
	words = calloc(n + 2, sizeof *words);
	for (size_t i = 0; words && i < n; i++) {
		inserted |= strstr(command->words[i], "{}") != NULL;
		words[i] = insert_path(command->words[i], path);
		if (!words[i])
			goto failed;
	}
	if (words && !inserted && !(words[n] = strdup(path)))
		goto failed;
	return words;
failed:
	free_words(words);
	return NULL;
}

/* --- the process --- */

/* Starts the command with the default signal handling and mask. */
static int spawn(char **words, pid_t *pid)
{
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	err = posix_spawnp(pid, words[0], NULL, &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
	return -err;
}

static void log_end(const char *command, const char *path, int status)
{
	if (WIFSIGNALED(status))
		log_warn("--on-segment: %s, for %s, was ended by signal %d", command, path, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		log_warn("--on-segment: %s, for %s, ended with status %d", command, path,
			 WEXITSTATUS(status));
}

static void run_for(const struct segment_command *command, const char *path)
{
	char **words = words_for(command, path);
	int err = words ? 0 : -ENOMEM, status = 0;
	pid_t pid;

	if (words)
		err = spawn(words, &pid);
	free_words(words);
	if (err < 0)
		log_warn("--on-segment: %s cannot be run: %s", command->words[0], err_str(err));
	else if (waitpid(pid, &status, 0) == pid)
		log_end(command->words[0], path, status);
}

/* Closes all descriptors but standard error and the pipe, and leaves the process group, which gets ^C. */
static void leave(int names_fd)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (names_fd > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, (unsigned)names_fd - 1, 0);
	close_range((unsigned)names_fd + 1, ~0U, 0);
	setpgid(0, 0);
	/* A request of the service manager to end is meant for the recording; commands for its segments are
	 * still run. */
	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

static _Noreturn void run_commands(const struct segment_command *command, int names_fd)
{
	size_t size = 0;
	char *path = NULL;
	FILE *names;

	leave(names_fd);
	names = fdopen(names_fd, "r");
	while (names && getdelim(&path, &size, '\0', names) > 0)
		run_for(command, path);
	_exit(0);
}

static int start_process(struct segment_command *command)
{
	int fds[2], err = pipe2(fds, O_CLOEXEC) < 0 ? -errno : 0;

	if (err == 0)
		command->pid = fork();
	if (err == 0 && command->pid == 0)
		run_commands(command, fds[0]);
	if (err == 0 && command->pid < 0) {
		err = -errno;
		close(fds[0]);
		close(fds[1]);
	}
	if (err < 0) {
		log_error("cannot start a process for --on-segment: %s", err_str(err));
		return err;
	}
	close(fds[0]);
	command->fd = fds[1];
	fcntl(command->fd, F_SETFL, O_NONBLOCK);
	fcntl(command->fd, F_SETPIPE_SZ, QUEUE_BYTES); /* or the default size, if that is refused */
	return 0;
}

/* --- the recording's part --- */

static void free_command(struct segment_command *command)
{
	free(command->words);
	free(command->text);
	free(command);
}

int segment_command_open(struct segment_command **out, const char *text)
{
	struct segment_command *command;
	int err;

	*out = NULL;
	if (!text)
		return 0;
	command = calloc(1, sizeof *command);
	if (!command)
		return log_no_memory();
	err = split(command, text);
	if (err == 0)
		err = start_process(command);
	if (err < 0)
		free_command(command);
	else
		*out = command;
	return err;
}

void segment_command_run(struct segment_command *command, const char *path)
{
	size_t n = strlen(path) + 1;

	/* A write of up to PIPE_BUF bytes is atomic (pipe(7)). */
	if (command && (n > PIPE_BUF || write(command->fd, path, n) != (ssize_t)n))
		log_warn("--on-segment: %s is not run for %s: too many segments wait for it",
			 command->words[0], path);
}

void segment_command_close(struct segment_command *command)
{
	int64_t since_ns = now_ns();
	pid_t ended;

	if (!command)
		return;
	close(command->fd);
	while ((ended = waitpid(command->pid, NULL, WNOHANG)) == 0 && now_ns() - since_ns < PATIENCE_NS)
		nanosleep(&(struct timespec){ .tv_nsec = POLL_NS }, NULL);
	if (ended == 0)
		log_warn("--on-segment: %s is still running, and continues on its own", command->words[0]);
	free_command(command);
}
