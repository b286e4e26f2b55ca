/* SPDX-License-Identifier: GPL-2.0-only */
#include "show_map.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../host/progress.h"
#include "../host/task.h"

#define STRIP_DEFAULT	 32
#define STRIP_NARROW	 16
#define COLUMNS_NO_STRIP 76  /* below it, no strip fits, not even of 16 */
#define COLUMNS_NARROW	 100 /* below it, a strip of 32 would leave no room for names */

/* Output is written when it has this many bytes. */
#define FLUSH_BYTES (256 * 1024)

static unsigned int strip_width(const struct options *opts, unsigned int columns)
{
	if (opts->strip >= 0)
		return (unsigned int)opts->strip;
	if (columns && columns < COLUMNS_NO_STRIP && !opts->wide)
		return 0;
	if (columns && columns < COLUMNS_NARROW && !opts->wide)
		return STRIP_NARROW;
	return STRIP_DEFAULT;
}

/* Only with UTF-8 a terminal can be expected to show the block characters of a strip. */
static bool locale_is_utf8(void)
{
	setlocale(LC_CTYPE, "");
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

void map_describe(struct run_start *start, const struct options *opts)
{
	start->no_totals = opts->quiet;
	start->strip = strip_width(opts, start->columns);
	start->ascii = opts->ascii || !locale_is_utf8();
}

void map_show(struct format *format, const struct memory_map *map, struct output *output)
{
	format__show_map(format, start, map);
	for (size_t i = 0; i < map->nr_rows && !output__broken(output); i++) {
		format__show_map(format, row, map, &map->rows[i]);
		if (output->buf.len >= FLUSH_BYTES)
			output__flush(output);
	}
	format__show_map(format, totals, map);
}

/* The size of the process's memory in bytes, for the progress bar; 0: not known. */
static uint64_t size_of(int pid)
{
	unsigned long pages = 0;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	FILE *f __cleanup_fclose = fopen(path, "re");

	return f && fscanf(f, "%lu", &pages) == 1 ? pages * (uint64_t)getpagesize() : 0;
}

static void on_progress(void *ctx, uint64_t done)
{
	progress__show(ctx, done);
}

int map_read_with_bar(struct memory_map *map, const struct map_config *config)
{
	struct progress progress;
	struct map_config with_bar = *config;
	int err;

	with_bar.progress = on_progress;
	with_bar.ctx = &progress;
	progress__start(&progress, size_of(config->pid));
	err = map__read(map, &with_bar);
	progress__end(&progress);
	return err;
}

/* Why the map could not be read: -ESRCH has a text for each state of the process. */
static const char *reason(int pid, int err)
{
	if (err != -ESRCH)
		return strerror(-err);
	switch (task_status(pid)) {
	case TASK_KERNEL: return "it is a kernel thread, and has none";
	case TASK_ZOMBIE: return "it has exited, and has none any more";
	case TASK_GONE: return "no such process";
	case TASK_RUNS: break;
	}
	return "it has none at the moment";
}

void map_complain(int pid, int err)
{
	log_error("cannot read the memory map of %d: %s", pid, reason(pid, err));
	if ((err != -EACCES && err != -EPERM) || task_may_ptrace())
		return;
	if (geteuid())
		log_hint("another user's, or protected: CAP_SYS_PTRACE (root) is needed");
	else
		log_hint("CAP_SYS_PTRACE is missing: in a container, --cap-add=SYS_PTRACE");
}
