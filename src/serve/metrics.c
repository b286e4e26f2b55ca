/* SPDX-License-Identifier: GPL-2.0-only */
#include "metrics.h"

#include "exemplar.h"
#include "label.h"

enum type { COUNTER, GAUGE, INFO, HISTOGRAM };

/* A metric. A counter's name ends in "_total", that of an info in "_info", in both formats. */
struct family {
	enum type type;
	const char *name; /* without that ending */
	const char *help;
};

static const char *const type_names[] = {
	[COUNTER] = "counter",
	[GAUGE] = "gauge",
	[INFO] = "info",
	[HISTOGRAM] = "histogram",
};

static const char *const endings[] = {
	[COUNTER] = "_total",
	[GAUGE] = "",
	[INFO] = "_info",
	[HISTOGRAM] = "",
};

/* The bounds of the buckets in seconds, as totals.h has them. */
static const char *const bounds[TOTALS_BOUNDS + 1] = {
	"2.56e-07",    "1.024e-06",   "4.096e-06",   "1.6384e-05",  "6.5536e-05",
	"0.000262144", "0.001048576", "0.004194304", "0.016777216", "0.067108864",
	"0.268435456", "1.073741824", "+Inf",
};

/* OpenMetrics names a family without the ending of its samples, and knows the type info. */
static void begin(const struct metrics_page *page, const struct family *family, struct buf *out)
{
	const char *ending = page->is_openmetrics ? "" : endings[family->type];
	enum type type = family->type == INFO && !page->is_openmetrics ? GAUGE : family->type;

	buf__addf(out, "# HELP %s%s %s.\n", family->name, ending, family->help);
	buf__addf(out, "# TYPE %s%s %s\n", family->name, ending, type_names[type]);
}

static void add_name(const struct family *family, struct buf *out)
{
	buf__adds(out, family->name);
	buf__adds(out, endings[family->type]);
}

static void add_count(unsigned long long value, struct buf *out)
{
	buf__addc(out, ' ');
	buf__add_u64(out, value);
	buf__addc(out, '\n');
}

static void add_seconds(unsigned long long ns, struct buf *out)
{
	buf__addc(out, ' ');
	buf__add_fixed(out, ns, 9);
	buf__addc(out, '\n');
}

static void add_labelled(const struct family *family, const char *label, const char *value,
			 struct buf *out)
{
	add_name(family, out);
	buf__addf(out, "{%s=\"%s\"}", label, value);
}

/* Kinds are there before their first fault, so that its increase is seen; errors have a metric. */
static bool is_told(const struct totals *totals, unsigned int kind)
{
	return kind != FT_KIND_ERROR || totals->kinds[kind].faults;
}

static void add_faults(const struct metrics_page *page, struct buf *out)
{
	static const struct family family = { COUNTER, "faulttrace_faults",
					      "Page faults that were resolved" };

	begin(page, &family, out);
	for (unsigned int i = 0; i < FT_KIND_COUNT; i++) {
		const struct kind_totals *kind = &page->totals->kinds[i];

		if (!is_told(page->totals, i))
			continue;
		add_name(&family, out);
		buf__addf(out, "{kind=\"%s\",major=\"false\"}", kind_names[i]);
		add_count(kind->faults - kind->major, out);
		add_name(&family, out);
		buf__addf(out, "{kind=\"%s\",major=\"true\"}", kind_names[i]);
		add_count(kind->major, out);
	}
}

static void add_histogram(const struct metrics_page *page, const struct family *family,
			  const struct kind_totals *kind, const char *name, struct buf *out)
{
	const struct worst_fault *worst = &kind->worst;
	unsigned long long below = 0;

	for (size_t i = 0; i <= TOTALS_BOUNDS; i++) {
		below += kind->buckets[i];
		buf__addf(out, "%s_bucket{kind=\"%s\",le=\"%s\"} %llu", family->name, name,
			  bounds[i], below);
		if (page->is_openmetrics && worst->is_named &&
		    totals__bucket(worst->rec.latency_ns) == i)
			exemplar__add(worst, page->run, out);
		buf__addc(out, '\n');
	}
	buf__addf(out, "%s_sum{kind=\"%s\"}", family->name, name);
	add_seconds(kind->sum_ns, out);
	buf__addf(out, "%s_count{kind=\"%s\"}", family->name, name);
	add_count(kind->timed, out);
}

