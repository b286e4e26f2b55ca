/* SPDX-License-Identifier: GPL-2.0-only */
#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/units.h"
#include "../host/clock.h"
#include "../host/task.h"
#include "command_output.h"
#include "sums.h"

/* How long to wait for records: short while they come, longer when idle, then asleep. */
#define WAIT_MIN_MS 5
#define WAIT_MAX_MS 320
#define SLEEP_MS    1000

/* After a signal: how long to wait for the command before a note says that it is waited for. */
#define ENDING_NS 500000000ULL

/* The first SIGINT, SIGTERM or SIGHUP that came. A later SIGINT or SIGTERM ends faulttrace at once. */
static volatile sig_atomic_t interrupted;
/* Of those that a terminal sends the command has got its own. */
static volatile sig_atomic_t from_terminal;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)context;
	interrupted = sig;
	from_terminal = info->si_code == SI_KERNEL;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/*
	 * When a terminal closes, both the kernel and the shell send SIGHUP: the second one is no
	 * request to end at once.
	 */
	sigaction(SIGHUP, &ignore, NULL);
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, hangup;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* If SIGHUP is ignored already, as nohup(1) does, the run is to survive it. */
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
	/* A reader that went away is an error of write(2), not the end of us. */
	sigaction(SIGPIPE, &ignore, NULL);
}

static int check_privileges(struct session *s)
{
	const char *missing = task_missing_capabilities();

	if (*missing) {
		log_error("cannot trace: %s missing", missing);
		log_hint("run it as root (sudo), or grant the capability");
		return -EPERM;
	}
	if (!task_pids_are_global()) {
		log_error("cannot trace: pids in this container are not the kernel's");
		log_hint("run it on the host, or in its pid namespace (--pid=host)");
		return -ENOTSUP;
	}
	if (!features__has(&s->features, FEATURE_BTF)) {
		log_error("cannot trace: this kernel has no BTF (/sys/kernel/btf/vmlinux)");
		log_hint("a kernel built with CONFIG_DEBUG_INFO_BTF=y is needed");
		return -ENOENT;
	}
	return 0;
}

static int choose_plan(struct session *s)
{
	enum feature lacks;

	s->plan = plan_choose(&s->features, s->opts->plan);
	if (!s->plan) {
		log_error("cannot trace: no plan fits this kernel");
		log_hint("`faulttrace features` tells what is missing and why");
		return -ENOTSUP;
	}
	lacks = plan_lacks(&s->features, s->plan);
	if (lacks == FEATURE_COUNT) {
		if (s->plan->sees_attempts || s->opts->origins != 1U << FT_ORIGIN_GUP)
			return 0;
		log_error("cannot trace gup faults: plan %s sees only their number", s->plan->name);
		log_hint("without --origin that number is told at the end");
		return -ENOTSUP;
	}
	log_error("cannot use plan %s: no %s: %s", s->plan->name, feature_name(lacks),
		  features__why_not(&s->features, lacks));
	log_hint("--plan auto takes the best that works here");
	return -ENOTSUP;
}

static const char *const target_names[] = {
	[TARGET_PID] = "pid", [TARGET_TID] = "tid",	    [TARGET_CGROUP] = "cgroup",
	[TARGET_ALL] = "all", [TARGET_COMMAND] = "command",
};

