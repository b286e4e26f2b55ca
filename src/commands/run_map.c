/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../base/log.h"
#include "../host/clock.h"
#include "../host/task.h"
#include "../map/evict.h"
#include "../map/map.h"
#include "../map/show.h"
#include "../trace/output.h"

#define STATUS_DONE   0
#define STATUS_FAILED 1

static void describe(struct run_start *start, const struct options *opts,
		     const struct output *output, const struct utsname *uts)
{
	unsigned int columns = output__columns(output);

	*start = (struct run_start) {
		.version = FT_VERSION,
		.command = "map",
		.kernel = uts->release,
		.arch = uts->machine,
		.target = opts->evict ? "files" : "pid",
		.target_ids = opts->ids,
		.nr_target_ids = opts->nr_ids,
		.page_size = (unsigned int)getpagesize(),
		.time_ns = clock_ns(CLOCK_MONOTONIC),
		.wall_ns = clock_ns(CLOCK_REALTIME),
		.wide = opts->wide,
		.color = opts->color == COLOR_AUTO ? output__takes_color(output)
						   : opts->color == COLOR_ALWAYS,
		.quiet = opts->quiet,
		.columns = columns,
	};
	map_describe(start, opts);
}

static int check_process(int pid)
{
	if (!task_is_thread(pid))
		return 0;
	log_error("cannot map %d: it is a thread, not a process", pid);
	return -EINVAL;
}

/* What was seen of a process that ended on the way is shown, and told from all of it. */
static int read_map(int pid, const struct run_start *start, struct memory_map *map)
{
	const struct map_config config = { .pid = pid, .strip = start->strip };
	int err = map_read_with_bar(map, &config);

	if (err && !map->nr_rows)
		map_complain(config.pid, err);
	else if (err)
		log_error("cannot read all of the memory map of %d: %s", config.pid,
			  err == -ESRCH ? "it exited, or started another program" : strerror(-err));
	return err;
}

/* The processes that have been printed, and their sum. */
struct shown {
	struct memory_map *maps; /* of each only the totals are kept once it has been printed */
	size_t nr;
	struct memory_map sum;
};

/* Prints one process. The format's beginning is printed with the first process that can be read. */
static int show_map(int pid, const struct map_ops *format, const struct run_start *start,
		    struct output *output, struct shown *shown)
{
	struct memory_map *map = &shown->maps[shown->nr];
	int err = read_map(pid, start, map);

	if (!map->nr_rows) {
		map__free(map);
		shown->sum.is_complete = false;
		return err;
	}
	if (!shown->nr && format->begin)
		format->begin(&output->buf, start);
	map_show(format, start, map, output);
	output__flush(output);
	map__add(&shown->sum, map);
	map__keep_totals(map);
	shown->nr++;
	return err;
}

static void end_maps(const struct map_ops *format, const struct run_start *start,
		     struct output *output, const struct shown *shown)
{
	const struct run_end end = {
		.elapsed_ns = clock_ns(CLOCK_MONOTONIC) - start->time_ns,
	};

	if (start->nr_target_ids > 1)
		format->sum(&output->buf, start, shown->maps, shown->nr, &shown->sum);
	if (format->end)
		format->end(&output->buf, start, &shown->sum, &end);
	output__flush(output);
}

/* Prints every process that can be read. 0, or -errno of the last one that could not. */
static int show_maps(const struct options *opts, const struct run_start *start,
		     struct output *output)
{
	const struct map_ops *format = opts->sink->map;
	struct shown shown = { .sum.is_complete = true };
	int err = 0;

	shown.maps = calloc(opts->nr_ids, sizeof(*shown.maps));
	if (!shown.maps)
		return -ENOMEM;
	for (size_t i = 0; i < opts->nr_ids && !output__broken(output); i++) {
		int failed = check_process(opts->ids[i]);

		if (!failed)
			failed = show_map(opts->ids[i], format, start, output, &shown);
		err = failed ? failed : err;
	}
	if (shown.nr)
		end_maps(format, start, output, &shown);
	free(shown.maps);
	return err;
}

/* A reader that went away is an error of write(2), not the end of us. */
static void ignore_sigpipe(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignore, NULL);
}

int run_map(const struct options *opts)
{
	struct run_start start;
	struct output output;
	struct utsname uts;
	int err;

	if (opts->duration_ns || opts->argv)
		return run_account(opts);
	if (output__open(&output, opts->output))
		return STATUS_FAILED;
	ignore_sigpipe();
	uname(&uts);
	describe(&start, opts, &output, &uts);
	err = opts->evict ? evict_files(opts, &start, &output) : show_maps(opts, &start, &output);
	if (output__close(&output) || output.error)
		err = -EIO;
	return err ? STATUS_FAILED : STATUS_DONE;
}
