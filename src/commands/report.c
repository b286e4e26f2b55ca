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
#include "../base/units.h"
#include "../faults/fault_filter.h"
#include "../faults/run_totals.h"
#include "../host/privileges.h"
#include "commands.h"
#include "present.h"
#include "report.h"
#include "session.h"
#include "summary.h"

/* Output is written when it has so many bytes; of a pipe also after so many microseconds. */
#define FLUSH_BYTES (256 * 1024)
#define FLUSH_US    200000

/* ---- What a capture lacks ------------------------------------------------------------------------ */

/* Joins a problem with the one before, if it is of the next block. */
static void note_problem(void *ctx, const struct capture_problem *problem)
{
	struct report *r = ctx;
	struct capture_problem *last = r->nr_problems ? &r->problems[r->nr_problems - 1] : NULL;

	r->is_damaged = true;
	if (last && last->kind == problem->kind &&
	    problem->sequence == last->sequence + last->nr_blocks) {
		last->nr_blocks += problem->nr_blocks;
		last->last_ns = problem->last_ns;
	} else if (r->nr_problems < PROBLEMS_MAX) {
		r->problems[r->nr_problems++] = *problem;
	} else {
		r->more_problems++;
	}
}

/* Since tracing began. */
static void add_time(struct buf *text, const struct report *r, unsigned long long ns)
{
	unsigned long long begin = r->start.time_ns;

	units_add_duration(text, ns > begin ? ns - begin : 0);
}

/* Which blocks, and what they are. Without a number, there are bytes of no block before one. */
static void add_blocks(struct buf *text, const struct capture_problem *problem)
{
	static const char *const what[CAPTURE_PROBLEM_COUNT] = {
		[CAPTURE_DAMAGED] = "damaged",
		[CAPTURE_MISSING] = "missing",
		[CAPTURE_ORPHANED] = "of no use without the first one of its segment",
		[CAPTURE_UNKNOWN] = "of a later version",
	};
	unsigned long long first = problem->sequence, nr = problem->nr_blocks;

	if (!nr)
		buf__addf(text, "bytes before block %llu are of no block", first);
	else if (nr == 1)
		buf__addf(text, "block %llu is %s", first, what[problem->kind]);
	else
		buf__addf(text, "blocks %llu to %llu are %s", first, first + nr - 1,
			  what[problem->kind]);
}

static void tell_problem(const struct report *r, const struct capture_problem *problem)
{
	struct buf text = { 0 };

	if (problem->kind == CAPTURE_TRUNCATED) {
		buf__adds(&text, "it has no end, and goes as far as ");
		add_time(&text, r, problem->last_ns);
	} else {
		add_blocks(&text, problem);
		buf__adds(&text, ", with faults or names between ");
		add_time(&text, r, problem->first_ns);
		buf__adds(&text, " and ");
		add_time(&text, r, problem->last_ns);
	}
	log_note("%s: %.*s", r->opts->capture, (int)text.len, text.data);
	buf__free(&text);
}

static void tell_problems(const struct report *r)
{
	unsigned long long refused = player__refused(r->player);
	const struct player_cut cut = player__cut(r->player);

	for (size_t i = 0; i < r->nr_problems; i++)
		tell_problem(r, &r->problems[i]);
	if (r->more_problems)
		log_note("%s: %llu more blocks are damaged", r->opts->capture, r->more_problems);
	if (refused)
		log_note("%s: %llu rows were left out: impossible, or without what they need",
			 r->opts->capture, refused);
	if (cut.faults) {
		struct buf text = { 0 };

		add_time(&text, r, cut.end_ns);
		log_note(
			"%s: %llu faults of the first %.*s are not in it: only the newest are kept",
			r->opts->capture, (unsigned long long)cut.faults, (int)text.len, text.data);
		buf__free(&text);
	}
	if (player__is_followed(r->player))
		log_note("%s: another capture follows in the file: it is not shown",
			 r->opts->capture);
}

