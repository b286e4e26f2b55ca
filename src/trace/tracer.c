/* SPDX-License-Identifier: GPL-2.0-only */
#include "tracer.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../host/cgroup.h"
#include "../host/clock.h"
#include "../host/cpus.h"
#include "../host/task.h"
#include "../host/zero_page.h"
#include "faulttrace.skel.h"
#include "layout.h"
#include "ring_reader.h"
#include "rows.h"
#include "sw_events.h"
#include "targets.h"
#include "window.h"

#define TABLE_BYTES	 (32U << 20)
#define TABLE_ROWS_MIN	 1024
#define TABLE_ROWS_MAX	 8192
/* Rows are taken when this part is used: the rest is for those that come meanwhile. */
#define ROWS_ENOUGH_PART 2

/* At most so many living descendants of the target are followed. */
#define FOLLOWED_MAX 16384

/* How long to wait for threads to be freed that have exited: a grace period is some ms. */
#define FREED_STEP_NS 1000000LL
#define FREED_STEPS   1000

/* The reader is woken when so much of the ring is full. */
#define WAKE_PART 8

struct tracer {
	const struct options *opts;
	const struct plan *plan;
	int command_pid;
	struct faulttrace_bpf *skel;
	struct ring_reader *ring;
	struct rows *rows; /* where faults are summed up */
	struct window *window;
	record_fn record;
	void *ctx;
	struct bpf_link **links;
	size_t nr_links;
	int stats_fd;
	int cpu_watch; /* for CPUs that come online and need perf events; -1: not needed */
	size_t nr_possible_cpus;
	size_t nr_batch_cpus; /* that may have a batch */
	bool sums_up;
	bool sees_throttling;
	size_t fault_size; /* of a fault's record, at most */
	struct tracer_totals totals;
};

/* Loaded by every plan. */
static const struct {
	const char *name;
	enum feature needs;
} common_programs[] = {
	{ "process_exit", FEATURE_BTF },
	{ "process_free", FEATURE_BTF },
	{ "process_fork", FEATURE_BTF },
	{ "signal_generate", FEATURE_BTF },
	{ "signal_deliver", FEATURE_BTF },
	{ "page_fault_user", FEATURE_PAGE_FAULT_TP },
	{ "page_fault_kernel", FEATURE_PAGE_FAULT_TP },
	/* Not attached: run by us. */
	{ "adopt", FEATURE_BTF },
	{ "finish", FEATURE_BTF },
	{ "calibrate", FEATURE_BTF },
	{ "flush", FEATURE_BTF },
};

/* Loaded for --cause, and where the kernel has the tracepoint. */
static const struct {
	const char *name;
	const char *tracepoint;
} cause_programs[] = {
	{ "cause_switch", "sched_switch" },
	{ "cause_wakeup", "sched_wakeup" },
	{ "cause_lock_begin", "mmap_lock_start_locking" },
	{ "cause_lock_end", "mmap_lock_acquire_returned" },
	{ "cause_reclaim_begin", "mm_vmscan_direct_reclaim_begin" },
	{ "cause_reclaim_end", "mm_vmscan_direct_reclaim_end" },
	{ "cause_memcg_begin", "mm_vmscan_memcg_reclaim_begin" },
	{ "cause_memcg_end", "mm_vmscan_memcg_reclaim_end" },
	{ "cause_compact_begin", "mm_compaction_begin" },
	{ "cause_compact_end", "mm_compaction_end" },
	{ "cause_disk_begin", "block_bio_queue" },
	{ "cause_disk_end", "block_bio_complete" },
	{ "cause_request_end", "block_rq_complete" },
};

#define NR_CAUSE  (sizeof(cause_programs) / sizeof(*cause_programs))
#define NR_COMMON (sizeof(common_programs) / sizeof(*common_programs))

static bool is_for_window(const struct tracer *t, const struct ft_header *record)
{
	return (record->type == FT_RECORD_FAULT || record->type == FT_RECORD_THROTTLED) &&
	       record->size >= sizeof(struct ft_fault) && record->size <= t->fault_size;
}

