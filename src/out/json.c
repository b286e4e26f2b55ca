/* SPDX-License-Identifier: GPL-2.0-only */
#include "fields.h"
#include "sinks.h"

#define SCHEMA_VERSION 1

/* A key after others. Keys that open an object are spelled out. */
#define KEY(name) ",\"" name "\":"

/* Inlined, so that a key, always a literal, becomes a few stores. */
#define KEYED static inline __attribute__((always_inline)) void

KEYED add_null(struct buf *out, const char *key)
{
	buf__adds(out, key);
	buf__adds(out, "null");
}

KEYED add_u64(struct buf *out, const char *key, uint64_t n)
{
	buf__adds(out, key);
	buf__add_u64(out, n);
}

KEYED add_if(struct buf *out, const char *key, bool known, uint64_t n)
{
	if (known)
		add_u64(out, key, n);
	else
		add_null(out, key);
}

KEYED add_bool(struct buf *out, const char *key, bool value)
{
	buf__adds(out, key);
	if (value)
		buf__adds(out, "true");
	else
		buf__adds(out, "false");
}

KEYED add_address(struct buf *out, const char *key, uint64_t n)
{
	buf__adds(out, key);
	buf__adds(out, "\"0x");
	buf__add_hex(out, n);
	buf__addc(out, '"');
}

KEYED add_string(struct buf *out, const char *key, const char *s)
{
	if (!s) {
		add_null(out, key);
		return;
	}
	buf__adds(out, key);
	buf__add_json(out, s);
}

/* A word of the vocabulary needs no escapes. A number without one is null. */
KEYED add_word(struct buf *out, const char *key, const char *const *words, size_t nr, size_t i)
{
	if (i >= nr || !words[i]) {
		add_null(out, key);
		return;
	}
	buf__adds(out, key);
	buf__addc(out, '"');
	buf__adds(out, words[i]);
	buf__addc(out, '"');
}

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

static void json_start(struct buf *out, const struct run_start *run)
{
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
	add_bool(out, KEY("sees_gup"), run->sees_gup);
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
	add_bool(out, KEY("blocked"), rec->blocked);
	add_if(out, KEY("read_bytes"), rec->read_bytes != FT_UNKNOWN64, rec->read_bytes);
	add_if(out, KEY("run_delay_ns"), rec->run_delay_ns != FT_UNKNOWN64, rec->run_delay_ns);
}

/* The OOM killer's SIGKILL comes without a code. */
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

static void add_hex2(struct buf *out, uint32_t n)
{
	if (n < 0x10)
		buf__addc(out, '0');
	buf__add_hex(out, n);
}

/* As in /proc/PID/maps: "08:02". */
static void add_dev(struct buf *out, uint32_t dev)
{
	add_hex2(out, dev >> 20);
	buf__addc(out, ':');
	add_hex2(out, dev & 0xfffff);
}

static void add_vma(struct buf *out, const struct ft_fault *rec, const char *name)
{
	if (!(rec->vma & FT_VMA_COVERS)) {
		add_null(out, KEY("vma"));
		return;
	}
	add_address(out, KEY("vma") "{\"start\":", rec->vma_start);
	add_address(out, KEY("end"), rec->vma_end);
	buf__adds(out, KEY("perms") "\"");
	add_perms(out, rec);
	add_u64(out, "\"" KEY("offset"), rec->vma_offset);
	buf__adds(out, KEY("dev") "\"");
	add_dev(out, rec->dev);
	add_u64(out, "\"" KEY("inode"), rec->inode);
	add_string(out, KEY("name"), name);
	buf__addc(out, '}');
}

static void json_fault(struct buf *out, const struct run_start *run, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;
	bool is_file = fault_is_file(rec);

	(void)run;
	add_who(out, rec);
	add_what(out, rec, fault->verdict);
	add_course(out, rec);
	add_word(out, KEY("cow_from"), cow_from_names, FT_COW_COUNT, fault->verdict.cow_from);
	add_signal(out, rec);
	add_vma(out, rec, fault->name);
	add_if(out, KEY("file_offset"), is_file, is_file ? fault_file_offset(rec) : 0);
	add_u64(out, KEY("cgroup_id"), rec->cgroup_id);
	add_u64(out, KEY("weight"), rec->weight);
	buf__adds(out, "}\n");
}

static void json_end(struct buf *out, const struct run_start *run, const struct run_end *end)
{
	(void)run;
	add_u64(out, "{\"type\":\"end\"" KEY("faults"), end->faults);
	add_u64(out, KEY("major"), end->major);
	add_u64(out, KEY("minor"), end->minor);
	add_u64(out, KEY("errors"), end->errors);
	add_u64(out, KEY("lost") "{\"ring\":", end->lost_ring);
	add_u64(out, KEY("storage"), end->lost_storage);
	add_u64(out, KEY("unpaired"), end->lost_unpaired);
	add_u64(out, KEY("late"), end->lost_late);
	add_if(out, "}" KEY("unseen_gup"), end->unseen_gup >= 0, (uint64_t)end->unseen_gup);
	add_u64(out, KEY("elapsed_ns"), end->elapsed_ns);
	add_if(out, KEY("overhead") "{\"bpf_run_ns\":", end->bpf_run_ns >= 0,
	       (uint64_t)end->bpf_run_ns);
	add_if(out, KEY("bpf_runs"), end->bpf_runs >= 0, (uint64_t)end->bpf_runs);
	buf__adds(out, "}}\n");
}

const struct sink_ops json_sink = {
	.name = "json",
	.help = "NDJSON, one object a line",
	.start = json_start,
	.fault = json_fault,
	.end = json_end,
};