/* 0, or -EINVAL after saying which option the capture cannot serve. */
static int check_options(const struct options *opts, struct player_has has)
{
	bool by_stack = options__wants_stacks(opts) || options__is_profile(opts);
	const struct {
		bool wanted, has;
		const char *option, *what, *record;
	} options[] = {
		{ by_stack, has.stacks, "stacks", "no stacks", "-s" },
		{ row_spec__has_code(&opts->rows), has.symbols || has.stacks, "functions",
		  "no symbols", "-w" },
		{ opts->cause, has.cause, "causes", "no causes", "--cause" },
		{ opts->residency, has.residency, "--residency", "no residency", "--residency" },
		{ opts->filter.has_uid, has.uids, "users", "no user ids", "it again" },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!options[i].wanted || options[i].has)
			continue;
		log_error("cannot show %s: %s has %s", options[i].option, opts->capture,
			  options[i].what);
		log_hint("faulttrace record %s", options[i].record);
		return -EINVAL;
	}
	return 0;
}

/* ---- The view ------------------------------------------------------------------------------------ */

static const struct report_view *view_of(const struct options *opts)
{
	if (opts->info)
		return &report_info;
	if (!opts->view)
		return &report_summary;
	if (opts->view->id == COMMAND_TRACE)
		return &report_trace;
	if (opts->view->id == COMMAND_MAP)
		return &report_map;
	return options__is_profile(opts) ? &report_profile : &report_tables;
}

void report__count(struct report *r, const struct fault *fault, bool is_shown)
{
	run_end__add_fault(&r->end, fault->rec, fault->verdict.kind, is_shown);
}

unsigned long long report__end_ns(const struct report *r)
{
	unsigned long long begin = r->start.time_ns;
	unsigned long long end = r->has_end ? begin + r->whole.elapsed_ns : r->last_ns;

	if (r->opts->to_ns && begin + r->opts->to_ns < end)
		end = begin + r->opts->to_ns;
	return r->until_ns && r->until_ns < end ? r->until_ns : end;
}

void report__flush(struct report *r)
{
	if (r->out.buf.len >= FLUSH_BYTES)
		output__flush(&r->out);
}

/* What can be read of the capture is known to be shown: only now a file is truncated. */
static int open_output(struct report *r)
{
	const char *path = r->opts->output;

	if (path && report_files__has(&r->files, path)) {
		log_error("cannot write to %s: it is the capture that is read", path);
		return -EINVAL;
	}
	return output__open(&r->out, path);
}

static int begin(struct report *r)
{
	const struct options *opts = r->opts;
	int err = check_options(opts, player__has(r->player));

	if (!err && r->files.nr > 1 && player__cut(r->player).is_dump) {
		log_error("cannot show %s.0001 and those that follow as one", opts->capture);
		log_hint("faulttrace report %s.0001 shows one: they have some faults in common",
			 opts->capture);
		err = -EINVAL;
	}
	if (!err)
		err = open_output(r);
	if (err)
		return err;
	r->start = *player__start(r->player);
	r->start.command = options__shown(opts)->name;
	present(&r->start, opts, &r->out);
	err = r->view->begin ? r->view->begin(r) : 0;
	if (err == -ENOMEM)
		log_no_memory();
	return err;
}

/* Is it in the time that is asked for? */
static bool is_in_time(const struct report *r, unsigned long long time)
{
	unsigned long long begin = r->start.time_ns;
	unsigned long long since = time > begin ? time - begin : 0;

	return since >= r->opts->from_ns && (!r->opts->to_ns || since < r->opts->to_ns);
}

static void take_fault(struct report *r, bool is_throttled)
{
	const struct fault *fault = player__fault(r->player);

	r->last_ns = fault->rec->h.time_ns;
	if (!is_in_time(r, fault->rec->h.time_ns) ||
	    !fault_filter__takes(&r->opts->filter, fault)) {
		r->is_filtered = true;
		return;
	}
	if (!is_throttled) {
		if (r->view->fault)
			r->view->fault(r, fault);
		return;
	}
	if (!r->view->throttled || r->view->throttled(r, fault))
		r->throttled_ns += (long long)(fault->throttled->ns * fault->rec->weight);
}

static void take_map(struct report *r)
{
	struct memory_map map;

	if (!r->view->map)
		return;
	map = player__map(r->player);
	if (is_in_time(r, map.end_ns))
		r->view->map(r, &map);
	else
		map__free(&map);
}

/* The length of the time that is shown. */
static unsigned long long shown_ns(const struct report *r)
{
	unsigned long long begin = r->start.time_ns + r->opts->from_ns, end = report__end_ns(r);
	const struct player_cut cut = player__cut(r->player);

	if (cut.faults && cut.end_ns > begin)
		begin = cut.end_ns;
	return end > begin ? end - begin : 0;
}

