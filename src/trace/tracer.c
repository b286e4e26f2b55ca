/* SPDX-License-Identifier: GPL-2.0-only */
#include "tracer.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../host/cgroup.h"
#include "../host/clock.h"
#include "../host/task.h"
#include "faulttrace.skel.h"
#include "layout.h"
#include "sw_events.h"

struct tracer {
	const struct options *opts;
	const struct plan *plan;
	int command_pid;
	struct faulttrace_bpf *skel;
	struct ring_buffer *ring;
	record_fn record;
	void *ctx;
	struct bpf_link **links;
	size_t nr_links;
	int stats_fd;
	struct tracer_totals totals;
};

/* Loaded by every plan; a NULL feature column means always there. */
static const struct {
	const char *name;
	enum feature needs;
} common_programs[] = {
	{ "process_exit", FEATURE_BTF },
	{ "process_fork", FEATURE_BTF },
	{ "signal_generate", FEATURE_BTF },
	{ "signal_deliver", FEATURE_BTF },
	{ "mark_victim", FEATURE_BTF },
	{ "page_fault_user", FEATURE_PAGE_FAULT_TP },
	{ "page_fault_kernel", FEATURE_PAGE_FAULT_TP },
	/* Not attached: run by us. */
	{ "adopt", FEATURE_BTF },
	{ "finish", FEATURE_BTF },
	{ "calibrate", FEATURE_BTF },
};

#define NR_COMMON (sizeof(common_programs) / sizeof(*common_programs))

static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	log_vat(level == LIBBPF_DEBUG ? LOG_DEBUG : LOG_INFO, fmt, args);
	return 0;
}

static int on_record(void *ctx, void *data, size_t size)
{
	struct tracer *t = ctx;
	const struct ft_header *record = data;

	if (size >= sizeof(*record) && record->size <= size)
		t->record(t->ctx, record);
	return 0;
}

static bool target_is_chosen(const struct options *opts)
{
	return opts->target == TARGET_PID || opts->target == TARGET_TID ||
	       opts->target == TARGET_COMMAND;
}

static void configure_target(struct tracer *t)
{
	struct faulttrace_bpf__rodata *config = t->skel->rodata;
	const struct options *opts = t->opts;

	config->target = target_is_chosen(opts) ? 0 : opts->target == TARGET_CGROUP ? 2 : 1;
	config->target_is_thread = opts->target == TARGET_TID;
	config->follow_children = opts->follow;
	config->own_pid = (unsigned int)getpid();
	config->command_pid = (unsigned int)t->command_pid;
	config->started_ns = clock_ns(CLOCK_MONOTONIC);
	if (!opts->follow && opts->target == TARGET_COMMAND)
		config->only_pid = (unsigned int)t->command_pid;
	if (!opts->follow && opts->target == TARGET_PID && opts->nr_ids == 1)
		config->only_pid = (unsigned int)opts->ids[0];
}

static void configure_filters(struct tracer *t)
{
	struct faulttrace_bpf__rodata *config = t->skel->rodata;
	const struct options *opts = t->opts;

	config->filter_comm = opts->comm != NULL;
	if (opts->comm)
		strncpy((char *)config->comm_glob, opts->comm, sizeof(config->comm_glob) - 1);
	config->filter_uid = opts->has_uid;
	config->wanted_uid = opts->uid;
	config->addr_start = opts->addr_start;
	config->addr_end = opts->addr_end;
	config->min_latency_ns = opts->min_latency_ns;
	config->wanted_kinds = opts->kinds;
	config->wanted_accesses = opts->accesses;
	config->wanted_origins = opts->origins;
	config->only_major = opts->only_major;
	config->only_minor = opts->only_minor;
	config->sample = opts->sample;
}

static int choose_programs(struct tracer *t, struct features *features)
{
	struct bpf_program *program;

	for (size_t i = 0; i < NR_COMMON; i++) {
		if (!features__has(features, common_programs[i].needs))
			continue;
		program = bpf_object__find_program_by_name(t->skel->obj, common_programs[i].name);
		bpf_program__set_autoload(program, true);
	}
	for (const char *const *name = t->plan->programs; *name; name++) {
		program = bpf_object__find_program_by_name(t->skel->obj, *name);
		bpf_program__set_autoload(program, true);
	}
	return 0;
}

static void size_maps(struct tracer *t, bool task_storage)
{
	const struct options *opts = t->opts;

	bpf_map__set_max_entries(t->skel->maps.ring, (unsigned int)opts->ring_bytes);
	bpf_map__set_max_entries(t->skel->maps.chosen,
				 opts->nr_ids ? (unsigned int)opts->nr_ids : 1);
	bpf_map__set_autocreate(t->skel->maps.threads, task_storage);
	bpf_map__set_autocreate(t->skel->maps.threads_by_tid, !task_storage);
	bpf_map__set_autocreate(t->skel->maps.target_cgroup, opts->target == TARGET_CGROUP);
}

