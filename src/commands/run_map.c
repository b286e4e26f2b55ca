/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <errno.h>
#include <signal.h>
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

/* What was seen of a process that ended on the way is shown, and told from all of it. */
static int read_map(const struct options *opts, const struct run_start *start,
		    struct memory_map *map)
{
	const struct map_config config = { .pid = opts->ids[0], .strip = start->strip };
	int err = map_read_with_bar(map, &config);

	if (err && !map->nr_rows)
		map_complain(config.pid, err);
	else if (err)
		log_error("cannot read all of the memory map of %d: %s", config.pid,
			  err == -ESRCH ? "it exited, or started another program" : strerror(-err));
	return err;
}

static int show_map(const struct options *opts, const struct run_start *start,
		    struct output *output)
{
	const struct map_ops *format = opts->sink->map;
	struct run_end end = { 0 };
	struct memory_map map;
	int err = read_map(opts, start, &map);

	if (map.nr_rows) {
		if (format->begin)
			format->begin(&output->buf, start);
		map_show_rows(format, start, &map, output);
		end.elapsed_ns = clock_ns(CLOCK_MONOTONIC) - start->time_ns;
		format->end(&output->buf, start, &map, &end);
		output__flush(output);
	}
	map__free(&map);
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
	if (!opts->evict && task_is_thread(opts->ids[0])) {
		log_error("cannot map %d: it is a thread, not a process", opts->ids[0]);
		return STATUS_FAILED;
	}
	if (output__open(&output, opts->output))
		return STATUS_FAILED;
	ignore_sigpipe();
	uname(&uts);
	describe(&start, opts, &output, &uts);
	err = opts->evict ? evict_files(opts, &start, &output) : show_map(opts, &start, &output);
	if (output__close(&output) || output.error)
		err = -EIO;
	return err ? STATUS_FAILED : STATUS_DONE;
}
