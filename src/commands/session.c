/* SPDX-License-Identifier: GPL-2.0-only */
#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/stop.h"
#include "../host/clock.h"
#include "../host/task.h"
#include "../faults/run_totals.h"
#include "command_output.h"
#include "drop_privileges.h"
#include "preflight.h"
#include "present.h"
#include "summary.h"

/* How long to wait for records: WAIT_MIN_MS while they come, longer when idle, at last SLEEP_MS. */
#define WAIT_MIN_MS 5
#define WAIT_MAX_MS 320
#define SLEEP_MS    1000

/* How often losses are looked for in a long run. */
#define AUDIT_NS 60000000000ULL

/* After a signal: how long to wait for the command before a note says that it is waited for. */
#define ENDING_NS 500000000ULL

/* The first SIGINT, SIGTERM or SIGHUP. A later SIGINT or SIGTERM ends faulttrace at once. */
static volatile sig_atomic_t interrupted;
/* A terminal sent the signal: then the command has got it, too. */
static volatile sig_atomic_t from_terminal;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)context;
	stop_ask();
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
	/* If the reader of a pipe is gone, write(2) is to fail, not SIGPIPE to kill us. */
	sigaction(SIGPIPE, &ignore, NULL);
}

static const char *const target_names[] = {
	[TARGET_PID] = "pid", [TARGET_TID] = "tid",	    [TARGET_CGROUP] = "cgroup",
	[TARGET_ALL] = "all", [TARGET_COMMAND] = "command",
};

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

	uname(&s->uts);
	s->start = (struct run_start) {
		.version = FT_VERSION,
		.command = s->opts->command->name,
		.plan = s->plan->name,
		.kernel = s->uts.release,
		.arch = s->uts.machine,
		.target = target_names[opts->target.kind],
		.target_text = s->command.len ? s->command.data : opts->target.cgroup,
		.target_ids = s->child.pid ? &s->child.pid : opts->target.ids,
		.nr_target_ids = s->child.pid ? 1 : opts->target.nr_ids,
		.page_size = (unsigned int)getpagesize(),
		.sees_gup = plan_sees_gup(s->plan),
	};
	present(&s->start, opts, &s->out);
}