static int fill_maps(struct tracer *t)
{
	const struct options *opts = t->opts;
	unsigned char one = 1;
	int err = 0;

	for (size_t i = 0; i < opts->nr_ids && !err; i++)
		err = bpf_map_update_elem(bpf_map__fd(t->skel->maps.chosen), &opts->ids[i], &one,
					  0);
	if (t->command_pid && !err)
		err = bpf_map_update_elem(bpf_map__fd(t->skel->maps.chosen), &t->command_pid, &one,
					  0);
	if (err)
		log_error("cannot tell the kernel what to trace: %s", strerror(-err));
	return err;
}

static int fill_cgroup(struct tracer *t)
{
	unsigned int zero = 0;
	int err, fd __cleanup_close = cgroup__open(t->opts->cgroup);

	if (fd == -ENOTDIR) {
		log_error("cannot trace cgroup %s: not a cgroup v2 directory", t->opts->cgroup);
		return fd;
	}
	if (fd < 0) {
		log_error("cannot trace cgroup %s: %s", t->opts->cgroup, strerror(-fd));
		return fd;
	}
	err = bpf_map_update_elem(bpf_map__fd(t->skel->maps.target_cgroup), &zero, &fd, 0);
	if (err)
		log_error("cannot trace cgroup %s: %s", t->opts->cgroup, strerror(-err));
	return err;
}

/* One try of the layout that stands in the programs' memory. */
static bool try_layout(void *ctx)
{
	struct tracer *t = ctx;
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return !bpf_prog_test_run_opts(bpf_program__fd(t->skel->progs.calibrate), &opts);
}

static void find_layout(struct tracer *t, struct features *features)
{
	struct layout_search search = {
		.layout = &t->skel->bss->layout,
		.calibration = &t->skel->bss->calibration,
		.run = try_layout,
		.ctx = t,
	};

	layout_learn_types(&t->skel->bss->layout,
			   features__enum_has(features, "pageflags", "PG_anon_exclusive"));
	if (!layout_find(&search))
		log_info("cannot read page tables here: some kinds will be \"other\"");
}

static void explain_load_failure(int err, const struct options *opts)
{
	const char *missing = task_missing_capabilities();

	log_error("cannot load the BPF programs: %s", strerror(-err));
	if (*missing)
		log_hint("run as root, or grant %s", missing);
	else if (opts->verbose < 2)
		log_hint("-vv shows what the kernel said");
}

static int load(struct tracer *t, struct features *features)
{
	bool task_storage = features__has(features, FEATURE_TASK_STORAGE);
	int err;

	t->skel = faulttrace_bpf__open();
	if (!t->skel)
		return -errno;
	t->skel->rodata->has_task_storage = task_storage;
	t->skel->rodata->has_rdonly_cast = features__has(features, FEATURE_RDONLY_CAST);
	t->skel->rodata->sees_attempts = t->plan->sees_attempts;
	t->skel->rodata->page_shift = (unsigned int)__builtin_ctz((unsigned int)getpagesize());
	t->skel->rodata->wake_at = t->opts->ring_bytes / 8;
	configure_target(t);
	configure_filters(t);
	size_maps(t, task_storage);
	err = choose_programs(t, features);
	return err ? err : faulttrace_bpf__load(t->skel);
}

int tracer__open(const struct options *opts, struct features *features, const struct plan *plan,
		 int command_pid, record_fn record, void *ctx, struct tracer **ret)
{
	struct tracer *t = calloc(1, sizeof(*t));
	int err;

	*ret = t;
	if (!t)
		return -ENOMEM;
	t->opts = opts;
	t->plan = plan;
	t->command_pid = command_pid;
	t->record = record;
	t->ctx = ctx;
	t->stats_fd = -1;
	libbpf_set_print(print_libbpf);
	err = load(t, features);
	if (err) {
		explain_load_failure(err, opts);
		return err;
	}
	find_layout(t, features);
	err = fill_maps(t);
	if (!err && opts->target == TARGET_CGROUP)
		err = fill_cgroup(t);
	if (err)
		return err;
	t->ring = ring_buffer__new(bpf_map__fd(t->skel->maps.ring), on_record, t, NULL);
	return t->ring ? 0 : -errno;
}

bool tracer__sees_pages(const struct tracer *t)
{
	return t->skel->bss->layout.page_offset != 0;
}

static int keep_link(struct tracer *t, struct bpf_link *link)
{
	struct bpf_link **more;

	if (!link)
		return -errno;
	more = realloc(t->links, (t->nr_links + 1) * sizeof(*more));
	if (!more) {
		bpf_link__destroy(link);
		return -ENOMEM;
	}
	t->links = more;
	t->links[t->nr_links++] = link;
	return 0;
}

static int attach_program(struct tracer *t, struct bpf_program *program)
{
	int err;

	if (!bpf_program__autoload(program))
		return 0;
	err = keep_link(t, bpf_program__attach(program));
	if (err)
		log_error("cannot attach %s: %s", bpf_program__name(program), strerror(-err));
	return err;
}

