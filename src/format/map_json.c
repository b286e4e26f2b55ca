/* SPDX-License-Identifier: GPL-2.0-only */
#include "../map/account.h"
#include "json_fields.h"
#include "formats.h"

static const char *const keys[NR_MAP_FIELDS] = {
	[FIELD_SIZE] = KEY("size"),
	[FIELD_RSS] = KEY("rss"),
	[FIELD_SWAP] = KEY("swap"),
	[FIELD_HUGE] = KEY("huge"),
	[FIELD_CACHED] = KEY("cached"),
	[FIELD_ON_DISK] = KEY("on_disk"),
	[FIELD_DIRTY] = KEY("dirty"),
	[FIELD_LOCKED] = KEY("locked"),
	[FIELD_FILE_DIRTY] = KEY("file_dirty"),
	[FIELD_EVICTED] = KEY("recently_evicted"),
	[FIELD_SHARED] = KEY("shared"),
	[FIELD_PSS] = KEY("pss"),
};

static void add_numbers(struct buf *out, const uint64_t *n)
{
	/* The order of the keys in schema.json. */
	static const enum map_field order[] = { FIELD_SIZE,    FIELD_RSS,    FIELD_SWAP,
						FIELD_HUGE,    FIELD_CACHED, FIELD_ON_DISK,
						FIELD_DIRTY,   FIELD_LOCKED, FIELD_FILE_DIRTY,
						FIELD_EVICTED, FIELD_SHARED, FIELD_PSS };
	_Static_assert(sizeof(order) / sizeof(order[0]) == NR_MAP_FIELDS, "each field once");

	for (size_t i = 0; i < NR_MAP_FIELDS; i++)
		add_if(out, keys[order[i]], n[order[i]] != MAP_UNKNOWN, n[order[i]]);
}

static void begin(struct format *f)
{
	json_format.start(f);
}

static void add_kinds(struct buf *out, const struct map_account *a)
{
	char text[MAP_KIND_TEXT];
	const char *before = "{";

	buf__adds(out, KEY("kinds"));
	for (size_t i = 0; i < NR_MAP_KINDS; i++) {
		if (!a->kinds[i])
			continue;
		buf__addf(out, "%s\"%s\":%lu", before, map_kind_name(i, text), a->kinds[i]);
		before = ",";
	}
	buf__adds(out, *before == '{' ? "{}" : "}");
}

static void add_remainder(struct buf *out, const struct map_account *a)
{
	bool known = a && a->by_faults != MAP_UNKNOWN;

	if (known && a->remainder < 0)
		add_u64(out, KEY("remainder") "-", (uint64_t)-a->remainder);
	else
		add_if(out, KEY("remainder"), known, known ? (uint64_t)a->remainder : 0);
}

/* All members are null where nothing was traced. */
static void add_account(struct buf *out, const struct map_account *a)
{
	static const struct map_account none = {
		.rss_before = MAP_UNKNOWN,
		.by_faults = MAP_UNKNOWN,
		.around = MAP_UNKNOWN,
		.gone = MAP_UNKNOWN,
	};
	const struct map_account *n = a ? a : &none;

	add_if(out, KEY("faults"), a, n->faults);
	add_if(out, KEY("major"), a, n->major);
	if (a)
		add_kinds(out, a);
	else
		add_null(out, KEY("kinds"));
	add_if(out, KEY("fault_ns"), a, n->ns);
	add_if(out, KEY("rss_before"), n->rss_before != MAP_UNKNOWN, n->rss_before);
	add_if(out, KEY("by_faults"), n->by_faults != MAP_UNKNOWN, n->by_faults);
	add_if(out, KEY("around"), n->around != MAP_UNKNOWN, n->around);
	add_if(out, KEY("gone"), n->gone != MAP_UNKNOWN, n->gone);
	add_remainder(out, a);
}

static void add_row(struct format *f, const struct memory_map *map, const struct map_row *row)
{
	struct buf *out = f->out;

	add_u64(out, "{\"type\":\"vma\"" KEY("pid"), (uint64_t)map->pid);
	add_address(out, KEY("start"), row->start);
	add_address(out, KEY("end"), row->end);
	add_string(out, KEY("perms"), row->perms);
	add_u64(out, KEY("offset"), row->offset);
	buf__adds(out, KEY("dev") "\"");
	add_dev(out, row->dev);
	add_u64(out, "\"" KEY("inode"), row->inode);
	add_string(out, KEY("name"), row->name);
	add_numbers(out, row->n);
	add_string(out, KEY("class"), map_class_names[row->class]);
	add_account(out, row->account);
	add_string(out, KEY("change"),
		   row->account ? map_change_names[row->account->change] : NULL);
	buf__adds(out, "}\n");
}

