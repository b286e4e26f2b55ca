/* SPDX-License-Identifier: GPL-2.0-only */
#include "jit_names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/stop.h"

#define LINES_MAX    (2 * SYMBOL_ENTRIES_MAX)
#define NAME_LEN_MAX 4095
/* Longer lines are left out. */
#define CHUNK_BYTES  (64u << 10)

void jit_names__free(struct jit_names *names)
{
	symbol_table__free(&names->table);
	*names = (struct jit_names) { 0 };
}

static void add_line(struct jit_names *names, const char *line)
{
	uint64_t start, size;
	int name_at = 0;

	if (sscanf(line, "%" SCNx64 " %" SCNx64 " %n", &start, &size, &name_at) < 2 || !name_at ||
	    start + size < start)
		return;
	/* New code may replace old code at an address, so a later line gets a higher rank. */
	symbol_table__add(&names->table, start, start + size,
			  symbol_table__add_strings(&names->table, line + name_at,
						    strnlen(line + name_at, NAME_LEN_MAX)),
			  names->nr_lines);
}

/* Adds the whole lines of a chunk. Returns how many bytes they are. */
static size_t add_lines(struct jit_names *names, char *chunk, size_t len)
{
	char *line = chunk, *end;

	while ((end = memchr(line, '\n', (size_t)(chunk + len - line)))) {
		*end = '\0';
		if (!names->in_long_line && names->nr_lines < LINES_MAX) {
			names->nr_lines++;
			add_line(names, line);
		}
		names->in_long_line = false;
		line = end + 1;
	}
	return (size_t)(line - chunk);
}

/* Reads what was added to the file. The last line may be incomplete: it is read the next time. */
static int read_lines(struct jit_names *names, int fd)
{
	char *chunk __cleanup_free = malloc(CHUNK_BYTES);
	ssize_t n = CHUNK_BYTES;
	size_t taken;

	if (!chunk)
		return -ENOMEM;
	while (n > 0 && names->read_bytes < JIT_NAMES_READ_MAX && !stop_asked()) {
		n = pread(fd, chunk, CHUNK_BYTES, (off_t)names->read_bytes);
		taken = n > 0 ? add_lines(names, chunk, (size_t)n) : 0;
		if (!taken && n < CHUNK_BYTES)
			break;
		if (!taken) {
			names->in_long_line = true;
			taken = CHUNK_BYTES;
		}
		names->read_bytes += taken;
	}
	return 0;
}

int jit_names__read(struct jit_names *names, int fd)
{
	int err;

	names->table.newest_wins = true;
	err = read_lines(names, fd);
	symbol_table__sort(&names->table);
	return err;
}
