/* SPDX-License-Identifier: GPL-2.0-only */
#include "json.h"

#include "fields.h"
#include "json_fields.h"
#include "formats.h"

#define SCHEMA_VERSION 1

static void add_ids(struct buf *out, const struct run_start *run)
{
	buf__adds(out, KEY("ids"));
	for (size_t i = 0; i < run->nr_target_ids; i++) {
		buf__addc(out, i ? ',' : '[');
		buf__add_u64(out, (uint64_t)run->target_ids[i]);
	}
	buf__adds(out, run->nr_target_ids ? "]" : "[]");
}

static void add_command(struct buf *out, const struct run_start *run)
{
	bool known = run->nr_target_ids > 0;

	add_if(out, KEY("pid"), known, known ? (uint64_t)run->target_ids[0] : 0);
	add_string(out, KEY("argv"), run->target_text);
}

static void add_cgroup(struct buf *out, const struct run_start *run)
{
	add_string(out, KEY("path"), run->target_text);
}

static void add_target(struct buf *out, const struct run_start *run)
{
	static const struct {
		const char *type;
		void (*add)(struct buf *out, const struct run_start *run);
	} targets[] = {
		{ "pid", add_ids },
		{ "tid", add_ids },
		{ "command", add_command },
		{ "cgroup", add_cgroup },
	};

	add_string(out, KEY("target") "{\"type\":", run->target);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (strcmp(targets[i].type, run->target) == 0)
			targets[i].add(out, run);
	}
	buf__addc(out, '}');
}

static void json_start(struct format *f)
{
	struct buf *out = f->out;
	const struct run_start *run = f->run;

	add_string(out, "{\"type\":\"start\"" KEY("version"), run->version);
	add_u64(out, KEY("schema"), SCHEMA_VERSION);
	add_string(out, KEY("plan"), run->plan);
	add_string(out, KEY("kernel"), run->kernel);
	add_string(out, KEY("arch"), run->arch);
	add_u64(out, KEY("page_size"), run->page_size);
	add_string(out, KEY("command"), run->command);
	add_target(out, run);
	add_u64(out, KEY("time_ns"), run->time_ns);
	add_u64(out, KEY("wall_ns"), run->wall_ns);
	if (run->plan)
		add_bool(out, KEY("sees_gup"), run->sees_gup);
	else
		add_null(out, KEY("sees_gup"));
	buf__adds(out, "}\n");
}

static void add_who(struct buf *out, const struct ft_fault *rec)
{
	struct comm comm = comm_of(rec);

	add_u64(out, "{\"type\":\"fault\"" KEY("time_ns"), rec->h.time_ns);
	add_u64(out, KEY("pid"), rec->pid);
	add_u64(out, KEY("tid"), rec->tid);
	add_string(out, KEY("comm"), comm.text);
	add_u64(out, KEY("cpu"), rec->h.cpu);
}

static void add_what(struct buf *out, const struct ft_fault *rec, struct ft_verdict verdict)
{
	if (rec->addr == FT_UNKNOWN64)
		add_null(out, KEY("addr"));
	else
		add_address(out, KEY("addr"), rec->addr);
	if (rec->origin == FT_ORIGIN_GUP)
		add_null(out, KEY("ip"));
	else
		add_address(out, KEY("ip"), rec->ip);
	add_word(out, KEY("access"), access_names, FT_ACCESS_COUNT, rec->access);
	add_word(out, KEY("origin"), origin_names, FT_ORIGIN_COUNT, rec->origin);
	add_word(out, KEY("kind"), kind_names, FT_KIND_COUNT, verdict.kind);
	if (rec->major == FT_UNKNOWN8)
		add_null(out, KEY("major"));
	else
		add_bool(out, KEY("major"), rec->major);
	add_u64(out, KEY("order"), rec->order);
}

static void add_course(struct buf *out, const struct ft_fault *rec)
{
	add_if(out, KEY("retries"), rec->retries != FT_UNKNOWN8, rec->retries);
	add_if(out, KEY("latency_ns"), rec->latency_ns != FT_UNKNOWN64, rec->latency_ns);
	add_word(out, KEY("outcome"), outcome_names, FT_OUTCOME_COUNT, rec->outcome);
	if (rec->blocked == FT_UNKNOWN8)
		add_null(out, KEY("blocked"));
	else
		add_bool(out, KEY("blocked"), rec->blocked);
	add_if(out, KEY("read_bytes"), rec->read_bytes != FT_UNKNOWN64, rec->read_bytes);
	add_if(out, KEY("run_delay_ns"), rec->run_delay_ns != FT_UNKNOWN64, rec->run_delay_ns);
}

