/* SPDX-License-Identifier: GPL-2.0-only */
#include "commands.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../base/log.h"
#include "../host/clock.h"
#include "../host/task.h"
#include "evict.h"
#include "present.h"
#include "../map/map.h"
#include "show_map.h"
#include "../base/output.h"

#define STATUS_DONE   0
#define STATUS_FAILED 1

static void describe(struct run_start *start, const struct options *opts,
		     const struct output *output, const struct utsname *uts)
{
	*start = (struct run_start) {
		.version = FT_VERSION,
		.command = "map",
		.kernel = uts->release,
		.arch = uts->machine,
		.target = opts->evict ? "files" : "pid",
		.target_ids = opts->target.ids,
		.nr_target_ids = opts->target.nr_ids,
		.page_size = (unsigned int)getpagesize(),
		.time_ns = clock_ns(CLOCK_MONOTONIC),
		.wall_ns = clock_ns(CLOCK_REALTIME),
	};
	present(start, opts, output);
	map_describe(start, opts);
}

static int check_process(int pid)
{
	if (!task_is_thread(pid))
		return 0;
	log_error("cannot map %d: it is a thread, not a process", pid);
	return -EINVAL;
}

/* Reads a map. If the process ends meanwhile, keeps the rows so far, and says that some lack. */
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
static int show_map(int pid, struct format *format, struct output *output, struct shown *shown)
{
	struct memory_map *map = &shown->maps[shown->nr];
	int err = read_map(pid, format->run, map);

	if (!map->nr_rows) {
		map__free(map);
		shown->sum.is_complete = false;
		return err;
	}
	if (!shown->nr)
		format__show_map(format, begin);
	map_show(format, map, output);
	output__flush(output);
	map__add(&shown->sum, map);
	map__keep_totals(map);
	shown->nr++;
	return err;
}

static void end_maps(struct format *format, struct output *output, const struct shown *shown)
{
	const struct run_end end = {
		.elapsed_ns = clock_ns(CLOCK_MONOTONIC) - format->run->time_ns,
	};

	if (format->run->nr_target_ids > 1)
		format__show_map(format, sum, shown->maps, shown->nr, &shown->sum);
	format__show_map(format, end, &shown->sum, &end);
	output__flush(output);
}

/* Prints every process that can be read. 0, or -errno of the last one that could not. */
static int show_maps(const struct options *opts, struct format *format, struct output *output)
{
	struct shown shown = { .sum.is_complete = true };
	int err = 0;

	shown.maps = calloc(opts->target.nr_ids, sizeof(*shown.maps));
	if (!shown.maps)
		return -ENOMEM;
	for (size_t i = 0; i < opts->target.nr_ids && !output__broken(output); i++) {
		int failed = check_process(opts->target.ids[i]);

		if (!failed)
			failed = show_map(opts->target.ids[i], format, output, &shown);
		err = failed ? failed : err;
	}
	if (shown.nr)
		end_maps(format, output, &shown);
	free(shown.maps);
	return err;
}

/* If the reader of a pipe is gone, write(2) is to fail, not SIGPIPE to kill us. */
static void ignore_sigpipe(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignore, NULL);
}

static int run(const struct options *opts)
{
	struct run_start start;
	struct output output;
	struct format *format;
	struct utsname uts;
	int err;

	if (opts->duration_ns || opts->target.argv)
		return run_traced_map(opts);
	if (output__open(&output, opts->output))
		return STATUS_FAILED;
	ignore_sigpipe();
	uname(&uts);
	describe(&start, opts, &output, &uts);
	format = format__new(opts->format, &output.buf, &start);
	if (!format)
		err = log_no_memory();
	else
		err = opts->evict ? evict_files(opts, format, &output)
				  : show_maps(opts, format, &output);
	format__free(format);
	if (output__close(&output) || output.error)
		err = -EIO;
	return err ? STATUS_FAILED : STATUS_DONE;
}

const struct command map_command = {
	.id = COMMAND_MAP,
	.name = "map",
	.usage = "map -p PID[,PID..] [-d DUR] [OUTPUT..]\n"
		 "       faulttrace map [-f] [--cold] [OUTPUT..] -- CMD [ARG..]\n"
		 "       faulttrace map [OUTPUT..] --evict FILE..",
	.what = "the memory map of a process: what of it is where",
	.examples =
		"  faulttrace map -p 4242               a line a mapping, and totals by class\n"
		"  faulttrace map -p 4242 -w --strip 64 all columns, and a longer strip\n"
		"  faulttrace map -p 4242 --json        NDJSON: one object a mapping\n"
		"  faulttrace map -p 4242,4243          totals of each process, and of all\n"
		"  faulttrace map -p 4242 -d 10         what faults did in ten seconds\n"
		"  faulttrace map --cold -- ls          from exec to exit, read from the disk\n"
		"  faulttrace map -f -- make            and of all processes that it forks\n"
		"  faulttrace map --evict a.db b.db     so that reading them is cold again\n"
		"\n"
		"With -d, or a CMD, page faults are traced. Then AFTER = BEFORE + FAULT (pages\n"
		"with a fault of their own) + AROUND (without one: fault-around, huge pages,\n"
		"prefault) - GONE (reclaimed, dropped, unmapped) + REST (what pages do not tell).\n"
		"A mapping is + new, - gone, ~ both; ! is none. CMD is held, by ptrace(2), when\n"
		"its main thread exits: AFTER is what it had then. So is, with -f, each process\n"
		"that it forks.\n"
		"What came without a fault and went again between the maps is in neither AROUND\n"
		"nor GONE: nothing tells of it. FAULTS are those from the begin of the first map\n"
		"to the end of the second. Refaults are those of all processes in the target's\n"
		"cgroup: the kernel does not count them by process.\n",
	.run = run,
};