/* The members are null where forks are not followed, and for the sum of all processes. */
static void add_begin(struct buf *out, const struct memory_map *map)
{
	const struct map_trace *t = map->trace;
	bool known = map->pid && t && t->is_followed;

	add_if(out, KEY("parent"), known && t->parent, known ? (uint64_t)t->parent : 0);
	add_string(out, KEY("begin"), !known ? NULL : t->is_from_exec ? "exec" : "fork");
	if (known)
		add_bool(out, KEY("still_runs"), t->still_runs);
	else
		add_null(out, KEY("still_runs"));
}

static void add_total(struct buf *out, const struct memory_map *map, const char *class,
		      const struct map_total *total)
{
	add_if(out, "{\"type\":\"total\"" KEY("pid"), map->pid, (uint64_t)map->pid);
	add_string(out, KEY("class"), class);
	add_u64(out, KEY("mappings"), total->mappings);
	add_numbers(out, total->n);
	add_account(out, total->account);
	add_string(out, KEY("comm"), *map->comm ? map->comm : NULL);
	/* One process only: classes have no peak, and peaks at different times do not add up. */
	add_if(out, KEY("peak_rss"), total == &map->all && map->pid && map->peak_rss != MAP_UNKNOWN,
	       map->peak_rss);
	add_begin(out, map);
	buf__adds(out, "}\n");
}

static void totals(struct format *f, const struct memory_map *map)
{
	struct buf *out = f->out;

	for (size_t i = 0; i < NR_MAP_CLASSES; i++)
		add_total(out, map, map_class_names[i], &map->classes[i]);
	add_total(out, map, "all", &map->all);
}

static void sum(struct format *f, const struct memory_map *maps, size_t nr,
		const struct memory_map *sum_of_all)
{
	(void)maps;
	(void)nr;
	totals(f, sum_of_all);
}

static void add_trace(struct buf *out, const struct map_trace *trace, const struct run_end *end)
{
	static const struct map_trace none = { .refaults_anon = MAP_UNKNOWN };
	const struct map_trace *t = trace ? trace : &none;
	bool has_refaults = t->refaults_anon != MAP_UNKNOWN;

	add_if(out, KEY("faults"), trace, t->faults);
	add_if(out, KEY("major"), trace, t->major);
	add_if(out, KEY("major_ns"), trace, t->major_ns);
	add_if(out, KEY("traced_ns"), trace, t->window_ns);
	add_if(out, KEY("unseen_gup"), trace && end->unseen_gup >= 0, (uint64_t)end->unseen_gup);
	add_if(out, KEY("lost_events"), trace, run_end__lost(end));
	add_if(out, KEY("refaults_anon"), has_refaults, t->refaults_anon);
	add_if(out, KEY("refaults_file"), has_refaults, t->refaults_file);
	add_string(out, KEY("cgroup"), t->cgroup);
	if (trace)
		add_bool(out, KEY("thrashing"), t->is_thrashing);
	else
		add_null(out, KEY("thrashing"));
	add_if(out, KEY("in_progress"), trace, end->in_progress);
	add_if(out, KEY("processes"), t->is_followed, t->processes);
	add_if(out, KEY("processes_left_out"), t->is_followed, t->left_out);
}

static void end(struct format *f, const struct memory_map *map, const struct run_end *run_end)
{
	struct buf *out = f->out;

	add_u64(out, "{\"type\":\"end\"" KEY("mappings"), map->nr_rows);
	add_bool(out, KEY("complete"), map->is_complete);
	add_u64(out, KEY("elapsed_ns"), run_end->elapsed_ns);
	add_trace(out, map->trace, run_end);
	buf__adds(out, "}\n");
}

static void evicted(struct format *f, const struct eviction *file)
{
	struct buf *out = f->out;

	add_string(out, "{\"type\":\"eviction\"" KEY("file"), file->path);
	add_if(out, KEY("cached"), file->cached != MAP_UNKNOWN, file->cached);
	add_if(out, KEY("left"), file->left != MAP_UNKNOWN, file->left);
	add_string(out, KEY("error"), file->error);
	buf__adds(out, "}\n");
}

const struct map_ops json_map = {
	.begin = begin,
	.row = add_row,
	.totals = totals,
	.sum = sum,
	.end = end,
	.evicted = evicted,
};
