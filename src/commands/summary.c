/* SPDX-License-Identifier: GPL-2.0-only */
#include "summary.h"

#include "../base/log.h"
#include "../base/units.h"
#include "../faults/run_totals.h"

void summary__print_losses(const struct run_end *end, const char *when)
{
	const struct {
		unsigned long long number;
		const char *kind;
	} losses[] = {
		{ end->lost_ring, "ring buffer full" },
		{ end->lost_storage, "no room for a thread's state" },
		{ end->lost_unpaired, "end seen, but no begin" },
		{ end->lost_unexplained, "counted by the kernel, but not seen" },
		{ end->lost_file, "the capture could not be written, or not fast enough" },
	};

	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (losses[i].number)
			log_note("%llu lost%s (%s)", losses[i].number, when, losses[i].kind);
}

/* Prints a line for each number that is not 0. */
static void print_numbers(const struct session *s, bool only_errors)
{
	const struct source_totals *totals = &s->totals;
	const struct {
		enum log_level level;
		unsigned long long number;
		const char *noun, *rest;
	} notes[] = {
		{ LOG_INFO, totals->counters.missed_ends, "fault",
		  "ended unseen: told without a latency" },
		{ LOG_INFO, totals->counters.probe_faults, "fault",
		  "of probes that read user memory: left out" },
		{ LOG_NOTE, only_errors ? 0 : s->end.errors, "fault",
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

static void print_share(const struct run_end *end)
{
	struct buf share = { 0 };

	run_end__tell_share(end, &share);
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

/* Unknown fallbacks are common (the thread was switched out): alone, told with -v only. */
static void print_fallbacks(const struct run_end *end)
{
	if (end->thp_fell_back && end->thp_unknown)
		log_note("%llu huge page%s fell back to small ones, and %llu more may have",
			 end->thp_fell_back, plural(end->thp_fell_back), end->thp_unknown);
	else if (end->thp_fell_back)
		log_note("%llu huge page%s fell back to small ones", end->thp_fell_back,
			 plural(end->thp_fell_back));
	else if (end->thp_unknown)
		log_info("%llu huge page%s may have fallen back to small ones", end->thp_unknown,
			 plural(end->thp_unknown));
}

void summary__hint_overflow(unsigned long long faults)
{
	if (faults)
		log_note("hint: %llu of the faults had no row: the table was full, use filters or "
			 "another --by",
			 faults);
}

void summary__print_run(const struct run_end *end, const char *plan, bool only_errors)
{
	struct buf seen = { 0 };

	run_end__tell(end, only_errors, &seen);
	log_note("%.*s; %llu lost; plan %s", (int)seen.len, seen.data, run_end__lost(end), plan);
	buf__free(&seen);
	summary__print_losses(end, "");
	if (end->in_progress)
		log_note("%llu still in progress when tracing ended", end->in_progress);
	if (!only_errors)
		print_share(end);
	if (end->unseen_gup > 0)
		log_note("%lld more %s taken by get_user_pages (as by mlock): only counted",
			 end->unseen_gup, end->unseen_gup == 1 ? "was" : "were");
	print_fallbacks(end);
	if (end->throttled_ns > 0)
		print_throttled(end);
}

void summary__print(const struct session *s)
{
	bool only_errors = filter__wants_only_errors(&s->opts->filter);

	summary__print_run(&s->end, s->plan->name, only_errors);
	print_numbers(s, only_errors);
	if (s->end.lost_ring)
		log_note("hint: the ring buffer was full for %llu: raise --ring-size, or use "
			 "--min-latency or --sample",
			 s->end.lost_ring);
}
