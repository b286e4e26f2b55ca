/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../base/log.h"
#include "../host/child.h"
#include "../host/clock.h"
#include "../host/task.h"
#include "pipeline.h"
#include "targets.h"
#include "tracer.h"

#define STATUS_DONE   0
#define STATUS_FAILED 1
#define STATUS_USAGE  2
#define STATUS_LOST   3

/* How long to wait for records: short while they come, long when idle. */
#define WAIT_MIN_MS 5
#define WAIT_MAX_MS 100

struct run {
	const struct options *opts;
	struct features features;
	const struct plan *plan;
	struct child child;
	struct utsname uts;
	struct run_start start;
	int fd;
	struct pipeline *pipeline;
	struct tracer *tracer;
};

/* The first SIGINT or SIGTERM; after it both end us at once. */
static volatile sig_atomic_t interrupted;
/* Of those that a terminal sends the command has got its own. */
static volatile sig_atomic_t from_terminal;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	struct sigaction action = { .sa_handler = SIG_DFL };

	(void)context;
	interrupted = sig;
	from_terminal = info->si_code == SI_KERNEL;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* A reader that went away is an error of write(2), not the end of us. */
	sigaction(SIGPIPE, &ignore, NULL);
}

static int check_privileges(struct run *run)
{
	const char *missing = task_missing_capabilities();

	if (*missing) {
		log_error("cannot trace: %s missing", missing);
		log_hint("run it as root (sudo), or grant the capability");
		return -EPERM;
	}
	if (!task_pids_are_global()) {
		log_error("cannot trace: pids in this container are not the kernel's");
		log_hint("run it on the host, or in the host's pid namespace (--pid=host)");
		return -ENOTSUP;
	}
	if (!features__has(&run->features, FEATURE_BTF)) {
		log_error("cannot trace: this kernel has no BTF (/sys/kernel/btf/vmlinux)");
		log_hint("a kernel built with CONFIG_DEBUG_INFO_BTF=y is needed");
		return -ENOENT;
	}
	return 0;
}

static int choose_plan(struct run *run)
{
	enum feature lacks;

	run->plan = plan_choose(&run->features, run->opts->plan);
	if (!run->plan) {
		log_error("cannot trace: no plan fits this kernel");
		log_hint("`faulttrace features` tells what is missing and why");
		return -ENOTSUP;
	}
	lacks = plan_lacks(&run->features, run->plan);
	if (lacks == FEATURE_COUNT && !run->plan->sees_attempts &&
	    run->opts->origins == 1U << FT_ORIGIN_GUP)
		log_note("plan %s sees no gup faults, only their number at the end",
			 run->plan->name);
	if (lacks == FEATURE_COUNT)
		return 0;
	log_error("cannot use plan %s: no %s: %s", run->plan->name, feature_name(lacks),
		  features__why_not(&run->features, lacks));
	log_hint("--plan auto takes the best that works here");
	return -ENOTSUP;
}

static int open_output(struct run *run)
{
	const char *path = run->opts->output;

	run->fd = STDOUT_FILENO;
	if (!path)
		return 0;
	run->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (run->fd >= 0)
		return 0;
	log_error("cannot open %s: %s", path, strerror(errno));
	return -errno;
}

static const char *const target_names[] = {
	[TARGET_PID] = "pid", [TARGET_TID] = "tid",	    [TARGET_CGROUP] = "cgroup",
	[TARGET_ALL] = "all", [TARGET_COMMAND] = "command",
};

static bool wants_color(const struct run *run, bool terminal)
{
	const char *no_color = getenv("NO_COLOR");

	if (run->opts->color == COLOR_AUTO)
		return terminal && (!no_color || !*no_color);
	return run->opts->color == COLOR_ALWAYS;
}

static void join_command(struct buf *text, char **argv)
{
	for (size_t i = 0; argv[i]; i++) {
		if (i)
			buf__addc(text, ' ');
		buf__adds(text, argv[i]);
	}
	buf__addc(text, '\0');
}

static void describe(struct run *run, const struct buf *command)
{
	const struct options *opts = run->opts;
	struct winsize window = { 0 };
	bool terminal = isatty(run->fd);

	uname(&run->uts);
	if (terminal)
		ioctl(run->fd, TIOCGWINSZ, &window);
	run->start = (struct run_start) {
		.version = FT_VERSION,
		.command = "trace",
		.plan = run->plan->name,
		.kernel = run->uts.release,
		.arch = run->uts.machine,
		.target = target_names[opts->target],
		.target_text = command->len ? command->data : opts->cgroup,
		.target_ids = run->child.pid ? &run->child.pid : opts->ids,
		.nr_target_ids = run->child.pid ? 1 : opts->nr_ids,
		.page_size = (unsigned int)getpagesize(),
		.sees_gup = run->plan->sees_attempts,
		.timestamp = opts->timestamp,
		.wide = opts->wide,
		.color = wants_color(run, terminal),
		.quiet = opts->quiet || !terminal,
		.columns = terminal ? (window.ws_col ? window.ws_col : 80) : 0,
	};
}

/* Everything that can fail before the target is touched. */
static int prepare(struct run *run)
{
	int err = targets__check(run->opts);

	if (!err)
		err = check_privileges(run);
	if (!err)
		err = choose_plan(run);
	if (!err)
		err = open_output(run);
	if (!err && run->opts->target == TARGET_COMMAND) {
		err = child__fork(&run->child, run->opts->argv, run->opts->as_root);
		if (err)
			log_error("cannot start a process: %s", strerror(-err));
	}
	return err;
}