/* The OOM killer's SIGKILL has no si_code. */
static void add_signal(struct buf *out, const struct ft_fault *rec)
{
	const char *name = signal_name(rec);

	add_string(out, KEY("signal"), name);
	if (!name || rec->signal == SIGKILL)
		add_null(out, KEY("si_code"));
	else if (rec->si_code < 0)
		add_u64(out, KEY("si_code") "-", (uint64_t)-rec->si_code);
	else
		add_u64(out, KEY("si_code"), (uint64_t)rec->si_code);
}

void json_add_vma(struct buf *out, const struct ft_fault *rec, const char *name)
{
	if (!(rec->vma.facts & FT_VMA_COVERS)) {
		add_null(out, KEY("vma"));
		return;
	}
	add_address(out, KEY("vma") "{\"start\":", rec->vma.start);
	add_address(out, KEY("end"), rec->vma.end);
	buf__adds(out, KEY("perms") "\"");
	add_perms(out, rec);
	add_u64(out, "\"" KEY("offset"), rec->vma.offset);
	buf__adds(out, KEY("dev") "\"");
	add_dev(out, rec->vma.dev);
	add_u64(out, "\"" KEY("inode"), rec->vma.inode);
	add_string(out, KEY("name"), name);
	buf__addc(out, '}');
}

/* Is there an offset in the function, or in a module whose own addresses are not known? */
static bool has_offset(const struct stack_frame *frame)
{
	return *frame->function ? !frame->is_inlined : *frame->module && !frame->address;
}

/* The leaf first. An unknown function, module or address is null; so is the end of a cut stack. */
static void add_stack(struct buf *out, const struct stack *stack)
{
	if (!stack) {
		add_null(out, KEY("stack"));
		return;
	}
	buf__adds(out, KEY("stack") "[");
	for (size_t i = 0; i < stack->nr; i++) {
		const struct stack_frame *frame = &stack->frames[i];

		add_address(out, i ? ",{\"ip\":" : "{\"ip\":", frame->ip);
		add_string(out, KEY("symbol"), *frame->function ? frame->function : NULL);
		add_if(out, KEY("offset"), has_offset(frame), frame->offset);
		add_string(out, KEY("module"), *frame->module ? frame->module : NULL);
		if (frame->address)
			add_address(out, KEY("module_address"), frame->address);
		else
			add_null(out, KEY("module_address"));
		add_bool(out, KEY("inlined"), frame->is_inlined);
		add_string(out, KEY("source"), *frame->source ? frame->source : NULL);
		add_if(out, KEY("line"), frame->line, frame->line);
		buf__addc(out, '}');
	}
	if (stack->is_cut)
		buf__adds(out, stack->nr ? ",null" : "null");
	buf__addc(out, ']');
}

static void add_disk(struct buf *out, const struct ft_causes *causes)
{
	if (!causes->disk_bytes) {
		add_null(out, KEY("disk"));
		return;
	}
	buf__adds(out, KEY("disk") "{\"dev\":\"");
	add_dev(out, causes->disk_dev);
	add_u64(out, "\"" KEY("bytes"), causes->disk_bytes);
	add_if(out, KEY("took_ns"), causes->disk_ns != FT_UNKNOWN64, causes->disk_ns);
	buf__addc(out, '}');
}

void json_add_parts(struct buf *out, const __u64 *cause_ns)
{
	add_word(out, KEY("cause") "{\"dominant\":", cause_names, FT_CAUSE_COUNT,
		 ft_dominant_cause(cause_ns));
	for (size_t cause = 0; cause < FT_CAUSE_COUNT; cause++) {
		buf__adds(out, ",\"");
		buf__adds(out, cause_names[cause]);
		add_if(out, "_ns\":", cause_ns[cause] != FT_UNKNOWN64, cause_ns[cause]);
	}
}

static void add_cause(struct buf *out, const struct ft_causes *causes)
{
	if (!causes) {
		add_null(out, KEY("cause"));
		return;
	}
	json_add_parts(out, causes->ns);
	add_disk(out, causes);
	buf__addc(out, '}');
}

KEYED add_symbol(struct buf *out, const char *key, const struct fault_symbol *symbol)
{
	if (!symbol) {
		add_null(out, key);
		return;
	}
	buf__adds(out, key);
	add_string(out, "{\"name\":", *symbol->name ? symbol->name : NULL);
	add_u64(out, KEY("offset"), symbol->offset);
	add_string(out, KEY("module"), symbol->module);
	buf__addc(out, '}');
}

