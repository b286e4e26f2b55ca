/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"

void kernel_names__free(struct kernel_names *names)
{
	symbol_table__free(&names->table);
}

/* "ffffffff81000000 T _stext", and for modules a tab and "[ext4]". */
static void add_line(struct kernel_names *names, char *line)
{
	char *rest, *name;
	uint64_t start = strtoull(line, &rest, 16);
	uint32_t at;

	/* The kernel shows zeros to users who may not see addresses. */
	if (start < KERNEL_NAMES_BEGIN || *rest != ' ' || !strchr("tTwW", rest[1]) ||
	    rest[2] != ' ')
		return;
	name = rest + 3;
	name[strcspn(name, "\t\n")] = '\0';
	at = symbol_table__add_strings(&names->table, name, strlen(name) + 1);
	if (at != UINT32_MAX)
		symbol_table__add(&names->table, start, UINT64_MAX, at, SYMBOL_RANK_UNSIZED);
}

static void read_names(struct kernel_names *names)
{
	FILE *f __cleanup_fclose = fopen("/proc/kallsyms", "re");
	char line[1024];

	while (f && fgets(line, sizeof(line), f))
		add_line(names, line);
	symbol_table__sort(&names->table);
}

const struct symbol_entry *kernel_names__find(struct kernel_names *names, uint64_t address)
{
	if (!names->was_read)
		read_names(names);
	names->was_read = true;
	return symbol_table__find(&names->table, address);
}