/* Does what can fail while the target is not touched yet: checks, output, fork. */
static int prepare(struct session *s)
{
	int err = preflight(s);

	if (!err)
		err = s->ops->open ? s->ops->open(s) : output__open(&s->out, s->opts->output);
	if (!err && s->opts->target.kind == TARGET_COMMAND) {
		err = child__fork(&s->child, s->opts->target.argv, s->opts->target.as_root,
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
	struct tracer_options wanted = options__of_tracer(s->opts);
	const struct target *target = &s->opts->target;
	const int *ids = s->child.pid ? &s->child.pid : target->ids;
	int err = tracer__open(&wanted, &s->features, s->plan, s->child.pid, &s->tracer);

	/* Features hold megabytes of type information, which is not needed any more. */
	features__free(&s->features);
	if (err)
		return err;
	if (options__wants_code_history(s->opts))
		err = code_history__new(ids, s->child.pid ? 1 : target->nr_ids,
					target__follows_living(target), &s->code_history);
	if (err) {
		log_error("cannot watch mappings: %s", strerror(-err));
		return err;
	}
	s->source = tracer__source(s->tracer);
	begin_time(s);
	err = source__start(s->source);
	if (err == -ESRCH)
		log_error("cannot trace: the target exited while attaching");
	if (err)
		return err;
	if (!s->opts->quiet && s->opts->command->id != COMMAND_MAP)
		targets__tell_unfollowed(target);
	return targets__watch(&s->targets, target, s->child.pid ? &s->child.pid : NULL);
}

/* Lets the command exec. 0, or the exit status of a shell if that failed. */
static int let_go(struct session *s)
{
	int err = s->child.pid ? child__go(&s->child) : 0;

	if (!err)
		return 0;
	log_error("cannot run %s: %s", s->opts->target.argv[0], strerror(-err));
	return err == -ENOENT ? 127 : 126;
}

/* Notes that outputs mix. Called after the exec: a command that does not exist has none. */
static void tell_mixing(const struct session *s)
{
	if (command_output(s->opts) == COMMAND_OUTPUT_IS_MIXED && !s->opts->quiet)
		log_note("CMD's output is mixed in: -o FILE keeps it apart, -o - on stderr");
}

/* A command has ended when it is reaped; its pidfd only wakes us. */
static bool target_ended(struct session *s)
{
	return s->child.pid ? child__ended(&s->child) : targets__gone(&s->targets);
}

/* wait_ms, or less if the run ends or ops->when() comes earlier. In ms. */
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
	if (s->code_history)
		code_history__drain(s->code_history);
	return source__poll(s->source, &s->consumer);
}

void session__poll(struct session *s)
{
	collect(s);
}

/* Waits until there is something to do. Sets reader_gone, which ends the run. */
static void wait_for(struct session *s, int wait_ms)
{
	bool is_written = s->opts->output || options__writes_stdout(s->opts);
	int fd = tracer__fd(s->tracer), ms = until_next(s, wait_ms);

	if (s->ops->wait) {
		s->ops->wait(s, fd, ms);
		ms = 0;
	}
	if (targets__wait(&s->targets, fd, is_written ? s->out.fd : -1, ms))
		s->out.reader_gone = true;
}

/* True if nothing more is to be traced. */
static bool is_over(struct session *s)
{
	return (s->ops->done && s->ops->done(s)) || target_ended(s) || time_is_over(s);
}

/* After a long time without records: sleeps until the next one wakes us. */
static void sleep_long(struct session *s)
{
	tracer__wake_me(s->tracer, true);
	/* A record may have come before the programs knew that they are to wake us. */
	if (!collect(s))
		wait_for(s, SLEEP_MS);
	tracer__wake_me(s->tracer, false);
}

static void fill_losses(struct run_end *end, const struct ft_counters *counters)
{
	end->lost_ring = counters->lost_ring;
	end->lost_storage = counters->lost_storage;
	end->lost_unpaired = counters->lost_unpaired;
	end->lost_unexplained = counters->lost_unexplained;
}

struct run_end session__losses_so_far(struct session *s)
{
	struct run_end so_far = { 0 };

	fill_losses(&so_far, tracer__audit(s->tracer));
	return so_far;
}

/* Tells new losses of a long run within a minute (AUDIT_NS), not only at its end. */
static void tell_losses_so_far(struct session *s, unsigned long long now)
{
	struct run_end so_far;

	if (now < s->audit_ns)
		return;
	s->audit_ns = now + AUDIT_NS;
	so_far = session__losses_so_far(s);
	if (run_end__lost(&so_far) > s->lost_told && !s->opts->quiet)
		summary__print_losses(&so_far, " so far");
	s->lost_told = run_end__lost(&so_far);
}

static void loop(struct session *s)
{
	int wait_ms = WAIT_MIN_MS;

	s->audit_ns = clock_ns(CLOCK_MONOTONIC) + AUDIT_NS;
	while (!interrupted) {
		size_t n = collect(s);

		tell_losses_so_far(s, clock_ns(CLOCK_MONOTONIC));
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
	/* After COUNT intervals, tables.c has set it to the end of the last one. */
	if (!s->ended_ns)
		s->ended_ns = clock_ns(CLOCK_MONOTONIC);
}

static void finish(struct session *s)
{
	const struct source_totals *totals = &s->totals;
	struct run_end *end = &s->end;

	source__finish(s->source, &s->consumer, &s->totals);
	end->elapsed_ns = s->ended_ns - s->start.time_ns;
	end->errors += totals->counters.errors;
	end->thp_fell_back += totals->counters.thp_fell_back;
	end->thp_unknown += totals->counters.thp_unknown;
	fill_losses(end, &totals->counters);
	end->in_progress = totals->counters.in_progress;
	end->unseen_gup = totals->unseen_gup;
	end->throttled_ns = source__info(s->source).sees_throttling
				    ? (long long)totals->counters.throttled_ns
				    : -1;
	end->bpf_run_ns = totals->bpf_run_ns;
	end->bpf_runs = totals->bpf_runs;
	s->ops->end(s);
	output__flush(&s->out);
	if (!s->opts->quiet && !s->out.error)
		summary__print(s);
}

static int exit_status(const struct session *s)
{
	if (s->out.error || s->failed)
		return STATUS_FAILED;
	if (s->opts->strict && run_end__lost(&s->end))
		return STATUS_LOST;
	/* If the reader has left, we ended the command: its status does not matter to the user. */
	if (!s->child.pid || output__broken(&s->out))
		return STATUS_DONE;
	return child__exit_status(&s->child);
}

/* Waits up to ns for the end of the command. True if it has ended. */
static bool ends_within(struct session *s, unsigned long long ns)
{
	unsigned long long now = clock_ns(CLOCK_MONOTONIC), until = now + ns;

	while (!child__ended(&s->child) && now < until) {
		targets__wait(&s->targets, -1, -1, (int)((until - now + 999999) / 1000000));
		now = clock_ns(CLOCK_MONOTONIC);
	}
	return child__ended(&s->child);
}

/* Sends our signal to the command, unless a terminal sent it to both. The command may survive. */
static void pass_signal_on(struct session *s)
{
	if (!from_terminal)
		child__signal(&s->child, interrupted);
	if (!ends_within(s, ENDING_NS) && !s->opts->quiet)
		log_note("waiting for %s, which runs on: a second %s ends faulttrace at once",
			 s->opts->target.argv[0], interrupted == SIGINT ? "Ctrl-C" : "signal");
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
		log_note("waiting for %s, which runs on", s->opts->target.argv[0]);
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
	/* A command starts now. Other targets have been traced since attach(). */
	if (s->child.pid)
		begin_time(s);
	s->attached_ns = clock_ns(CLOCK_MONOTONIC);
	if (s->opts->duration_ns)
		stop_by(s->attached_ns + s->opts->duration_ns);
	if (drop_privileges(s) || s->ops->begin(s))
		return STATUS_FAILED;
	status = let_go(s);
	if (status)
		return status;
	if (s->ops->started && s->ops->started(s))
		return STATUS_FAILED;
	tell_mixing(s);
	if (!s->opts->quiet)
		targets__tell_begin(&s->opts->target);
	/* The command exists: writes the heading, which tells a reader that tracing has begun. */
	output__flush(&s->out);
	loop(s);
	if (s->ops->stopping)
		s->ops->stopping(s);
	finish(s);
	leave_command(s);
	return exit_status(s);
}

int session__run(struct session *s, const struct options *opts, const struct session_ops *ops,
		 void *ctx, struct record_consumer consumer)
{
	int status = STATUS_FAILED;

	*s = (struct session) { .opts = opts,
				.ops = ops,
				.ctx = ctx,
				.consumer = consumer,
				.out = { .fd = -1 },
				.child = { .go = -1, .failed = -1 } };
	features__init(&s->features);
	if (opts->target.argv)
		join_command(&s->command, opts->target.argv);
	if (!prepare(s)) {
		/* After the fork: the command is not to inherit ignored signals and the limit. */
		catch_signals();
		task_raise_file_limit();
		describe(s);
		s->format = format__new(opts->format, &s->out.buf, &s->start);
		if (!s->format)
			log_no_memory();
		else if (!attach(s))
			status = trace(s);
	}
	format__free(s->format);
	tracer__free(s->tracer);
	code_history__free(s->code_history);
	targets__free(&s->targets);
	child__stop(&s->child);
	features__free(&s->features);
	buf__free(&s->command);
	if (output__close(&s->out) && !status)
		status = STATUS_FAILED;
	return status;
}