/* What the ring carries: a name, or the faults of a batch. */
static void on_record(void *ctx, const void *data, size_t size)
{
	struct tracer *t = ctx;
	const struct ft_header *record = data;

	while (size >= sizeof(*record) && record->size >= sizeof(*record) && record->size <= size) {
		if (is_for_window(t, record))
			window__add(t->window, (const struct ft_fault *)record);
		else
			t->record(t->ctx, record);
		size -= record->size;
		record = (const void *)((const char *)record + record->size);
	}
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

/* Keys with a handful of values make the index of an array: a hash costs 30 ns more. */
static bool rows_are_few(const struct options *opts)
{
	for (size_t i = 0; i < FT_KEYS; i++)
		if (opts->by[i] > FT_KEY_ORIGIN && opts->by[i] != FT_KEY_CAUSE)
			return false;
	return true;
}

/* So many that they fill a bounded piece of kernel memory, on all CPUs together. */
static unsigned int max_rows(const struct tracer *t)
{
	size_t nr = TABLE_BYTES / (t->nr_possible_cpus * sizeof(struct ft_row));

	if (nr < TABLE_ROWS_MIN)
		return TABLE_ROWS_MIN;
	return nr < TABLE_ROWS_MAX ? (unsigned int)nr : TABLE_ROWS_MAX;
}

static void configure_table(struct tracer *t)
{
	struct faulttrace_bpf__rodata *config = t->skel->rodata;
	const struct options *opts = t->opts;

	config->sums_up = t->sums_up;
	config->wants_cause = opts->cause;
	config->wants_reads = opts->residency;
	config->wants_stack = options__wants_stacks(opts);
	config->copies_stack = opts->stack == STACK_DWARF;
	if (!t->sums_up)
		return;
	config->rows_are_few = rows_are_few(opts);
	config->stacks_have_comm = options__is_profile(opts);
	config->rows_enough = max_rows(t) / ROWS_ENOUGH_PART;
	for (size_t i = 0; i < FT_KEYS; i++)
		config->table_keys[i] = opts->by[i];
	config->table_scale.low = opts->scale.low;
	config->table_scale.step = opts->scale.step;
	config->table_scale.nr = opts->scale.nr;
	/* What a thread waits for depends on what it hit; a histogram tells its slowest fault. */
	config->wants_kind = opts->command == COMMAND_HIST || opts->kinds || opts->cause ||
			     options__key_is(opts, FT_KEY_KIND);
	config->wants_bytes = options__wants_bytes(opts);
	config->wants_order = config->wants_bytes || options__key_is(opts, FT_KEY_ORDER);
	config->wants_vma = config->wants_kind || options__key_is(opts, FT_KEY_VMA) ||
			    options__key_is(opts, FT_KEY_FILE);
}

static void choose_program(struct tracer *t, const char *name)
{
	bpf_program__set_autoload(bpf_object__find_program_by_name(t->skel->obj, name), true);
}

static void choose_cause_programs(struct tracer *t, struct features *features)
{
	for (size_t i = 0; i < NR_CAUSE; i++)
		if (features__tracepoint(features, cause_programs[i].tracepoint) >= 0)
			choose_program(t, cause_programs[i].name);
	t->skel->rodata->bio_is_second = features__tracepoint(features, "block_bio_queue") == 2;
}

static void choose_programs(struct tracer *t, struct features *features)
{
	for (size_t i = 0; i < NR_COMMON; i++)
		if (features__has(features, common_programs[i].needs))
			choose_program(t, common_programs[i].name);
	if (t->opts->cause)
		choose_cause_programs(t, features);
	if (t->opts->residency)
		choose_program(t, "reads_added");
	for (const char *const *name = t->plan->programs; *name; name++)
		choose_program(t, *name);
}

/* How many processes or threads can be chosen; a map has room for at least one. */
static unsigned int max_chosen(const struct options *opts)
{
	unsigned int nr = (unsigned int)opts->nr_ids;

	if (targets__follow_living(opts))
		return nr + FOLLOWED_MAX;
	return nr ? nr : 1;
}

static void size_maps(struct tracer *t, bool task_storage)
{
	const struct options *opts = t->opts;
	bool stacks = t->skel->rodata->wants_stack, copies = t->skel->rodata->copies_stack;

	bpf_map__set_max_entries(t->skel->maps.ring, (unsigned int)opts->ring_bytes);
	bpf_map__set_max_entries(t->skel->maps.chosen, max_chosen(opts));
	bpf_map__set_autocreate(t->skel->maps.threads, task_storage);
	bpf_map__set_autocreate(t->skel->maps.threads_by_task, !task_storage);
	bpf_map__set_autocreate(t->skel->maps.rows, t->sums_up && !rows_are_few(opts));
	bpf_map__set_max_entries(t->skel->maps.rows, max_rows(t));
	bpf_map__set_autocreate(t->skel->maps.few_rows, t->sums_up && rows_are_few(opts));
	bpf_map__set_autocreate(t->skel->maps.overflow_row, t->sums_up);
	bpf_map__set_autocreate(t->skel->maps.stacks_sent, stacks && !copies);
	bpf_map__set_autocreate(t->skel->maps.stack_scratch, stacks && !copies);
	bpf_map__set_autocreate(t->skel->maps.copy_scratch, copies);
	bpf_map__set_autocreate(t->skel->maps.code_scratch,
				t->sums_up && options__key_is_code(opts));
	bpf_map__set_autocreate(t->skel->maps.requests, opts->cause);
	bpf_map__set_autocreate(t->skel->maps.answers, opts->cause);
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
	int err, fd __cleanup_close = targets__open_cgroup(t->opts);

	if (fd < 0)
		return fd;
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

/* The kernel counts what programs and maps take as memory of our own cgroup. */
static void explain_lack_of_memory(void)
{
	unsigned long long limit;
	char path[PATH_MAX];

	if (cgroup__memory_limit(getpid(), path, sizeof(path), &limit)) {
		log_error("cannot load the BPF programs: the kernel has too little memory");
		log_hint("a smaller --ring-size takes less");
		return;
	}
	log_error("cannot load the BPF programs: no memory left in cgroup %s (limit %lluM)", path,
		  limit >> 20);
	log_hint("raise its limit, or start faulttrace outside of it, with -p or -c");
}

static void explain_load_failure(int err, const struct options *opts)
{
	const char *missing = task_missing_capabilities();

	if (err == -ENOMEM) {
		explain_lack_of_memory();
		return;
	}
	log_error("cannot load the BPF programs: %s", strerror(-err));
	if (*missing)
		log_hint("run as root, or grant %s", missing);
	else if (opts->verbose < 2)
		log_hint("-vv shows what the kernel said");
}

static int load(struct tracer *t, struct features *features)
{
	bool task_storage = features__has(features, FEATURE_TASK_STORAGE);

	t->skel = faulttrace_bpf__open();
	if (!t->skel)
		return -errno;
	t->skel->rodata->has_task_storage = task_storage;
	t->skel->rodata->has_rdonly_cast = features__has(features, FEATURE_RDONLY_CAST);
	t->skel->rodata->has_iter_num = features__has(features, FEATURE_ITER_NUM);
	t->skel->rodata->sees_attempts = t->plan->sees_attempts;
	t->skel->rodata->page_shift = (unsigned int)__builtin_ctz((unsigned int)getpagesize());
	t->sees_throttling = t->opts->cause && features__has(features, FEATURE_STALLS);
	t->skel->rodata->sees_stalls = t->sees_throttling;
	t->skel->rodata->reads_fill = zero_page_is_off();
	t->skel->rodata->huge_reads_fill = huge_zero_page_is_off();
	t->skel->rodata->wake_at = t->opts->ring_bytes / WAKE_PART;
	configure_target(t);
	configure_filters(t);
	configure_table(t);
	size_maps(t, task_storage);
	choose_programs(t, features);
	return faulttrace_bpf__load(t->skel);
}

static int open_rows(struct tracer *t)
{
	struct rows_maps maps = {
		.hash = rows_are_few(t->opts) ? -1 : bpf_map__fd(t->skel->maps.rows),
		.few = rows_are_few(t->opts) ? bpf_map__fd(t->skel->maps.few_rows) : -1,
		.overflow = bpf_map__fd(t->skel->maps.overflow_row),
		.epoch = &t->skel->bss->table_epoch,
		.made = &t->skel->bss->rows_made,
		.given_back = &t->skel->bss->rows_given_back,
		.enough = t->skel->rodata->rows_enough,
	};

	return rows__new(&maps, t->nr_possible_cpus, &t->rows);
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
	t->cpu_watch = -1;
	t->nr_possible_cpus = (size_t)libbpf_num_possible_cpus();
	t->nr_batch_cpus =
		t->nr_possible_cpus < FT_BATCH_CPUS ? t->nr_possible_cpus : FT_BATCH_CPUS;
	t->sums_up = options__sums_up(opts);
	t->fault_size = sizeof(struct ft_fault);
	if (opts->cause && !t->sums_up)
		t->fault_size += sizeof(struct ft_causes) + sizeof(struct ft_throttled);
	err = load(t, features);
	if (err) {
		explain_load_failure(err, opts);
		return err;
	}
	/* What loading took, megabytes of types, else lies below what comes now, or in it. */
	malloc_trim(0);
	find_layout(t, features);
	err = fill_maps(t);
	if (!err && opts->target == TARGET_CGROUP)
		err = fill_cgroup(t);
	if (!err && t->sums_up)
		err = open_rows(t);
	if (err)
		return err;
	err = window__new(opts->ring_bytes / t->fault_size, t->fault_size, record, ctx, &t->window);
	return err ? err
		   : ring_reader__new(bpf_map__fd(t->skel->maps.ring), opts->ring_bytes, &t->ring);
}

bool tracer__sees_pages(const struct tracer *t)
{
	return t->skel->bss->layout.page_offset != 0;
}

bool tracer__sees_lookup(const struct tracer *t)
{
	return t->plan->sees_attempts;
}

bool tracer__sees_throttling(const struct tracer *t)
{
	return t->sees_throttling;
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

static struct sw_events sw_events_of(struct tracer *t)
{
	return (struct sw_events) {
		.opts = t->opts,
		.command_pid = t->command_pid,
		.attach = attach_sw_event,
		.ctx = t,
	};
}

static int complain_about_sw_events(int err)
{
	log_error("cannot open the perf events: %s", strerror(-err));
	if (err == -EMFILE)
		log_hint("two file descriptors a thread are needed: raise ulimit -n");
	return err;
}

static int attach_sw_events(struct tracer *t)
{
	struct sw_events events = sw_events_of(t);
	int err;

	/* First: a CPU that comes online meanwhile gets its events twice, which does no harm. */
	if (sw_events__are_on_cpus(t->opts))
		t->cpu_watch = cpu_watch__open();
	err = sw_events__open(&events);
	return !err || err == -ESRCH ? err : complain_about_sw_events(err);
}

/* Those of a CPU that was offline went with it. */
static void attach_to_new_cpus(struct tracer *t)
{
	struct sw_events events = sw_events_of(t);
	int cpu, err;

	while (t->cpu_watch >= 0 && (cpu = cpu_watch__next(t->cpu_watch)) >= 0) {
		err = sw_events__add_cpu(&events, cpu);
		if (err)
			complain_about_sw_events(err);
		else
			log_info("CPU %d is online, and traced", cpu);
	}
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

/* Begins to trace the existing threads of chosen processes. */
static int adopt(void *ctx)
{
	struct tracer *t = ctx;
	int err = iterate(t->skel->progs.adopt);

	if (err)
		log_error("cannot look through the tasks: %s", strerror(-err));
	return err;
}

/* Chooses one more process. 1; 0 if it was chosen before; or -errno after saying why. */
static int choose(void *ctx, int pid)
{
	struct tracer *t = ctx;
	struct sw_events events = sw_events_of(t);
	unsigned char one = 1;
	int err = bpf_map_update_elem(bpf_map__fd(t->skel->maps.chosen), &pid, &one, BPF_NOEXIST);

	if (err == -EEXIST)
		return 0;
	if (err == -E2BIG) {
		log_error("cannot trace more than %d child processes", FOLLOWED_MAX);
		log_hint("-c traces all processes of a cgroup");
	} else if (err) {
		log_error("cannot trace child process %d: %s", pid, strerror(-err));
	}
	if (err)
		return err;
	if (t->plan->sw_events)
		err = sw_events__add_process(&events, pid);
	return err ? complain_about_sw_events(err) : 1;
}

static bool is_run_by_us(const struct tracer *t, const struct bpf_program *program)
{
	return program == t->skel->progs.adopt || program == t->skel->progs.finish ||
	       program == t->skel->progs.calibrate || program == t->skel->progs.flush ||
	       program == t->skel->progs.fault_accounted;
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
	t->skel->bss->attached_ns = clock_ns(CLOCK_MONOTONIC);
	if (t->opts->verbose)
		t->stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	err = adopt(t);
	return err ? err : targets__follow(t->opts, choose, adopt, t);
}

/* On the CPU itself; if it is offline, on any. */
static void flush_batch(const struct tracer *t, unsigned long long cpu)
{
	int fd = bpf_program__fd(t->skel->progs.flush);
	LIBBPF_OPTS(bpf_test_run_opts, there, .ctx_in = &cpu, .ctx_size_in = sizeof(cpu),
		    .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = (unsigned int)cpu);
	LIBBPF_OPTS(bpf_test_run_opts, here, .ctx_in = &cpu, .ctx_size_in = sizeof(cpu));

	if (bpf_prog_test_run_opts(fd, &there))
		bpf_prog_test_run_opts(fd, &here);
}

/* Brings what waits in the CPUs' batches into the ring. */
static void flush_batches(const struct tracer *t)
{
	volatile bool *waits = t->skel->data_batch->batch_waits;

	for (size_t cpu = 0; cpu < t->nr_batch_cpus; cpu++)
		if (waits[cpu])
			flush_batch(t, cpu);
}

/*
 * What still waits when all is over: batches of CPUs that are offline, where the kernel cannot
 * look into them from another CPU (before v5.19).
 */
static unsigned long long count_waiting(const struct tracer *t)
{
	volatile bool *waits = t->skel->data_batch->batch_waits;
	size_t size = (bpf_map__value_size(t->skel->maps.batches) + 7) & ~7UL;
	char *each __cleanup_free = calloc(t->nr_possible_cpus, size);
	unsigned long long nr = 0;
	unsigned int zero = 0;

	if (!each || bpf_map_lookup_elem(bpf_map__fd(t->skel->maps.batches), &zero, each))
		return 0;
	for (size_t cpu = 0; cpu < t->nr_batch_cpus; cpu++)
		if (waits[cpu])
			nr += ((const struct ft_batch_head *)(each + cpu * size))->nr;
	return nr;
}

size_t tracer__collect(struct tracer *t)
{
	unsigned long long now = clock_ns(CLOCK_MONOTONIC);
	size_t n;

	/* Cleared first: what comes during consume may ask for a wake-up again. */
	t->skel->bss->wake_pending = false;
	attach_to_new_cpus(t);
	flush_batches(t);
	n = ring_reader__consume(t->ring, on_record, t);
	window__hand_on(t->window, now);
	return n;
}

int tracer__fd(const struct tracer *t)
{
	return bpf_map__fd(t->skel->maps.ring);
}

void tracer__wake_me(struct tracer *t, bool at_once)
{
	t->skel->bss->reader_sleeps = at_once;
}

bool tracer__rows_are_scarce(const struct tracer *t)
{
	return rows__are_scarce(t->rows);
}

int tracer__take_rows(struct tracer *t, row_fn row, void *ctx)
{
	return rows__take(t->rows, row, ctx);
}

static void sum_counters(struct tracer *t)
{
	size_t nr = t->nr_possible_cpus;
	struct ft_counters *each __cleanup_free = calloc(nr, sizeof(*each));
	unsigned int zero = 0;

	if (!each || bpf_map_lookup_elem(bpf_map__fd(t->skel->maps.counters), &zero, each))
		return;
	t->totals.counters = (struct ft_counters) { 0 };
	for (size_t cpu = 0; cpu < nr; cpu++) {
		const unsigned long long *from = (const unsigned long long *)&each[cpu];
		unsigned long long *to = (unsigned long long *)&t->totals.counters;

		for (size_t i = 0; i < sizeof(*each) / sizeof(*to); i++)
			to[i] += from[i];
	}
}

/* Those that exited while they were traced, and were reaped since, close as they are freed. */
static void wait_for_freed(struct tracer *t)
{
	const struct ft_counters *counters = &t->totals.counters;
	struct timespec step = { .tv_nsec = FREED_STEP_NS };

	for (int i = 0; i < FREED_STEPS; i++) {
		sum_counters(t);
		if (counters->exits_closed >= counters->exits)
			return;
		nanosleep(&step, NULL);
	}
	log_info("%llu exited threads are not freed yet: their last faults are not known",
		 counters->exits - counters->exits_closed);
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

/* On kernels where a program can be preempted by another thread that comes to the same one. */
static void count_missed_reads(struct tracer *t)
{
	int fd = bpf_program__fd(t->skel->progs.reads_added);
	struct bpf_prog_info info = { 0 };
	unsigned int len = sizeof(info);

	if (t->opts->residency && !bpf_obj_get_info_by_fd(fd, &info, &len))
		t->totals.missed_reads = info.recursion_misses;
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
	wait_for_freed(t);
	sum_bpf_stats(t);
	count_missed_reads(t);
	detach(t);
	while (tracer__collect(t) > 0)
		;
	window__hand_on(t->window, UINT64_MAX);
	sum_counters(t);
	t->totals.counters.lost_ring += count_waiting(t) * t->opts->sample;
	t->totals.counters.in_progress -= t->totals.counters.in_progress_ended;
	/* A thread-level filter drops faults whose gup sisters it cannot tell. */
	t->totals.unseen_gup = whole ? (long long)t->totals.counters.gup : -1;
	if (t->stats_fd >= 0)
		close(t->stats_fd);
	if (t->cpu_watch >= 0)
		close(t->cpu_watch);
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
	ring_reader__free(t->ring);
	rows__free(t->rows);
	window__free(t->window);
	faulttrace_bpf__destroy(t->skel);
	free(t);
}
