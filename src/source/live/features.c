/* SPDX-License-Identifier: GPL-2.0-only */
#include "features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../base/cleanup.h"
#include "../../base/log.h"
#include "../../host/perf_event.h"
#include "../../host/task.h"
#include "memcg_probe.h"
#include "vm_events.h"

/* The kernel's own ENOTSUPP, which no libc names. */
#define ENOTSUPP_KERNEL 524

/* r0 = 0; exit */
static const struct bpf_insn empty_program[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

#define EMPTY_PROGRAM empty_program, sizeof(empty_program) / sizeof(*empty_program)

static bool has_type(struct features *features, const char *name, unsigned int kind)
{
	return features__has(features, FEATURE_BTF) &&
	       btf__find_by_name_kind(features->vmlinux, name, kind) > 0;
}

/* The id of the type that BTF has for a tracepoint; -ENOENT if the kernel does not have it. */
static int tracepoint_type(struct features *features, const char *name)
{
	char typedef_name[128];
	int id = -ENOENT;

	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	if (features__has(features, FEATURE_BTF))
		id = btf__find_by_name_kind(features->vmlinux, typedef_name, BTF_KIND_TYPEDEF);
	return id > 0 ? id : -ENOENT;
}

/* The value of a constant in an enum of the kernel; -ENOENT if the kernel does not have it. */
static int enum_value(struct features *features, const char *name, const char *constant)
{
	const struct btf *btf = features__has(features, FEATURE_BTF) ? features->vmlinux : NULL;
	int id = !btf ? -ENOENT : btf__find_by_name_kind(btf, name, BTF_KIND_ENUM);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (unsigned int)id) : NULL;
	const struct btf_enum *value = type ? btf_enum(type) : NULL;

	for (int i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, value[i].name_off), constant))
			return value[i].val;
	return -ENOENT;
}

static int probe_btf(struct features *features)
{
	features->vmlinux = btf__load_vmlinux_btf();
	return features->vmlinux ? 0 : -errno;
}

static int probe_bpf(struct features *features)
{
	(void)features;
	int fd __cleanup_close =
		bpf_prog_load(BPF_PROG_TYPE_PERF_EVENT, "probe", "GPL", EMPTY_PROGRAM, NULL);

	return fd < 0 ? fd : 0;
}

static int probe_ringbuf(struct features *features)
{
	(void)features;
	int fd __cleanup_close =
		bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, (unsigned int)getpagesize(), NULL);

	return fd < 0 ? fd : 0;
}

static int probe_page_fault_tp(struct features *features)
{
	int id = tracepoint_type(features, "page_fault_user");

	return id < 0 ? id : 0;
}

static int attach_trampoline(int btf_id, enum bpf_attach_type type)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = type,
		    .attach_btf_id = (unsigned int)btf_id);
	int prog __cleanup_close =
		bpf_prog_load(BPF_PROG_TYPE_TRACING, "probe", "GPL", EMPTY_PROGRAM, &opts);

	if (prog < 0)
		return prog;
	int link __cleanup_close = bpf_raw_tracepoint_open(NULL, prog);

	return link < 0 ? link : 0;
}

/*
 * handle_mm_fault() sleeps. A trampoline may be detached from a function that sleeps
 * since Linux commit e21aa341785c ("bpf: Fix fexit trampoline.") (in v5.12), which
 * added struct bpf_tramp_image.
 */
static int probe_fentry(struct features *features)
{
	int id;

	if (!features__has(features, FEATURE_BTF))
		return features->result[FEATURE_BTF];
	if (!has_type(features, "bpf_tramp_image", BTF_KIND_STRUCT))
		return -EOPNOTSUPP;
	id = btf__find_by_name_kind(features->vmlinux, "handle_mm_fault", BTF_KIND_FUNC);
	return id < 0 ? -ENOENT : attach_trampoline(id, BPF_TRACE_FEXIT);
}

static int probe_kprobe(struct features *features)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	FILE *f __cleanup_fclose = fopen("/sys/bus/event_source/devices/kprobe/type", "re");

	(void)features;
	if (!f || fscanf(f, "%u", &attr.type) != 1)
		return -ENOENT;
	attr.kprobe_func = (unsigned long)"handle_mm_fault";
	int fd __cleanup_close = perf_event__open(&attr, 0, -1);

	return fd < 0 ? fd : 0;
}

static int probe_memcg_events(struct features *features)
{
	int id = tracepoint_type(features, "count_memcg_events");
	int pgfault = enum_value(features, "vm_event_item", "PGFAULT");

	return id < 0 ? id : pgfault < 0 ? pgfault : memcg_probe(id, pgfault);
}