/* One software event, opened by sw_events.c. */
static int attach_sw_event(void *ctx, int fd)
{
	struct tracer *t = ctx;
	struct bpf_link *link = bpf_program__attach_perf_event(t->skel->progs.fault_accounted, fd);

	if (!link) {
		int err = -errno;

		close(fd);
		return err;
	}
	return keep_link(t, link);
}

static int attach_sw_events(struct tracer *t)
{
	struct sw_events events = {
		.opts = t->opts,
		.command_pid = t->command_pid,
		.attach = attach_sw_event,
		.ctx = t,
	};
	int err = sw_events__open(&events);

	if (!err || err == -ESRCH)
		return err;
	log_error("cannot open the perf events: %s", strerror(-err));
	if (err == -EMFILE)
		log_hint("two file descriptors a thread are needed: raise ulimit -n");
	return err;
}

/* Runs an iterator program over all tasks. */
static int iterate(struct bpf_program *program)
{
	char ignored[64];
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	int fd;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	while (fd >= 0 && read(fd, ignored, sizeof(ignored)) > 0)
		;
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return fd < 0 ? fd : 0;
}

static bool is_run_by_us(const struct tracer *t, const struct bpf_program *program)
{
	return program == t->skel->progs.adopt || program == t->skel->progs.finish ||
	       program == t->skel->progs.calibrate || program == t->skel->progs.fault_accounted;
}

int tracer__attach(struct tracer *t)
{
	struct bpf_program *program;
	int err = 0;

	/* Ends before begins: what is seen to begin is then seen to end. */
	if (t->plan->sw_events)
		err = attach_sw_events(t);
	if (err)
		return err;
	bpf_object__for_each_program(program, t->skel->obj) {
		err = is_run_by_us(t, program) ? 0 : attach_program(t, program);
		if (err)
			return err;
	}
	if (t->opts->verbose)
		t->stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	err = iterate(t->skel->progs.adopt);
	if (err)
		log_error("cannot look through the tasks: %s", strerror(-err));
	return err;
}

int tracer__poll(struct tracer *t, int timeout_ms)
{
	struct epoll_event event;
	int n;

	/* Cleared first: what comes during consume() may ask for a wake-up again. */
	t->skel->bss->wake_pending = false;
	n = ring_buffer__consume(t->ring);
	if (n == 0 && timeout_ms)
		epoll_wait(ring_buffer__epoll_fd(t->ring), &event, 1, timeout_ms);
	return n;
}

static void sum_counters(struct tracer *t)
{
	int nr = libbpf_num_possible_cpus();
	struct ft_counters *each __cleanup_free = calloc((size_t)nr, sizeof(*each));
	unsigned int zero = 0;

	if (!each || bpf_map_lookup_elem(bpf_map__fd(t->skel->maps.counters), &zero, each))
		return;
	for (int cpu = 0; cpu < nr; cpu++) {
		const unsigned long long *from = (const unsigned long long *)&each[cpu];
		unsigned long long *to = (unsigned long long *)&t->totals.counters;

		for (size_t i = 0; i < sizeof(*each) / sizeof(*to); i++)
			to[i] += from[i];
	}
}

static void sum_bpf_stats(struct tracer *t)
{
	struct bpf_program *program;

	t->totals.bpf_run_ns = -1;
	t->totals.bpf_runs = -1;
	if (t->stats_fd < 0)
		return;
	t->totals.bpf_run_ns = 0;
	t->totals.bpf_runs = 0;
	bpf_object__for_each_program(program, t->skel->obj) {
		struct bpf_prog_info info = { 0 };
		unsigned int len = sizeof(info);

		if (bpf_program__fd(program) < 0 ||
		    bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &len))
			continue;
		t->totals.bpf_run_ns += (long long)info.run_time_ns;
		t->totals.bpf_runs += (long long)info.run_cnt;
	}
}

static void detach(struct tracer *t)
{
	for (size_t i = 0; i < t->nr_links; i++)
		bpf_link__destroy(t->links[i]);
	free(t->links);
	t->links = NULL;
	t->nr_links = 0;
}

void tracer__finish(struct tracer *t)
{
	bool whole = !t->opts->comm && !t->opts->has_uid && t->opts->target != TARGET_CGROUP;

	t->skel->bss->finished = true;
	iterate(t->skel->progs.finish);
	sum_bpf_stats(t);
	detach(t);
	while (tracer__poll(t, 0) > 0)
		;
	sum_counters(t);
	t->totals.counters.lost_late -= t->totals.counters.lost_late_taken_back;
	/* A thread-level filter drops faults whose gup sisters it cannot tell. */
	t->totals.unseen_gup =
		whole ? (long long)(t->totals.counters.flt_total - t->totals.counters.resolved)
		      : -1;
	if (t->stats_fd >= 0)
		close(t->stats_fd);
	t->stats_fd = -1;
}

const struct tracer_totals *tracer__totals(const struct tracer *t)
{
	return &t->totals;
}

void tracer__free(struct tracer *t)
{
	if (!t)
		return;
	detach(t);
	ring_buffer__free(t->ring);
	faulttrace_bpf__destroy(t->skel);
	free(t);
}
