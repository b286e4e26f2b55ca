/* SPDX-License-Identifier: GPL-2.0-only */
#include "tracer.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../host/cgroup.h"
#include "../host/clock.h"
#include "../host/kconfig.h"
#include "../host/task.h"
#include "faulttrace.skel.h"

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
	int *seen_tids; /* with a perf event of their own */
	size_t nr_seen_tids;
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

/* Does this kernel's enum have that constant? */
static bool enum_has(const struct btf *btf, const char *name, const char *constant)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_ENUM);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (unsigned int)id) : NULL;
	const struct btf_enum *value = type ? btf_enum(type) : NULL;

	for (int i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, value[i].name_off), constant))
			return true;
	return false;
}

/*
 * A page table entry that is not present holds a type: a swap area below some
 * number, above it what the kernel was configured for, in the order poison,
 * migration, device, marker, ending at 31. Since Linux commit 6c287605fd56 ("mm:
 * remember exclusively mapped anonymous pages with PG_anon_exclusive") (in v5.19)
 * there are three migration types, and markers came with the same release. How
 * many device types there are has changed too often: with them only what lies
 * below all of them is known.
 */
static void learn_swap_types(struct tracer *t, const struct btf *vmlinux)
{
	struct kconfig_option config[] = {
		{ "CONFIG_DEVICE_PRIVATE", false },
		{ "CONFIG_MIGRATION", false },
		{ "CONFIG_MEMORY_FAILURE", false },
	};
	unsigned int next = 32, nr_special = 9;

	t->skel->bss->layout.swap_types = next - nr_special;
	if (!kconfig_read(config, 3) || config[0].on)
		return;
	bool modern = enum_has(vmlinux, "pageflags", "PG_anon_exclusive");

	if (modern)
		t->skel->bss->layout.marker_type = --next;
	if (config[1].on) {
		t->skel->bss->layout.nr_migration_types = modern ? 3 : 2;
		next -= modern ? 3 : 2;
		t->skel->bss->layout.migration_type = next;
	}
	if (config[2].on)
		t->skel->bss->layout.poison_type = --next;
	t->skel->bss->layout.swap_types = next;
}

#define GIB	     (1ULL << 30)
#define MAX_BASES    16384 /* direct map bases to try, 1 GiB apart */
#define MAX_VMEMMAPS 64

static bool run_calibration(struct tracer *t, unsigned long long addr)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	t->skel->bss->calibration.addr = addr;
	return !bpf_prog_test_run_opts(bpf_program__fd(t->skel->progs.calibrate), &opts);
}

/* With the direct map at a place where the walk ends well: is it the right one? */
static bool prove_pages(struct tracer *t, unsigned long long addr, unsigned long long page_size)
{
	unsigned long long top = t->skel->bss->calibration.some_page & ~(GIB - 1);

	for (int i = 0; i < MAX_VMEMMAPS; i++) {
		t->skel->bss->layout.vmemmap = top - (unsigned int)i * GIB;
		if (run_calibration(t, addr) && t->skel->bss->calibration.proved &&
		    run_calibration(t, addr + page_size) && t->skel->bss->calibration.proved)
			return true;
	}
	t->skel->bss->layout.vmemmap = 0;
	return false;
}

static bool find_pages(struct tracer *t, unsigned long long addr, unsigned long long page_size)
{
	unsigned long long top = t->skel->bss->calibration.pgd & ~(GIB - 1);

	for (unsigned int i = 0; i < MAX_BASES; i++) {
		t->skel->bss->layout.page_offset = top - i * GIB;
		if (run_calibration(t, addr) && t->skel->bss->calibration.walked &&
		    prove_pages(t, addr, page_size))
			return true;
	}
	return false;
}

/*
 * Where the kernel keeps its direct map and its struct pages is random and not
 * told: proposed from two pointers into them, and proved on pages of our own.
 */
