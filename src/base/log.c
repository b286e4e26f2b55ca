/* SPDX-License-Identifier: GPL-2.0-only */
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "terminal.h"
#include "wrap.h"

#define PREFIX "faulttrace: "

static enum log_level max_level = LOG_NOTE;

void log_set_level(enum log_level level)
{
	max_level = level;
}

enum log_level log_get_level(void)
{
	return max_level;
}

void log_vat(enum log_level level, const char *fmt, va_list args)
{
	struct buf message = { 0 };
	struct buf line = { 0 };
	unsigned int columns;
	char *next;

	if (level > max_level)
		return;
	/* Messages that -v adds are not wrapped, so that they can be searched. */
	columns = level <= LOG_NOTE ? terminal_columns(STDERR_FILENO) : 0;
	buf__vaddf(&message, fmt, args);
	buf__addc(&message, '\0');
	/* libbpf's messages end with a newline, and hold whole verifier logs. */
	next = message.data;
	for (char *part = strsep(&next, "\n"); part; part = strsep(&next, "\n")) {
		size_t start;

		if (!*part && part != message.data)
			continue;
		start = line.len;
		buf__adds(&line, PREFIX);
		buf__add_text(&line, part);
		wrap_line(&line, start, columns, strlen(PREFIX));
		buf__addc(&line, '\n');
	}
	/* stderr has no buffer: one write, so that lines of other writers do not mix in. */
	fwrite(line.data, 1, line.len, stderr);
	buf__free(&line);
	buf__free(&message);
}

void log_at(enum log_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_vat(level, fmt, args);
	va_end(args);
}

int log_no_memory(void)
{
	log_error("cannot continue: out of memory");
	return -ENOMEM;
}