static int probe_sw_events(struct features *features)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_PAGE_FAULTS_MIN,
		.sample_period = 1,
	};

	(void)features;
	int fd __cleanup_close = perf_event__open(&attr, 0, -1);

	return fd < 0 ? fd : 0;
}

/* Creates a task storage map of ints, with BTF for its type, which task storage requires. */
static int create_storage(struct btf *btf)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	int id = btf__add_int(btf, "int", sizeof(int), BTF_INT_SIGNED);

	if (id < 0 || btf__load_into_kernel(btf))
		return -EOPNOTSUPP;
	opts.btf_fd = (unsigned int)btf__fd(btf);
	opts.btf_key_type_id = (unsigned int)id;
	opts.btf_value_type_id = (unsigned int)id;
	return bpf_map_create(BPF_MAP_TYPE_TASK_STORAGE, "probe", sizeof(int), sizeof(int), 0,
			      &opts);
}

/*
 * Asks for the helper in a program type that every kernel with tracing has. Then makes
 * some storage: newer kernels cannot allocate it on a processor without cmpxchg16b.
 */
static int probe_task_storage(struct features *features)
{
	struct btf *btf;
	int value = 0, err = -EOPNOTSUPP;

	(void)features;
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_PERF_EVENT, BPF_FUNC_task_storage_get, NULL) != 1)
		return err;
	btf = btf__new_empty();
	if (!btf)
		return -ENOMEM;
	int map __cleanup_close = create_storage(btf);
	int self __cleanup_close = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (map >= 0 && self >= 0)
		err = bpf_map_update_elem(map, &self, &value, BPF_NOEXIST);
	btf__free(btf);
	return err;
}

/* As the programs do: see bpf/kread.bpf.h. */
static int probe_rdonly_cast(struct features *features)
{
	return features__enum_has(features, "special_kfunc_type", "KF_bpf_rdonly_cast") ? 0
											: -ENOENT;
}

static int probe_iter_num(struct features *features)
{
	return has_type(features, "bpf_iter_num_new", BTF_KIND_FUNC) ? 0 : -ENOENT;
}

/* Asks for the newest one of the helpers that reading a user stack needs. */
static int probe_stacks(struct features *features)
{
	(void)features;
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_PERF_EVENT, BPF_FUNC_task_pt_regs, NULL) == 1
		       ? 0
		       : -EOPNOTSUPP;
}

static int probe_vm_events(struct features *features)
{
	if (!features__enum_has(features, "vm_event_item", "THP_FAULT_FALLBACK"))
		return -EOPNOTSUPP;
	features->vm_events_from_rq = vm_events_from_rq(features->vmlinux);
	return features->vm_events_from_rq ? 0 : -ENOENT;
}

/* Reads the file: with PSI switched off it may exist, but tasks do not record memory stalls. */
static int probe_stalls(struct features *features)
{
	int fd __cleanup_close = open("/proc/pressure/memory", O_RDONLY | O_CLOEXEC);
	char byte;

	(void)features;
	return fd >= 0 && read(fd, &byte, 1) == 1 ? 0 : -errno;
}

static const struct {
	const char *name;
	const char *use;
	int (*probe)(struct features *features);
	bool asks_privileges; /* without privileges the probe fails, whatever the kernel has */
} table[] = {
	[FEATURE_BTF] = { "kernel BTF", "programs that fit any kernel (needed)", probe_btf },
	[FEATURE_BPF] = { "BPF programs", "everything (needed)", probe_bpf, true },
	[FEATURE_RINGBUF] = { "BPF ring buffer", "delivery (needed)", probe_ringbuf, true },
	[FEATURE_PAGE_FAULT_TP] = { "exceptions:page_fault_*", "begin of a fault, access",
				    probe_page_fault_tp },
	[FEATURE_FENTRY] = { "fentry/fexit", "plan fentry: every fault, gup too", probe_fentry,
			     true },
	[FEATURE_KPROBE] = { "kprobes", "plan kprobe: the same, dearer", probe_kprobe, true },
	[FEATURE_MEMCG_EVENTS] = { "memcg:count_memcg_events", "plan memcg: the end of a fault",
				   probe_memcg_events, true },
	[FEATURE_SW_EVENTS] = { "perf software events", "plan perf: the end of a fault",
				probe_sw_events, true },
	[FEATURE_TASK_STORAGE] = { "BPF task storage", "cheap per-thread state", probe_task_storage,
				   true },
	[FEATURE_RDONLY_CAST] = { "bpf_rdonly_cast", "cheap reads of kernel memory",
				  probe_rdonly_cast },
	[FEATURE_ITER_NUM] = { "bpf_iter_num", "programs that load faster", probe_iter_num },
	[FEATURE_STACKS] = { "user stacks", "-s, --by stack, profiles", probe_stacks, true },
	[FEATURE_STALLS] = { "memory stalls (PSI)", "--cause: throttling by memory.high",
			     probe_stalls },
	[FEATURE_VM_EVENTS] = { "event counts of a CPU", "huge pages that could not be had",
				probe_vm_events },
};