static void add_durations(const struct metrics_page *page, struct buf *out)
{
	static const struct family family = { HISTOGRAM, "faulttrace_fault_duration_seconds",
					      "How long page faults took, where that is known" };

	begin(page, &family, out);
	for (unsigned int i = 0; i < FT_KIND_COUNT; i++)
		if (is_told(page->totals, i))
			add_histogram(page, &family, &page->totals->kinds[i], kind_names[i], out);
}

static const char other_labels[] =
	"cgroup=\"" CONTAINERS_OTHER "\",runtime=\"\",namespace=\"\",pod=\"\",container=\"\"";

/* Adds the samples of a cgroup: minor and major faults, or the seconds that they took. */
static void add_container(const struct family *family, const char *labels,
			  const struct container_sums *sums, bool is_ns, struct buf *out)
{
	static const char *const majors[] = { ",major=\"false\"}", ",major=\"true\"}" };

	for (size_t i = 0; i < 2; i++) {
		add_name(family, out);
		buf__addc(out, '{');
		buf__adds(out, labels);
		buf__adds(out, majors[i]);
		if (is_ns)
			add_seconds(sums->ns[i], out);
		else
			add_count(sums->faults[i], out);
	}
}

static void add_container_family(const struct metrics_page *page, const struct family *family,
				 bool is_ns, struct buf *out)
{
	const struct containers *containers = page->containers;

	begin(page, family, out);
	for (size_t i = 0; i < containers->series.nr; i++) {
		const struct container_series *series = key_map__at(&containers->series, i);

		if (series->is_shown)
			add_container(family, series->labels, &series->sums, is_ns, out);
	}
	add_container(family, other_labels, &containers->other, is_ns, out);
}

static void add_containers(const struct metrics_page *page, struct buf *out)
{
	static const struct family faults = { COUNTER, "faulttrace_container_faults",
					      "Page faults by cgroup and container" };
	static const struct family seconds = {
		COUNTER, "faulttrace_container_fault_seconds",
		"How long the page faults of a cgroup took, where that is known"
	};
	static const struct family other = {
		COUNTER, "faulttrace_container_other_faults",
		"Why page faults are counted under cgroup " CONTAINERS_OTHER
	};
	static const char *const reasons[] = {
		[CONTAINERS_YOUNG] = "min_age",	   [CONTAINERS_SERIES_MAX] = "max_series",
		[CONTAINERS_UNKNOWN] = "unknown",  [CONTAINERS_ROWS] = "rows",
		[CONTAINERS_LONG] = "long_labels",
	};

	add_container_family(page, &faults, false, out);
	add_container_family(page, &seconds, true, out);
	begin(page, &other, out);
	for (size_t i = 0; i < CONTAINERS_REASONS; i++) {
		add_labelled(&other, "reason", reasons[i], out);
		add_count(page->containers->reasons[i], out);
	}
}

static void add_causes(const struct metrics_page *page, struct buf *out)
{
	static const struct family causes = { COUNTER, "faulttrace_fault_cause_seconds",
					      "What the time of page faults went into" };
	static const struct family throttled = {
		COUNTER, "faulttrace_throttled_seconds",
		"How long memory.high delayed threads after page faults"
	};

	if (!page->run->cause)
		return;
	begin(page, &causes, out);
	for (size_t i = 0; i < FT_CAUSE_COUNT; i++) {
		if (i == FT_CAUSE_LOOKUP && !page->info->sees_lookup)
			continue;
		add_labelled(&causes, "cause", cause_names[i], out);
		add_seconds(page->totals->cause_ns[i], out);
	}
	if (!page->info->sees_throttling)
		return;
	begin(page, &throttled, out);
	add_name(&throttled, out);
	add_seconds(page->totals->counters.throttled_ns, out);
}

static void add_errors(const struct metrics_page *page, struct buf *out)
{
	static const struct family family = { COUNTER, "faulttrace_errors",
					      "Page faults that could not be resolved" };
	const struct ft_counters *counters = &page->totals->counters;
	const struct {
		const char *signal;
		unsigned long long number;
	} rows[] = {
		{ "SIGSEGV", counters->errors_segv },
		{ "SIGBUS", counters->errors_bus },
		{ "OOM", counters->errors_oom },
		{ "none", counters->errors_none },
	};

	begin(page, &family, out);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		add_labelled(&family, "signal", rows[i].signal, out);
		add_count(rows[i].number, out);
	}
}