/* Faults are counted as they are shown; what no fault tells is of the whole run. */
static void complete_end(struct report *r)
{
	const struct run_end shown = r->end;
	struct run_end *end = &r->end;

	*end = r->whole;
	end->faults = shown.faults;
	end->major = shown.major;
	end->minor = shown.minor;
	end->errors = shown.errors;
	end->latency_ns = shown.latency_ns;
	if (r->has_end)
		end->elapsed_ns = shown_ns(r);
	if (!r->is_filtered)
		return;
	end->thp_fell_back = shown.thp_fell_back;
	end->thp_unknown = shown.thp_unknown;
	if (end->throttled_ns >= 0)
		end->throttled_ns = r->throttled_ns;
}

static int take(struct report *r, enum player_event event)
{
	switch (event) {
	case PLAYER_START: return begin(r);
	case PLAYER_FAULT:
	case PLAYER_THROTTLED: take_fault(r, event == PLAYER_THROTTLED); return 0;
	case PLAYER_MAP: take_map(r); return 0;
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
		else if (ret == -ENODATA)
			log_error("cannot read %s: the begin of the capture is missing",
				  r->opts->capture);
		else
			log_error("cannot read %s: %s", r->opts->capture, strerror(-ret));
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- From begin to end ---------------------------------------------------------------------------- */

static void tell_summary(const struct report *r)
{
	bool only_errors = filter__wants_only_errors(&r->opts->filter);
	struct buf seen = { 0 };

	if (r->has_end) {
		summary__print_run(&r->end, r->start.plan ? r->start.plan : "unknown", only_errors);
		return;
	}
	run_end__tell(&r->end, only_errors, &seen);
	log_note("%.*s; what was lost is not known", (int)seen.len, seen.data);
	buf__free(&seen);
}

static void finish(struct report *r)
{
	complete_end(r);
	if (r->view->end)
		r->view->end(r);
	output__flush(&r->out);
	tell_problems(r);
	if (r->opts->view && !r->view->counts_no_faults && !r->opts->quiet &&
	    !output__broken(&r->out))
		tell_summary(r);
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

static int exit_status(const struct report *r, int err)
{
	if (err)
		return err == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
	if (r->out.error || r->failed)
		return STATUS_FAILED;
	if (r->opts->strict && (!r->has_end || r->is_damaged || run_end__lost(&r->whole)))
		return STATUS_LOST;
	return STATUS_DONE;
}

static int run(const struct options *opts)
{
	struct report r = { .opts = opts, .view = view_of(opts), .out = { .fd = -1 } };
	const struct capture_problem_sink problems = { note_problem, &r };
	struct capture_input input;
	int status, err;

	if (report_files__open(&r.files, opts->capture)) {
		report_files__close(&r.files);
		return STATUS_FAILED;
	}
	input = report_files__input(&r.files, opts->target.follow);
	/* If the reader of a pipe is gone, write(2) is to fail. */
	signal(SIGPIPE, SIG_IGN);
	/* The capture may be a stranger's. Only a file to write to takes privileges. */
	privileges__keep(opts->output || options__has_profile_file(opts) ? PRIVILEGE_FILES : 0);
	interrupt_waiting(input.fd);
	r.player = player__new(&input, &problems);
	err = read_all(&r);
	if (err)
		tell_problems(&r);
	else
		finish(&r);
	status = exit_status(&r, err);
	if (r.view->free)
		r.view->free(&r);
	player__free(r.player);
	report_files__close(&r.files);
	if (output__close(&r.out) && !status)
		status = STATUS_FAILED;
	return status;
}

const struct command report_command = {
	.id = COMMAND_REPORT,
	.name = "report",
	.usage = "report [FILE] [trace|map] [OPTION..]\n"
		 "       faulttrace report [FILE] hist|top [OPTION..] [INTERVAL [COUNT]]",
	.what = "what record has written: a summary, lines, histograms, a table",
	.examples = "  faulttrace report                         what is in faulttrace.ft\n"
		    "  faulttrace report trace --major           its major faults\n"
		    "  faulttrace report hist --from 10 --to 20  ten seconds of it, by kind\n"
		    "  faulttrace report old.ft top --by file,kind -k file,swap\n",
	.run = run,
};