_Static_assert(sizeof(table) / sizeof(*table) == FEATURE_COUNT, "one row a feature");

static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	log_vat(level == LIBBPF_DEBUG ? LOG_DEBUG : LOG_INFO, fmt, args);
	return 0;
}

/* To be called before any other use of libbpf: sets its print function. */
void features__init(struct features *features)
{
	libbpf_set_print(print_libbpf);
	memset(features, 0, sizeof(*features));
}

void features__free(struct features *features)
{
	btf__free(features->vmlinux);
	features->vmlinux = NULL;
}

bool features__has(struct features *features, enum feature feature)
{
	if (!features->asked[feature]) {
		features->asked[feature] = true;
		features->result[feature] = table[feature].probe(features);
	}
	return !features->result[feature];
}

bool features__enum_has(struct features *features, const char *name, const char *constant)
{
	return enum_value(features, name, constant) >= 0;
}

/* The first parameter of the prototype is the tracepoint's own data, no argument. */
int features__tracepoint(struct features *features, const char *name)
{
	int id = tracepoint_type(features, name);
	const struct btf *btf = features->vmlinux;
	const struct btf_type *type;

	if (id < 0)
		return id;
	type = btf__type_by_id(btf, btf__type_by_id(btf, (unsigned int)id)->type);
	if (btf_is_ptr(type))
		type = btf__type_by_id(btf, type->type);
	return btf_is_func_proto(type) ? btf_vlen(type) - 1 : -ENOENT;
}

const char *feature_name(enum feature feature)
{
	return table[feature].name;
}

const char *feature_use(enum feature feature)
{
	return table[feature].use;
}

/* What an error of a probe means; for other errors, strerror() tells. */
static const struct {
	enum feature feature;
	int err;
	const char *why;
} reasons[] = {
	{ FEATURE_BTF, ENOENT, "built without CONFIG_DEBUG_INFO_BTF" },
	{ FEATURE_PAGE_FAULT_TP, ENOENT, "this architecture's kernel has no such tracepoint" },
	{ FEATURE_FENTRY, EPERM, "this kernel refuses BPF trampolines" },
	{ FEATURE_FENTRY, ENOENT, "handle_mm_fault is not in the kernel's BTF" },
	{ FEATURE_FENTRY, ENOTSUPP_KERNEL, "this kernel has no BPF trampolines" },
	{ FEATURE_KPROBE, ENOENT, "built without CONFIG_KPROBES" },
	{ FEATURE_MEMCG_EVENTS, ENOENT, "this kernel has no such tracepoint" },
	{ FEATURE_MEMCG_EVENTS, ENODATA, "it tells nothing: cgroup_disable=memory?" },
	{ FEATURE_TASK_STORAGE, EOPNOTSUPP, "not for tracing programs: a hash is used" },
	{ FEATURE_TASK_STORAGE, ENOMEM, "this kernel cannot make any: a hash is used" },
	{ FEATURE_STACKS, EOPNOTSUPP, "this kernel gives them to no such program" },
	{ FEATURE_STALLS, ENOENT, "built without CONFIG_PSI, or booted with psi=0" },
	{ FEATURE_STALLS, EOPNOTSUPP, "switched off: boot with psi=1" },
	{ FEATURE_RDONLY_CAST, ENOENT, "bpf_probe_read_kernel is used" },
	{ FEATURE_ITER_NUM, ENOENT, "the same loops in C are used" },
	{ FEATURE_VM_EVENTS, EOPNOTSUPP, "this kernel has no transparent huge pages" },
	{ FEATURE_VM_EVENTS, ENOENT, "neither BTF nor /proc/kallsyms says where they are" },
};

bool features__is_hidden(struct features *features, enum feature feature)
{
	/* Seen without privileges: a kernel without kprobes has no file of them in /sys. */
	if (feature == FEATURE_KPROBE && features->result[feature] == -ENOENT)
		return false;
	return table[feature].asks_privileges && *task_missing_capabilities();
}

const char *features__why_not(struct features *features, enum feature feature)
{
	int err = -features->result[feature];

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].feature == feature && reasons[i].err == err)
			return reasons[i].why;
	return strerror(err);
}
