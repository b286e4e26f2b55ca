/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets constants and map sizes, chooses programs by the plan and the options, and loads them. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "../../base/cleanup.h"
#include "../../base/log.h"
#include "../../host/cgroup.h"
#include "../../host/helpers.h"
#include "../../host/task.h"
#include "../../host/zero_page.h"
#include "page_layout.h"
#include "targets.h"
#include "tracer_parts.h"
#include "vm_events.h"

#define TABLE_BYTES	 (32U << 20)
#define TABLE_ROWS_MIN	 1024
#define TABLE_ROWS_MAX	 8192
/* Rows are taken when this part of them is in use: the rest is for keys that come meanwhile. */
#define ROWS_ENOUGH_PART 2

/* The reader is woken when this part of the ring is full. */
#define WAKE_PART 8

/* Programs that every plan loads, if the kernel has the feature. */
static const struct {
	const char *name;
	enum feature needs;
	bool is_run_by_us; /* by tracer__iterate() or a test run; not attached */
} common_programs[] = {
	{ "process_exit", FEATURE_BTF, false },
	{ "process_free", FEATURE_BTF, false },
	{ "process_fork", FEATURE_BTF, false },
	{ "process_newtask", FEATURE_BTF, false },
	{ "signal_generate", FEATURE_BTF, false },
	{ "signal_deliver", FEATURE_BTF, false },
	{ "page_fault_user", FEATURE_PAGE_FAULT_TP, false },
	{ "page_fault_kernel", FEATURE_PAGE_FAULT_TP, false },
	{ "adopt", FEATURE_BTF, true },
	{ "audit", FEATURE_BTF, true },
	{ "finish", FEATURE_BTF, true },
	{ "calibrate", FEATURE_BTF, true },
	{ "flush", FEATURE_BTF, true },
};

/* Programs that --cause loads, if the kernel has the tracepoint. */
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

static unsigned int whom(const struct target *target)
{
	if (target__is_list(target))
		return FT_TARGET_CHOSEN;
	return target->kind == TARGET_CGROUP ? FT_TARGET_CGROUP : FT_TARGET_ALL;
}

static void configure_target(struct tracer *t)
{
	struct faulttrace_bpf__rodata *config = t->skel->rodata;
	const struct target *target = t->opts.target;

	config->target = whom(target);
	config->target_is_thread = target->kind == TARGET_TID;
	config->follow_children = target->follow;
	config->own_pid = (unsigned int)getpid();
	config->own_session = (unsigned int)helpers__session();
	config->command_pid = (unsigned int)t->command_pid;
	if (!target->follow && target->kind == TARGET_COMMAND)
		config->only_pid = (unsigned int)t->command_pid;
	if (!target->follow && target->kind == TARGET_PID && target->nr_ids == 1)
		config->only_pid = (unsigned int)target->ids[0];
}

static void configure_filters(struct tracer *t)
{
	struct faulttrace_bpf__rodata *config = t->skel->rodata;
	const struct filter *filter = t->opts.filter;

	config->filter_comm = filter->comm != NULL;
	if (filter->comm)
		strncpy((char *)config->comm_glob, filter->comm, sizeof(config->comm_glob) - 1);
	config->filter_uid = filter->has_uid;
	config->wanted_uid = filter->uid;
	config->addr_start = filter->addr_start;
	config->addr_end = filter->addr_end;
	config->min_latency_ns = filter->min_latency_ns;
	config->wanted_kinds = filter->kinds;
	config->wanted_accesses = filter->accesses;
	config->wanted_origins = filter->origins;
	config->only_major = filter->only_major;
	config->only_minor = filter->only_minor;
	config->sample = filter->sample;
}

/* If all keys have few values, rows are in an array, indexed by key: a hash takes 30 ns more. */
static bool rows_are_few(const struct row_spec *rows)
{
	for (size_t i = 0; i < FT_KEYS; i++)
		if (rows->by[i] > FT_KEY_ORIGIN && rows->by[i] != FT_KEY_CAUSE)
			return false;
	return true;
}

/* The size of the hash of rows: bounds the kernel memory that it takes for all CPUs. */
static unsigned int max_rows(const struct tracer *t)
{
	size_t nr = TABLE_BYTES / (t->nr_possible_cpus * sizeof(struct ft_row));

	if (nr < TABLE_ROWS_MIN)
		return TABLE_ROWS_MIN;
	return nr < TABLE_ROWS_MAX ? (unsigned int)nr : TABLE_ROWS_MAX;
}