static bool wants_color(const struct session *s)
{
	if (s->opts->color == COLOR_AUTO)
		return output__takes_color(&s->out);
	return s->opts->color == COLOR_ALWAYS;
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

static void describe(struct session *s)
{
	const struct options *opts = s->opts;
	unsigned int columns = output__columns(&s->out);

	uname(&s->uts);
	s->start = (struct run_start) {
		.version = FT_VERSION,
		.command = command_names[s->opts->command],
		.plan = s->plan->name,
		.kernel = s->uts.release,
		.arch = s->uts.machine,
		.target = target_names[opts->target],
		.target_text = s->command.len ? s->command.data : opts->cgroup,
		.target_ids = s->child.pid ? &s->child.pid : opts->ids,
		.nr_target_ids = s->child.pid ? 1 : opts->nr_ids,
		.page_size = (unsigned int)getpagesize(),
		.sees_gup = s->plan->sees_attempts,
		.timestamp = opts->timestamp,
		.cause = opts->cause,
		.residency = opts->residency,
		.bytes = options__wants_bytes(opts),
		.wide = opts->wide,
		.color = wants_color(s),
		.quiet = opts->quiet,
		.columns = columns,
	};
}

static int check_stacks(struct session *s)
{
	if (!options__wants_stacks(s->opts) || features__has(&s->features, FEATURE_STACKS))
		return 0;
	log_error("cannot take user stacks: %s", features__why_not(&s->features, FEATURE_STACKS));
	return -ENOTSUP;
}

/* Everything that can fail before the target is touched. */
static int prepare(struct session *s)
{
	int err = targets__check(s->opts);

	if (!err)
		err = check_privileges(s);
	if (!err)
		err = choose_plan(s);
	if (!err)
		err = check_stacks(s);
	if (!err)
		err = output__open(&s->out, s->opts->output);
	if (!err && s->opts->target == TARGET_COMMAND) {
		err = child__fork(&s->child, s->opts->argv, s->opts->as_root,
				  command_output(s->opts) == COMMAND_OUTPUT_TO_STDERR);
		if (err)
			log_error("cannot start a process: %s", strerror(-err));
	}
	return err;
}

static void begin_time(struct session *s)
{
	s->start.time_ns = clock_ns(CLOCK_MONOTONIC);
	s->start.wall_ns = clock_ns(CLOCK_REALTIME);
}

static int attach(struct session *s)
{
	int err = tracer__open(s->opts, &s->features, s->plan, s->child.pid, s->ops->record, s->ctx,
			       &s->tracer);

	/* Megabytes of type information, needed no more. */
	features__free(&s->features);
	if (err)
		return err;
	if (options__wants_code_map(s->opts))
		err = code_map__new(s->opts, s->child.pid, &s->code_map);
	if (err) {
		log_error("cannot watch mappings: %s", strerror(-err));
		return err;
	}
	begin_time(s);
	err = tracer__attach(s->tracer);
	if (err == -ESRCH)
		log_error("cannot trace: the target exited while attaching");
	if (err)
		return err;
	targets__tell_unfollowed(s->opts);
	return targets__watch(&s->targets, s->opts, s->child.pid ? &s->child.pid : NULL);
}

/* 0, or the exit status that a shell gives for such a command. */
static int let_go(struct session *s)
{
	int err = s->child.pid ? child__go(&s->child) : 0;

	if (!err)
		return 0;
	log_error("cannot run %s: %s", s->opts->argv[0], strerror(-err));
	return err == -ENOENT ? 127 : 126;
}

/* A command that does not exist has nothing mixed in. */
static void tell_mixing(const struct session *s)
{
	if (command_output(s->opts) == COMMAND_OUTPUT_IS_MIXED && !s->opts->quiet)
		log_note("CMD's output is mixed in: -o FILE keeps it apart, -o - on stderr");
}

/* The command ends when it is reaped; its pidfd only wakes us. */
static bool target_ended(struct session *s)
{
	return s->child.pid ? child__ended(&s->child) : targets__gone(&s->targets);
}

/* Not beyond the end of the run, nor beyond what the command waits for. */
static int until_next(const struct session *s, int wait_ms)
{
	unsigned long long now = clock_ns(CLOCK_MONOTONIC), next = ~0ULL, due;

	if (s->opts->duration_ns)
		next = s->attached_ns + s->opts->duration_ns;
	due = s->ops->when ? s->ops->when(s) : 0;
	if (due && due < next)
		next = due;
	if (next <= now)
		return 0;
	next = (next - now + 999999) / 1000000;
	return next < (unsigned int)wait_ms ? (int)next : wait_ms;
}

static bool time_is_over(const struct session *s)
{
	return s->opts->duration_ns &&
	       clock_ns(CLOCK_MONOTONIC) >= s->attached_ns + s->opts->duration_ns;
}

static size_t collect(struct session *s)
{
	if (s->code_map)
		code_map__drain(s->code_map);
	return tracer__collect(s->tracer);
}

/* Waits until there is something to do. Notes if the reader of the output has left, which ends the run. */
static void wait_for(struct session *s, int wait_ms)
{
	bool is_written = s->opts->output || options__writes_stdout(s->opts);

	if (targets__wait(&s->targets, tracer__fd(s->tracer), is_written ? s->out.fd : -1,
			  until_next(s, wait_ms)))
		s->out.reader_gone = true;
}

/* True if nothing more is to be traced. */
static bool is_over(struct session *s)
{
	return (s->ops->done && s->ops->done(s)) || target_ended(s) || time_is_over(s);
}

/* When nothing came for long we sleep, and the next record wakes us. */
static void sleep_long(struct session *s)
{
	tracer__wake_me(s->tracer, true);
	/* Once more: one may have come before it could know. */
	if (!collect(s))
		wait_for(s, SLEEP_MS);
	tracer__wake_me(s->tracer, false);
}

static void loop(struct session *s)
{
	int wait_ms = WAIT_MIN_MS;

	while (!interrupted) {
		size_t n = collect(s);

		if (s->ops->collected)
			s->ops->collected(s);
		if (is_over(s))
			break;
		if (wait_ms > WAIT_MAX_MS)
			sleep_long(s);
		else
			wait_for(s, wait_ms);
		wait_ms = n ? WAIT_MIN_MS : wait_ms <= WAIT_MAX_MS ? wait_ms * 2 : wait_ms;
	}
	/* COUNT intervals end with the last of them, which the command has noted already. */
	if (!s->ended_ns)
		s->ended_ns = clock_ns(CLOCK_MONOTONIC);
}

static unsigned long long lost(const struct run_end *end)
{
	return end->lost_ring + end->lost_storage + end->lost_unpaired + end->lost_unexplained;
}

/* With -k error alone, the summary begins with the number of errors. */
static bool wants_only_errors(const struct session *s)
{
	return s->opts->kinds == 1U << FT_KIND_ERROR;
}

/* Of what there is none, nothing is said. */
static void print_numbers(const struct session *s)
{
	const struct tracer_totals *totals = tracer__totals(s->tracer);
	const struct {
		enum log_level level;
		unsigned long long number;
		const char *noun, *rest;
	} notes[] = {
		{ LOG_INFO, totals->counters.missed_ends, "fault",
		  "ended unseen: told without a latency" },
		{ LOG_INFO, totals->counters.probe_faults, "fault",
		  "of probes that read user memory: left out" },
		{ LOG_NOTE, wants_only_errors(s) ? 0 : s->end.errors, "fault",
		  "could not be resolved (kind error)" },
		{ LOG_NOTE, totals->counters.lost_stacks, "stack", "did not fit the ring buffer" },
		{ LOG_NOTE, totals->missed_reads, "folio",
		  "came to the page cache unseen: there may be more" },
	};

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (notes[i].number)
			log_at(notes[i].level, "%llu %s%s %s", notes[i].number, notes[i].noun,
			       plural(notes[i].number), notes[i].rest);
}

static void print_share(const struct session *s)
{
	struct buf share = { 0 };

	run_end__tell_share(&s->end, &share);
	if (share.len)
		log_note("%.*s", (int)share.len, share.data);
	buf__free(&share);
}

static void print_throttled(const struct run_end *end)
{
	struct buf duration = { 0 };

	units_add_duration(&duration, (uint64_t)end->throttled_ns);
	log_note("after them memory.high held threads up for %.*s", (int)duration.len,
		 duration.data);
	buf__free(&duration);
}

/* What kinds of losses there are, as lost.* of JSON's end record has them. */
static void print_losses(const struct run_end *end)
{
	const struct {
		unsigned long long number;
		const char *kind;
	} losses[] = {
		{ end->lost_ring, "ring buffer full" },
		{ end->lost_storage, "no room for a thread's state" },
		{ end->lost_unpaired, "end seen, but no begin" },
		{ end->lost_unexplained, "counted by the kernel, but not seen" },
	};

	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (losses[i].number)
			log_note("%llu lost (%s)", losses[i].number, losses[i].kind);
}

static void print_summary(const struct session *s)
{
	const struct run_end *end = &s->end;
	struct buf seen = { 0 };

	run_end__tell(end, wants_only_errors(s), &seen);
	log_note("%.*s; %llu lost; plan %s", (int)seen.len, seen.data, lost(end), s->plan->name);
	buf__free(&seen);
	print_losses(end);
	if (end->in_progress)
		log_note("%llu still in progress when tracing ended", end->in_progress);
	if (!wants_only_errors(s))
		print_share(s);
	print_numbers(s);
	if (end->unseen_gup > 0)
		log_note("%lld more %s taken by get_user_pages (as by mlock): only counted",
			 end->unseen_gup, end->unseen_gup == 1 ? "was" : "were");
	if (end->throttled_ns > 0)
		print_throttled(end);
	if (end->lost_ring)
		log_note("hint: %llu found no room: --ring-size, --min-latency, --sample",
			 end->lost_ring);
}

static void finish(struct session *s)
{
	const struct tracer_totals *totals = tracer__totals(s->tracer);
	struct run_end *end = &s->end;

	tracer__finish(s->tracer);
	end->elapsed_ns = s->ended_ns - s->start.time_ns;
	end->errors += totals->counters.errors;
	end->lost_ring = totals->counters.lost_ring;
	end->lost_storage = totals->counters.lost_storage;
	end->lost_unpaired = totals->counters.lost_unpaired;
	end->lost_unexplained = totals->counters.lost_unexplained;
	end->in_progress = totals->counters.in_progress;
	end->unseen_gup = totals->unseen_gup;
	end->throttled_ns =
		tracer__sees_throttling(s->tracer) ? (long long)totals->counters.throttled_ns : -1;
	end->bpf_run_ns = totals->bpf_run_ns;
	end->bpf_runs = totals->bpf_runs;
	s->ops->end(s);
	output__flush(&s->out);
	if (!s->opts->quiet && !s->out.error)
		print_summary(s);
}

static int exit_status(const struct session *s)
{
	if (s->out.error || s->failed)
		return STATUS_FAILED;
	if (s->opts->strict && lost(&s->end))
		return STATUS_LOST;
	/* If the reader has left, the command was ended by us: its status is not the user's concern. */
	if (!s->child.pid || output__broken(&s->out))
		return STATUS_DONE;
	return child__exit_status(&s->child);
}

/* True if the command has ended within so many nanoseconds. */
static bool ends_within(struct session *s, unsigned long long ns)
{
	unsigned long long now = clock_ns(CLOCK_MONOTONIC), until = now + ns;

	while (!child__ended(&s->child) && now < until) {
		targets__wait(&s->targets, -1, -1, (int)((until - now + 999999) / 1000000));
		now = clock_ns(CLOCK_MONOTONIC);
	}
	return child__ended(&s->child);
}

/* Sends our signal to the command, unless the terminal sent it to both. The command may survive it. */
static void pass_signal_on(struct session *s)
{
	if (!from_terminal)
		child__signal(&s->child, interrupted);
	if (!ends_within(s, ENDING_NS) && !s->opts->quiet)
		log_note("%s goes on, and is waited for: a second %s ends faulttrace at once",
			 s->opts->argv[0], interrupted == SIGINT ? "Ctrl-C" : "signal");
}

/*
 * Tracing is over. The command is ended if the reader of the output has left; otherwise it is
 * waited for, and signals that we get are passed on to it.
 */
static void leave_command(struct session *s)
{
	bool is_told = false;

	if (!s->child.pid)
		return;
	if (output__broken(&s->out)) {
		child__stop(&s->child);
		return;
	}
	if (!interrupted && !child__ended(&s->child) && !s->opts->quiet)
		log_note("%s goes on, and is waited for", s->opts->argv[0]);
	while (!child__ended(&s->child)) {
		if (interrupted && !is_told) {
			pass_signal_on(s);
			is_told = true;
		}
		targets__wait(&s->targets, -1, -1, SLEEP_MS);
	}
}

static int trace(struct session *s)
{
	int status;

	/* Interrupted before the command was started: it is not started at all. */
	if (s->child.pid && interrupted)
		return 128 + interrupted;
	/* The command begins now; what runs already was seen from the first program on. */
	if (s->child.pid)
		begin_time(s);
	s->attached_ns = clock_ns(CLOCK_MONOTONIC);
	if (s->ops->begin(s))
		return STATUS_FAILED;
	status = let_go(s);
	if (status)
		return status;
	tell_mixing(s);
	targets__tell_begin(s->opts);
	/* The heading: not before the command is known to exist. Whoever waits for it knows that all is in place. */
	output__flush(&s->out);
	loop(s);
	if (s->ops->stopping)
		s->ops->stopping(s);
	finish(s);
	leave_command(s);
	return exit_status(s);
}

int session__run(struct session *s, const struct options *opts, const struct session_ops *ops,
		 void *ctx)
{
	int status = STATUS_FAILED;

	*s = (struct session) { .opts = opts,
				.ops = ops,
				.ctx = ctx,
				.out = { .fd = -1 },
				.child = { .go = -1, .failed = -1 } };
	features__init(&s->features);
	if (opts->argv)
		join_command(&s->command, opts->argv);
	if (!prepare(s)) {
		/* Not before: the command inherits what it would have had without us. */
		catch_signals();
		task_raise_file_limit();
		describe(s);
		if (!attach(s))
			status = trace(s);
	}
	tracer__free(s->tracer);
	code_map__free(s->code_map);
	targets__free(&s->targets);
	child__stop(&s->child);
	features__free(&s->features);
	buf__free(&s->command);
	if (output__close(&s->out) && !status)
		status = STATUS_FAILED;
	return status;
}