static void calibrate(struct tracer *t)
{
	size_t page_size = (size_t)getpagesize(), size = 2 * page_size;
	char *own = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool found = false;

	if (own == MAP_FAILED)
		return;
	madvise(own, size, MADV_NOHUGEPAGE);
	memset(own, 1, size);
	if (run_calibration(t, (unsigned long)own) && t->skel->bss->calibration.pgd) {
		for (unsigned int levels = 4; levels <= 5 && !found; levels++) {
			t->skel->bss->layout.levels = levels;
			found = find_pages(t, (unsigned long)own, page_size);
		}
	}
	if (!found) {
		t->skel->bss->layout.page_offset = 0;
		t->skel->bss->layout.vmemmap = 0;
		log_info("cannot read page tables here: some kinds will be \"other\"");
	}
	munmap(own, size);
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
	learn_swap_types(t, features->vmlinux);
	calibrate(t);
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

static int open_sw_event(unsigned long long config, int tid, int cpu, bool inherit)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = config,
		.sample_period = 1,
		.inherit = inherit,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, tid, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Both events for one thread, or for one CPU. */
static int attach_sw_events(struct tracer *t, int tid, int cpu)
{
	static const unsigned long long events[] = {
		PERF_COUNT_SW_PAGE_FAULTS_MIN,
		PERF_COUNT_SW_PAGE_FAULTS_MAJ,
	};
	bool inherit = cpu < 0 && (t->opts->target != TARGET_TID || t->opts->follow);

	for (size_t i = 0; i < 2; i++) {
		struct bpf_link *link;
		int fd = open_sw_event(events[i], tid, cpu, inherit);

		if (fd < 0)
			return fd;
		link = bpf_program__attach_perf_event(t->skel->progs.fault_accounted, fd);
		if (!link) {
			int err = -errno;

			close(fd);
			return err;
		}
		if (keep_link(t, link))
			return -ENOMEM;
	}
	return 0;
}

static bool tid_seen(const struct tracer *t, int tid)
{
	for (size_t i = 0; i < t->nr_seen_tids; i++)
		if (t->seen_tids[i] == tid)
			return true;
	return false;
}

static int attach_thread(struct tracer *t, int tid)
{
	int err = attach_sw_events(t, tid, -1);
	int *more;

	if (err)
		return err == -ESRCH ? 0 : err;
	more = realloc(t->seen_tids, (t->nr_seen_tids + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	t->seen_tids = more;
	t->seen_tids[t->nr_seen_tids++] = tid;
	return 0;
}

/*
 * New threads inherit the events of the thread that makes them, but a thread
 * may be made by one that has none yet: look again until nothing is new.
 */
static int attach_process(struct tracer *t, int pid)
{
	size_t nr, nr_before;
	int err;

	do {
		int *tids __cleanup_free = NULL;

		nr_before = t->nr_seen_tids;
		err = task_threads(pid, &tids, &nr);
		for (size_t i = 0; !err && i < nr; i++)
			if (!tid_seen(t, tids[i]))
				err = attach_thread(t, tids[i]);
	} while (!err && t->nr_seen_tids > nr_before);
	return err == -ESRCH ? 0 : err;
}

static int attach_cpus(struct tracer *t)
{
	int err = 0, nr = libbpf_num_possible_cpus();

	for (int cpu = 0; !err && cpu < nr; cpu++) {
		err = attach_sw_events(t, -1, cpu);
		if (err == -ENODEV || err == -ENXIO)
			err = 0; /* offline */
	}
	return err;
}

static int attach_all_sw_events(struct tracer *t)
{
	const struct options *opts = t->opts;
	int err = 0;

	if (!target_is_chosen(opts))
		return attach_cpus(t);
	if (opts->target == TARGET_COMMAND)
		return attach_process(t, t->command_pid);
	for (size_t i = 0; !err && i < opts->nr_ids; i++)
		err = opts->target == TARGET_TID ? attach_thread(t, opts->ids[i])
						 : attach_process(t, opts->ids[i]);
	return err ? err : t->nr_seen_tids ? 0 : -ESRCH;
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
		err = attach_all_sw_events(t);
	if (err == -ESRCH)
		return err;
	if (err) {
		log_error("cannot open the perf events: %s", strerror(-err));
		if (err == -EMFILE)
			log_hint("two file descriptors a thread are needed: raise ulimit -n");
		return err;
	}
	bpf_object__for_each_program(program, t->skel->obj)
	{
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
	bpf_object__for_each_program(program, t->skel->obj)
	{
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
	free(t->seen_tids);
	free(t);
}