static void configure_rows(struct tracer *t, const struct row_spec *rows)
{
	struct faulttrace_bpf__rodata *config = t->skel->rodata;
	const struct tracer_options *opts = &t->opts;

	config->rows_are_few = rows_are_few(rows);
	config->stacks_have_comm = opts->stacks_have_comm;
	config->rows_enough = max_rows(t) / ROWS_ENOUGH_PART;
	for (size_t i = 0; i < FT_KEYS; i++)
		config->table_keys[i] = rows->by[i];
	config->table_scale.low = rows->scale.low;
	config->table_scale.step = rows->scale.step;
	config->table_scale.nr = rows->scale.nr;
	/* --cause needs the page table entry, too: what a thread waits for depends on it. */
	config->wants_kind = opts->kinds || opts->filter->kinds || opts->cause ||
			     row_spec__has(rows, FT_KEY_KIND);
	config->wants_bytes = opts->bytes;
	config->wants_order = opts->bytes || row_spec__has(rows, FT_KEY_ORDER);
	config->wants_vma = config->wants_kind || row_spec__has(rows, FT_KEY_VMA) ||
			    row_spec__has(rows, FT_KEY_FILE);
}

static void configure_details(struct tracer *t)
{
	struct faulttrace_bpf__rodata *config = t->skel->rodata;
	const struct tracer_options *opts = &t->opts;

	config->sums_up = opts->rows != NULL;
	config->sends = opts->sends;
	config->wants_cause = opts->cause;
	config->wants_reads = opts->residency;
	config->wants_uid = opts->uids;
	config->wants_stack = opts->stacks;
	config->copies_stack = opts->copies_stacks;
	if (opts->rows)
		configure_rows(t, opts->rows);
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
	if (t->opts.cause)
		choose_cause_programs(t, features);
	if (t->opts.residency)
		choose_program(t, "reads_added");
	for (const char *const *name = t->plan->programs; *name; name++)
		choose_program(t, *name);
}

/* How many processes or threads can be chosen; a map has room for at least one. */
static unsigned int max_chosen(const struct target *target)
{
	unsigned int nr = (unsigned int)target->nr_ids;

	if (target__follows_living(target))
		return nr + FOLLOWED_MAX;
	return nr ? nr : 1;
}

static void size_maps(struct tracer *t, bool task_storage)
{
	const struct tracer_options *opts = &t->opts;
	bool stacks = t->skel->rodata->wants_stack, copies = t->skel->rodata->copies_stack;

	bpf_map__set_max_entries(t->skel->maps.ring, (unsigned int)opts->ring_bytes);
	bpf_map__set_max_entries(t->skel->maps.chosen, max_chosen(opts->target));
	bpf_map__set_autocreate(t->skel->maps.threads, task_storage);
	bpf_map__set_autocreate(t->skel->maps.threads_by_task, !task_storage);
	bpf_map__set_autocreate(t->skel->maps.rows, t->opts.rows && !rows_are_few(t->opts.rows));
	bpf_map__set_max_entries(t->skel->maps.rows, max_rows(t));
	bpf_map__set_autocreate(t->skel->maps.few_rows, t->opts.rows && rows_are_few(t->opts.rows));
	bpf_map__set_autocreate(t->skel->maps.overflow_row, t->opts.rows);
	bpf_map__set_autocreate(t->skel->maps.stacks_sent, stacks && !copies);
	bpf_map__set_autocreate(t->skel->maps.stack_scratch, stacks && !copies);
	bpf_map__set_autocreate(t->skel->maps.copy_scratch, copies);
	bpf_map__set_autocreate(t->skel->maps.code_scratch,
				opts->rows && row_spec__has_code(opts->rows));
	bpf_map__set_autocreate(t->skel->maps.cgroups_sent,
				opts->rows && row_spec__has_cgroup(opts->rows));
	bpf_map__set_autocreate(t->skel->maps.requests, opts->cause);
	bpf_map__set_autocreate(t->skel->maps.answers, opts->cause);
	bpf_map__set_autocreate(t->skel->maps.target_cgroup, opts->target->kind == TARGET_CGROUP);
}

static int fill_maps(struct tracer *t)
{
	const struct tracer_options *opts = &t->opts;
	unsigned char one = 1;
	int err = 0;

	for (size_t i = 0; i < opts->target->nr_ids && !err; i++)
		err = bpf_map_update_elem(bpf_map__fd(t->skel->maps.chosen), &opts->target->ids[i],
					  &one, 0);
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
	int err, fd __cleanup_close = targets__open_cgroup(t->opts.target);

	if (fd < 0)
		return fd;
	err = bpf_map_update_elem(bpf_map__fd(t->skel->maps.target_cgroup), &zero, &fd, 0);
	if (err)
		log_error("cannot trace cgroup %s: %s", t->opts.target->cgroup, strerror(-err));
	return err;
}