static int build(struct run *run)
{
	struct pipeline_config config = {
		.sink = run->opts->sink,
		.start = &run->start,
		.file = run->opts->file,
		.max_events = run->opts->max_events,
		.output = run->opts->output ? run->opts->output : "to standard output",
		.fd = run->fd,
	};
	int err = pipeline__new(&config, &run->pipeline);

	if (err)
		return err;
	err = tracer__open(run->opts, &run->features, run->plan, run->child.pid, pipeline__record,
			   run->pipeline, &run->tracer);
	/* Megabytes of type information, needed no more. */
	features__free(&run->features);
	if (err)
		return err;
	err = tracer__attach(run->tracer);
	if (err == -ESRCH)
		log_error("cannot trace: the target exited while attaching");
	return err;
}

/* 0, or the exit status that a shell gives for such a command. */
static int let_go(struct run *run)
{
	int err = run->child.pid ? child__go(&run->child) : 0;

	if (!err)
		return 0;
	log_error("cannot run %s: %s", run->opts->argv[0], strerror(-err));
	return err == -ENOENT ? 127 : 126;
}

static bool target_ended(struct run *run)
{
	return run->child.pid ? child__ended(&run->child) : targets__gone(run->opts);
}

static void loop(struct run *run)
{
	unsigned long long end_ns = run->opts->duration_ns;
	int wait_ms = WAIT_MIN_MS;
	bool ended = false;

	if (end_ns)
		end_ns += run->start.time_ns;
	while (!interrupted && !ended && !pipeline__done(run->pipeline)) {
		int n = tracer__poll(run->tracer, wait_ms);

		pipeline__flush(run->pipeline);
		wait_ms = n > 0			      ? WAIT_MIN_MS
			  : wait_ms * 2 < WAIT_MAX_MS ? wait_ms * 2
						      : WAIT_MAX_MS;
		ended = target_ended(run);
		if (end_ns && clock_ns(CLOCK_MONOTONIC) >= end_ns)
			break;
	}
}

static unsigned long long lost(const struct run_end *end)
{
	return end->lost_ring + end->lost_storage + end->lost_unpaired + end->lost_late;
}

static void print_summary(const struct run *run, const struct run_end *end)
{
	log_note("%llu faults, %llu major, %.1f us in total; %llu lost; plan %s", end->faults,
		 end->major, (double)end->latency_ns / 1000, lost(end), run->plan->name);
	log_info("%llu faults ended unseen: they are told without a latency",
		 (unsigned long long)tracer__totals(run->tracer)->counters.missed_ends);
	log_info("%llu faults of probes that read user memory were left out",
		 (unsigned long long)tracer__totals(run->tracer)->counters.probe_faults);
	if (end->errors)
		log_note("%llu faults could not be resolved (kind error)", end->errors);
	if (end->unseen_gup > 0)
		log_note("%lld more were taken by get_user_pages: plan %s sees only their number",
			 end->unseen_gup, run->plan->name);
	if (end->lost_ring)
		log_note(
			"hint: %llu did not fit the ring buffer: --ring-size, --min-latency or --sample",
			end->lost_ring);
}

static void finish(struct run *run, struct run_end *end)
{
	const struct tracer_totals *totals = tracer__totals(run->tracer);

	tracer__finish(run->tracer);
	end->elapsed_ns = clock_ns(CLOCK_MONOTONIC) - run->start.time_ns;
	end->lost_ring = totals->counters.lost_ring;
	end->lost_storage = totals->counters.lost_storage;
	end->lost_unpaired = totals->counters.lost_unpaired;
	end->lost_late = totals->counters.lost_late;
	end->unseen_gup = totals->unseen_gup;
	end->bpf_run_ns = totals->bpf_run_ns;
	end->bpf_runs = totals->bpf_runs;
	pipeline__end(run->pipeline, end);
	if (!run->opts->quiet && !pipeline__error(run->pipeline))
		print_summary(run, end);
}

static int exit_status(const struct run *run, const struct run_end *end)
{
	if (pipeline__error(run->pipeline))
		return STATUS_FAILED;
	if (run->opts->strict && lost(end))
		return STATUS_LOST;
	/* What we ended, or were told to leave, says nothing by its status. */
	if (!run->child.pid || interrupted || pipeline__broken(run->pipeline))
		return STATUS_DONE;
	return child__exit_status(&run->child);
}

static int trace(struct run *run)
{
	struct run_end end = { 0 };
	int status;

	run->start.time_ns = clock_ns(CLOCK_MONOTONIC);
	run->start.wall_ns = clock_ns(CLOCK_REALTIME);
	pipeline__start(run->pipeline);
	status = let_go(run);
	if (status)
		return status;
	loop(run);
	finish(run, &end);
	/* With nobody to tell it ends; else what it does is not ours to cut short. */
	if (pipeline__broken(run->pipeline))
		child__stop(&run->child);
	else
		child__wait(&run->child, from_terminal ? 0 : interrupted);
	return exit_status(run, &end);
}

int run_trace(const struct options *opts)
{
	struct run run = { .opts = opts, .fd = -1, .child = { .go = -1, .failed = -1 } };
	struct buf command = { 0 };
	int status = STATUS_FAILED;

	features__init(&run.features);
	if (opts->argv)
		join_command(&command, opts->argv);
	if (!prepare(&run)) {
		/* Not before: the command inherits what it would have had without us. */
		catch_signals();
		task_raise_file_limit();
		describe(&run, &command);
		if (!build(&run))
			status = trace(&run);
	}
	tracer__free(run.tracer);
	pipeline__free(run.pipeline);
	child__stop(&run.child);
	features__free(&run.features);
	buf__free(&command);
	if (opts->output && run.fd >= 0 && close(run.fd) && !status) {
		log_error("cannot write %s: %s", opts->output, strerror(errno));
		status = STATUS_FAILED;
	}
	return status;
}