static void add_losses(const struct metrics_page *page, struct buf *out)
{
	static const struct family family = { COUNTER, "faulttrace_lost",
					      "Page faults that were not told, by the reason" };
	const struct ft_counters *counters = &page->totals->counters;
	const struct {
		const char *reason;
		unsigned long long number;
	} rows[] = {
		{ "ring", counters->lost_ring },
		{ "storage", counters->lost_storage },
		{ "unpaired", counters->lost_unpaired },
		{ "unexplained", counters->lost_unexplained },
	};

	begin(page, &family, out);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		add_labelled(&family, "reason", rows[i].reason, out);
		add_count(rows[i].number, out);
	}
}

/* Adds a family that has one sample, without labels. */
static void add_one(const struct metrics_page *page, const struct family *family,
		    unsigned long long value, bool is_ns, struct buf *out)
{
	begin(page, family, out);
	add_name(family, out);
	if (is_ns)
		add_seconds(value, out);
	else
		add_count(value, out);
}

static void add_tracer(const struct metrics_page *page, struct buf *out)
{
	static const struct family gup = { COUNTER, "faulttrace_unseen_gup",
					   "Page faults of get_user_pages that are only counted" };
	static const struct family run = { COUNTER, "faulttrace_bpf_run_seconds",
					   "Time that the programs in the kernel took" };
	static const struct family runs = { COUNTER, "faulttrace_bpf_runs",
					    "How often programs in the kernel ran" };
	const struct totals *totals = page->totals;

	if (totals->knows_gup)
		add_one(page, &gup, totals->unseen_gup, false, out);
	if (!totals->knows_bpf)
		return;
	add_one(page, &run, totals->bpf_run_ns, true, out);
	add_one(page, &runs, totals->bpf_runs, false, out);
}

static void add_build(const struct metrics_page *page, struct buf *out)
{
	static const struct family family = { INFO, "faulttrace_build",
					      "The tracer and its kernel" };
	const struct {
		const char *label, *value;
	} labels[] = {
		{ "version", page->run->version },
		{ "plan", page->run->plan },
		{ "kernel", page->run->kernel },
		{ "arch", page->run->arch },
	};

	begin(page, &family, out);
	add_name(&family, out);
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		buf__addf(out, "%c%s=\"", i ? ',' : '{', labels[i].label);
		label__add_value(labels[i].value, out);
		buf__addc(out, '"');
	}
	buf__addc(out, '}');
	add_count(1, out);
}

/* As the client libraries of Prometheus name them. */
static void add_process(const struct metrics_page *page, struct buf *out)
{
	const struct {
		struct family family;
		uint64_t value;
		bool is_ns;
	} rows[] = {
		{ { COUNTER, "process_cpu_seconds", "Processor time of the tracer" },
		  page->usage->cpu_ns,
		  true },
		{ { GAUGE, "process_resident_memory_bytes", "Resident memory of the tracer" },
		  page->usage->resident_bytes,
		  false },
		{ { GAUGE, "process_virtual_memory_bytes", "Virtual memory of the tracer" },
		  page->usage->virtual_bytes,
		  false },
		{ { GAUGE, "process_open_fds", "File descriptors that the tracer has open" },
		  page->usage->open_fds,
		  false },
		{ { GAUGE, "process_max_fds", "File descriptors that it may have open" },
		  page->usage->max_fds,
		  false },
		{ { GAUGE, "process_start_time_seconds", "When the tracer began, since 1970" },
		  page->process_start_ns,
		  true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].value != UINT64_MAX)
			add_one(page, &rows[i].family, rows[i].value, rows[i].is_ns, out);
}

void metrics__add(const struct metrics_page *page, struct buf *out)
{
	add_faults(page, out);
	add_durations(page, out);
	add_containers(page, out);
	add_causes(page, out);
	add_errors(page, out);
	add_losses(page, out);
	add_tracer(page, out);
	add_build(page, out);
	add_process(page, out);
	if (page->is_openmetrics)
		buf__adds(out, "# EOF\n");
}