static void add_thp_fallback(struct buf *out, const struct ft_fault *rec)
{
	if (rec->thp == FT_THP_FELL_BACK || rec->thp == FT_THP_NOT_REFUSED)
		add_bool(out, KEY("thp_fallback"), rec->thp == FT_THP_FELL_BACK);
	else
		add_null(out, KEY("thp_fallback"));
}

void json_add_fault(struct buf *out, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;
	bool is_file = fault_is_file(rec);

	add_who(out, rec);
	add_what(out, rec, fault->verdict);
	add_course(out, rec);
	add_word(out, KEY("cow_from"), cow_from_names, FT_COW_COUNT, fault->verdict.cow_from);
	add_signal(out, rec);
	json_add_vma(out, rec, fault->name);
	add_if(out, KEY("file_offset"), is_file, is_file ? fault_file_offset(rec) : 0);
	add_u64(out, KEY("cgroup_id"), rec->cgroup_id);
	add_u64(out, KEY("weight"), rec->weight);
	add_if(out, KEY("cached"), fault->has_cached, fault->cached);
	add_stack(out, fault->stack);
	add_if(out, KEY("read_pages"), fault->has_read_pages, fault->read_pages);
	add_cause(out, fault->causes);
	add_symbol(out, KEY("symbol"), fault->symbol);
	add_symbol(out, KEY("data_symbol"), fault->data_symbol);
	add_thp_fallback(out, rec);
	buf__addc(out, '}');
}

static void json_fault(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;

	json_add_fault(out, fault);
	buf__addc(out, '\n');
}

static void json_throttled(struct format *f, const struct fault *fault)
{
	struct buf *out = f->out;
	const struct ft_fault *rec = fault->rec;
	struct comm comm = comm_of(rec);

	add_u64(out, "{\"type\":\"throttled\"" KEY("time_ns"), fault->throttled->began_ns);
	add_u64(out, KEY("throttled_ns"), fault->throttled->ns);
	add_u64(out, KEY("pid"), rec->pid);
	add_u64(out, KEY("tid"), rec->tid);
	add_string(out, KEY("comm"), comm.text);
	add_u64(out, KEY("fault_ns"), rec->h.time_ns);
	add_address(out, KEY("addr"), rec->addr);
	add_word(out, KEY("kind"), kind_names, FT_KIND_COUNT, fault->verdict.kind);
	json_add_vma(out, rec, fault->name);
	add_u64(out, KEY("cgroup_id"), rec->cgroup_id);
	add_u64(out, KEY("weight"), rec->weight);
	buf__adds(out, "}\n");
}

static void json_end(struct format *f, const struct run_end *end)
{
	struct buf *out = f->out;

	add_u64(out, "{\"type\":\"end\"" KEY("faults"), end->faults);
	add_u64(out, KEY("major"), end->major);
	add_u64(out, KEY("minor"), end->minor);
	add_u64(out, KEY("errors"), end->errors);
	add_u64(out, KEY("lost") "{\"ring\":", end->lost_ring);
	add_u64(out, KEY("storage"), end->lost_storage);
	add_u64(out, KEY("unpaired"), end->lost_unpaired);
	/* Always 0: faults in progress, which 0.1.0 counted here, are no losses. */
	add_u64(out, KEY("late"), 0);
	add_u64(out, KEY("unexplained"), end->lost_unexplained);
	add_u64(out, KEY("file"), end->lost_file);
	add_if(out, "}" KEY("unseen_gup"), end->unseen_gup >= 0, (uint64_t)end->unseen_gup);
	add_u64(out, KEY("elapsed_ns"), end->elapsed_ns);
	add_if(out, KEY("overhead") "{\"bpf_run_ns\":", end->bpf_run_ns >= 0,
	       (uint64_t)end->bpf_run_ns);
	add_if(out, KEY("bpf_runs"), end->bpf_runs >= 0, (uint64_t)end->bpf_runs);
	add_if(out, "}" KEY("throttled_ns"), end->throttled_ns >= 0, (uint64_t)end->throttled_ns);
	add_u64(out, KEY("in_progress"), end->in_progress);
	buf__adds(out, "}\n");
}

const struct format_ops json_format = {
	.name = "json",
	.is_for_machines = true,
	.start = json_start,
	.fault = json_fault,
	.throttled = json_throttled,
	.hist = json_hist,
	.top = json_top,
	.end = json_end,
	.map = &json_map,
	.account = &json_map,
};