/* Runs calibrate, which tests the layout and fills in calibration. False: it did not run. */
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

	page_layout_learn_types(&t->skel->bss->layout,
				features__enum_has(features, "pageflags", "PG_anon_exclusive"));
	if (!page_layout_find(&search))
		log_info("cannot read page tables here: some kinds will be \"other\"");
}

static void prove_vm_events(struct tracer *t)
{
	if (!t->skel->rodata->vm_events_from_rq)
		return;
	t->skel->bss->vm_events_proved = vm_events_prove(&t->skel->bss->calibration, try_layout, t);
	if (!t->skel->bss->vm_events_proved)
		log_info("cannot read what a CPU counts: THP fallbacks are not known");
}

/* Explains -ENOMEM: the kernel charges programs and maps to the cgroup of faulttrace. */
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

static void explain_load_failure(int err, int verbose)
{
	const char *missing = task_missing_capabilities();

	if (err == -ENOMEM) {
		explain_lack_of_memory();
		return;
	}
	log_error("cannot load the BPF programs: %s", strerror(-err));
	if (*missing)
		log_hint("run as root, or grant %s", missing);
	else if (verbose < 2)
		log_hint("-vv shows what the kernel said");
}

static int load(struct tracer *t, struct features *features)
{
	bool task_storage = features__has(features, FEATURE_TASK_STORAGE);

	t->skel = faulttrace_bpf__open();
	if (!t->skel)
		return -errno;
	t->skel->rodata->has_task_storage = task_storage;
	t->skel->rodata->has_iter_num = features__has(features, FEATURE_ITER_NUM);
	t->skel->rodata->sees_attempts = t->plan->sees_attempts;
	t->skel->rodata->settles = t->plan->settles;
	t->skel->rodata->page_shift = (unsigned int)__builtin_ctz((unsigned int)getpagesize());
	t->sees_throttling = t->opts.cause && features__has(features, FEATURE_STALLS);
	t->skel->rodata->sees_stalls = t->sees_throttling;
	t->skel->rodata->reads_fill = zero_page_is_off();
	t->skel->rodata->huge_reads_fill = huge_zero_page_is_off();
	t->skel->rodata->wake_at = t->opts.ring_bytes / WAKE_PART;
	configure_target(t);
	configure_filters(t);
	configure_details(t);
	/* The offset of event counters takes time to find, and only faults with a kind need it. */
	if (t->skel->rodata->wants_kind && features__has(features, FEATURE_VM_EVENTS))
		t->skel->rodata->vm_events_from_rq = features->vm_events_from_rq;
	size_maps(t, task_storage);
	choose_programs(t, features);
	return faulttrace_bpf__load(t->skel);
}

static int open_rows(struct tracer *t)
{
	struct rows_maps maps = {
		.hash = rows_are_few(t->opts.rows) ? -1 : bpf_map__fd(t->skel->maps.rows),
		.few = rows_are_few(t->opts.rows) ? bpf_map__fd(t->skel->maps.few_rows) : -1,
		.overflow = bpf_map__fd(t->skel->maps.overflow_row),
		.epoch = &t->skel->bss->table_epoch,
		.made = &t->skel->bss->rows_made,
		.given_back = &t->skel->bss->rows_given_back,
		.enough = t->skel->rodata->rows_enough,
	};
	int err = row_reader__new(&maps, t->nr_possible_cpus, &t->rows);

	if (err)
		log_error("cannot read the tables: %s", strerror(-err));
	return err;
}

int tracer__load(struct tracer *t, struct features *features)
{
	int err = load(t, features);

	if (err) {
		explain_load_failure(err, t->opts.verbose);
		return err;
	}
	/* Gives back the megabytes that loading took for types, before new memory lies above. */
	malloc_trim(0);
	find_layout(t, features);
	prove_vm_events(t);
	err = fill_maps(t);
	if (!err && t->opts.target->kind == TARGET_CGROUP)
		err = fill_cgroup(t);
	if (!err && t->opts.rows)
		err = open_rows(t);
	return err;
}

bool tracer__is_to_be_attached(const struct tracer *t, const struct bpf_program *program)
{
	const char *name = bpf_program__name(program);

	for (size_t i = 0; i < NR_COMMON; i++)
		if (!strcmp(common_programs[i].name, name))
			return !common_programs[i].is_run_by_us;
	return program != t->skel->progs.fault_accounted;
}
