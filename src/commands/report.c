/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace report`: what a capture has, as live commands show it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "../base/log.h"
#include "../faults/fault_filter.h"
#include "../faults/run_totals.h"
#include "../host/privileges.h"
#include "../recording/player.h"
#include "capture_info.h"
#include "commands.h"
#include "present.h"
#include "session.h"
#include "summary.h"

/* Output is written when it has so many bytes; of a pipe also after so many microseconds. */
#define FLUSH_BYTES (256 * 1024)
#define FLUSH_US    200000

struct report {
	const struct options *opts;
	struct player *player;
	struct output out;
	struct format *format; /* NULL: none, but --info */
	struct run_start start;
	struct run_end end;   /* of what is shown */
	struct run_end whole; /* as the run has told it */
	bool has_end;
	unsigned long long nr_events;
	bool is_filtered;		      /* not all are shown */
	long long throttled_ns;		      /* of the faults that are shown */
	unsigned long long first_ns, last_ns; /* faults */
	unsigned long long nr_damaged;
};

/* ---- What a capture lacks ------------------------------------------------------------------------ */

static void add_seconds(struct buf *text, const struct report *r, unsigned long long ns)
{
	unsigned long long begin = r->start.time_ns;

	buf__addf(text, "%.3f s", ns > begin ? (double)(ns - begin) / 1e9 : 0);
}

static void tell_problem(void *ctx, const struct capture_problem *problem)
{
	static const char *const what[CAPTURE_PROBLEM_COUNT] = {
		[CAPTURE_DAMAGED] = "is damaged",
		[CAPTURE_MISSING] = "is missing",
		[CAPTURE_ORPHANED] = "cannot be read without the one that its segment begins with",
		[CAPTURE_UNKNOWN] = "is of a later version",
		[CAPTURE_TRUNCATED] = "",
	};
	struct report *r = ctx;
	struct buf times = { 0 };

	r->nr_damaged++;
	if (problem->kind == CAPTURE_TRUNCATED) {
		add_seconds(&times, r, problem->last_ns);
		log_note("%s has no end: it goes as far as %.*s", r->opts->capture, (int)times.len,
			 times.data);
	} else {
		add_seconds(&times, r, problem->first_ns);
		buf__adds(&times, " and ");
		add_seconds(&times, r, problem->last_ns);
		log_note("%s: block %llu %s: faults between %.*s may be missing", r->opts->capture,
			 (unsigned long long)problem->sequence, what[problem->kind], (int)times.len,
			 times.data);
	}
	buf__free(&times);
}

/* 0, or -EINVAL after saying which option the capture cannot serve. */
static int check_options(const struct options *opts, struct player_has has)
{
	const struct {
		bool wanted, has;
		const char *option, *what, *record;
	} options[] = {
		{ opts->stack != STACK_NONE, has.stacks, "--stack", "no stacks", "-s" },
		{ opts->cause, has.cause, "--cause", "no causes", "--cause" },
		{ opts->residency, has.residency, "--residency", "no residency", "--residency" },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!options[i].wanted || options[i].has)
			continue;
		log_error("cannot use %s: %s has %s", options[i].option, opts->capture,
			  options[i].what);
		log_hint("record %s", options[i].record);
		return -EINVAL;
	}
	return 0;
}

/* ---- Trace --------------------------------------------------------------------------------------- */

static int begin(struct report *r)
{
	const struct options *opts = r->opts;
	int err = check_options(opts, player__has(r->player));

	if (err)
		return err;
	r->start = *player__start(r->player);
	if (!opts->view)
		return 0;
	r->start.command = opts->view->name;
	present(&r->start, opts, &r->out);
	if (opts->wide && !player__has(r->player).symbols && !opts->quiet)
		log_note("%s has no symbols: record -w", opts->capture);
	format__show(r->format, start);
	return 0;
}

/* What was recorded, and is not asked for now, is left out, as if it had not been recorded. */
static struct fault as_asked(const struct options *opts, const struct fault *recorded)
{
	struct fault fault = *recorded;

	if (!opts->stack)
		fault.stack = NULL;
	if (!opts->cause)
		fault.causes = NULL;
	if (!opts->residency)
		fault.has_cached = fault.has_read_pages = false;
	if (!opts->wide)
		fault.symbol = fault.data_symbol = NULL;
	return fault;
}

static bool is_full(const struct report *r)
{
	return r->opts->max_events && r->nr_events >= r->opts->max_events;
}

static void show_fault(struct report *r, bool is_throttled)
{
	const struct options *opts = r->opts;
	struct fault fault = as_asked(opts, player__fault(r->player));
	const struct ft_fault *rec = fault.rec;

	r->first_ns = r->first_ns ? r->first_ns : rec->h.time_ns;
	r->last_ns = rec->h.time_ns;
	if (is_full(r) || !fault_filter__takes(&opts->filter, &fault)) {
		r->is_filtered = true;
		return;
	}
	if (is_throttled) {
		r->throttled_ns += (long long)(fault.throttled->ns * rec->weight);
	} else {
		r->nr_events++;
		run_end__add_fault(&r->end, rec, fault.verdict.kind,
				   rec->outcome == FT_OUTCOME_RESOLVED);
	}
	if (!r->format)
		return;
	if (is_throttled)
		format__show(r->format, throttled, &fault);
	else
		format__show(r->format, fault, &fault);
	if (r->out.buf.len >= FLUSH_BYTES)
		output__flush(&r->out);
}

/* Faults are counted as they are shown; what no fault tells is of the whole run. */
static void complete_end(struct report *r)
{
	const struct run_end *whole = &r->whole;
	struct run_end *end = &r->end;

	end->lost_ring = whole->lost_ring;
	end->lost_storage = whole->lost_storage;
	end->lost_unpaired = whole->lost_unpaired;
	end->lost_unexplained = whole->lost_unexplained;
	end->in_progress = whole->in_progress;
	end->unseen_gup = whole->unseen_gup;
	end->elapsed_ns = whole->elapsed_ns;
	end->bpf_run_ns = whole->bpf_run_ns;
	end->bpf_runs = whole->bpf_runs;
	if (!r->is_filtered) {
		end->thp_fell_back = whole->thp_fell_back;
		end->thp_unknown = whole->thp_unknown;
	}
	end->throttled_ns =
		whole->throttled_ns < 0 || !r->is_filtered ? whole->throttled_ns : r->throttled_ns;
}

static int take(struct report *r, enum player_event event)
{
	switch (event) {
	case PLAYER_START: return begin(r);
	case PLAYER_FAULT:
	case PLAYER_THROTTLED: show_fault(r, event == PLAYER_THROTTLED); return 0;
	case PLAYER_END:
		r->whole = *player__end(r->player);
		r->has_end = true;
		return 0;
	}
	return 0;
}

/* 0, or -errno after saying why. */
static int read_all(struct report *r)
{
	enum player_event event;
	int ret;

	while (!output__broken(&r->out)) {
		ret = player__next(r->player, &event);
		if (ret == -EINTR) {
			output__flush(&r->out);
			continue;
		}
		if (!ret)
			return 0;
		if (ret == 1)
			ret = take(r, event);
		else if (ret == -EBADMSG)
			log_error("cannot read %s: it is no capture of faulttrace",
				  r->opts->capture);
		else
			log_error("cannot read %s: %s", r->opts->capture, strerror(-ret));
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- From begin to end ---------------------------------------------------------------------------- */

static void show_info(struct report *r)
{
	const struct capture_info info = {
		.start = &r->start,
		.has = player__has(r->player),
		.faults = &r->end,
		.end = r->has_end ? &r->whole : NULL,
		.first_ns = r->first_ns,
		.last_ns = r->last_ns,
		.is_damaged = r->nr_damaged || player__refused(r->player),
	};

	capture_info__add(&info, &r->out.buf);
}

static void finish(struct report *r)
{
	const struct options *opts = r->opts;
	unsigned long long refused = player__refused(r->player);

	complete_end(r);
	if (!opts->view)
		show_info(r);
	else if (r->has_end)
		format__show(r->format, end, &r->end);
	output__flush(&r->out);
	if (refused)
		log_note("%s: %llu rows are impossible, and were left out", opts->capture, refused);
	if (opts->view && r->has_end && !opts->quiet && !output__broken(&r->out))
		summary__print_run(&r->end, r->start.plan ? r->start.plan : "unknown",
				   filter__wants_only_errors(&opts->filter));
}

/* A file descriptor, or -errno after saying why. */
static int open_capture(const char *path)
{
	int fd = options__is_stdout(path) ? dup(STDIN_FILENO)
					  : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0)
		return fd;
	fd = -errno;
	log_error("cannot open %s: %s", path, strerror(-fd));
	if (fd == -ENOENT)
		log_hint("faulttrace record writes it");
	return fd;
}

static int show(struct report *r)
{
	int err;

	if (r->opts->view) {
		r->format = format__new(r->opts->format, &r->out.buf, &r->start);
		if (!r->format) {
			log_no_memory();
			return -ENOMEM;
		}
	}
	err = read_all(r);
	if (!err)
		finish(r);
	format__free(r->format);
	return err;
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* What was read of a pipe that has no more for now is to be seen soon: ends read(2) now and then. */
static void interrupt_waiting(int fd)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval often = { .it_interval.tv_usec = FLUSH_US,
					 .it_value.tv_usec = FLUSH_US };
	struct stat st;

	if (fstat(fd, &st) || S_ISREG(st.st_mode))
		return;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

static int run(const struct options *opts)
{
	struct report r = { .opts = opts, .out = { .fd = -1 } };
	const struct capture_problem_sink problems = { tell_problem, &r };
	int fd = open_capture(opts->capture),
	    err = fd < 0 ? fd : output__open(&r.out, opts->output);

	/* If the reader of a pipe is gone, write(2) is to fail. */
	signal(SIGPIPE, SIG_IGN);
	if (!err) {
		/* The capture may be a stranger's, and nothing that follows takes a privilege. */
		privileges__keep(0);
		interrupt_waiting(fd);
		r.player = player__new(fd, &problems);
		err = show(&r);
		player__free(r.player);
	}
	if (fd >= 0)
		close(fd);
	if (output__close(&r.out) && !err)
		err = -EIO;
	return err == -EINVAL ? STATUS_USAGE : err ? STATUS_FAILED : STATUS_DONE;
}

const struct command report_command = {
	.id = COMMAND_REPORT,
	.name = "report",
	.usage = "report [FILE] [trace] [FILTER..] [OUTPUT..]",
	.what = "what record has written: each fault, or what there is",
	.examples = "  faulttrace report                         what is in faulttrace.ft\n"
		    "  faulttrace report trace --major           its major faults\n"
		    "  faulttrace report old.ft trace -j -k swap\n",
	.run = run,
};
