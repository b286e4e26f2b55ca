/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes rows of a table's entries: groups those of one id, sorts the groups, shows the first. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate_table.h"
#include "mapping_names.h"

/* Entries that are one row. */
struct group {
	struct counted **entries;
	size_t nr;
	struct row row;
	unsigned long long mean_ns;
	unsigned long long p99_ns;
	unsigned long long cause_ns[FT_CAUSE_COUNT];
};

/* What a row that is handed out points to. */
struct shown {
	unsigned long long buckets[FT_HIST_SLOTS];
	unsigned long long cause_ns[FT_CAUSE_COUNT];
	struct fault worst;
	char *worst_name;
};

void aggregate__forget_interval(struct aggregate *table)
{
	for (size_t i = 0; i < table->nr_shown; i++)
		free(table->shown[i].worst_name);
	free(table->shown);
	free(table->rows);
	free(table->groups);
	free(table->sorted);
	free(table->rest);
	table->rest = NULL;
	table->shown = NULL;
	table->rows = NULL;
	table->groups = NULL;
	table->sorted = NULL;
	table->nr_shown = 0;
}

static bool is_wanted(const struct aggregate *table, const struct counted *entry)
{
	const char *glob = table->opts.file;

	/* Which faults of the overflow hit such a file is not known. */
	if (!glob || entry->overflow)
		return true;
	for (size_t i = 0; i < FT_KEYS; i++) {
		enum ft_key_type type = table->opts.rows.by[i];

		if ((type == FT_KEY_FILE || type == FT_KEY_VMA) && entry->texts[i] &&
		    mapping_names__wanted(glob, entry->texts[i]))
			return true;
	}
	return false;
}

static int compare_ids(const void *a, const void *b)
{
	const struct counted *x = *(struct counted *const *)a, *y = *(struct counted *const *)b;

	if (x->overflow != y->overflow)
		return x->overflow ? 1 : -1;
	return strcmp(x->id, y->id);
}

/* Sorts the wanted entries that had a fault, so that those of a row are neighbours. */
static size_t sort_entries(struct aggregate *table)
{
	size_t nr = 0;

	aggregate__describe_new(table);
	for (size_t i = 0; i < table->entries.nr; i++) {
		struct counted *entry = aggregate__entry(table, i);

		jit_advice__count(&table->jits, entry->made_by, entry->count);
		if (entry->count && is_wanted(table, entry))
			table->sorted[nr++] = entry;
	}
	qsort(table->sorted, nr, sizeof(struct counted *), compare_ids);
	return nr;
}

static void add_up_buckets(const struct group *group, unsigned long long *buckets)
{
	memset(buckets, 0, FT_HIST_SLOTS * sizeof(*buckets));
	for (size_t i = 0; i < group->nr; i++)
		for (size_t slot = 0; slot < FT_HIST_SLOTS; slot++)
			buckets[slot] += group->entries[i]->buckets[slot];
}

static const struct counted *worst_of(const struct group *group)
{
	const struct counted *worst = group->entries[0];

	for (size_t i = 1; i < group->nr; i++)
		if (group->entries[i]->max_ns > worst->max_ns)
			worst = group->entries[i];
	return worst;
}

static void name_row(const struct aggregate *table, struct group *group)
{
	const struct counted *first = group->entries[0], *worst = worst_of(group);
	struct row *row = &group->row;

	row->overflow = first->overflow;
	for (size_t i = 0; i < FT_KEYS && !first->overflow; i++) {
		enum ft_key_type type = table->opts.rows.by[i];

		if (type == FT_KEY_NONE)
			break;
		row->keys[row->nr_keys++] = (struct key_value) {
			.type = type,
			.text = first->texts[i],
			.number = type == FT_KEY_ACCESS || type == FT_KEY_CONTAINER
					  ? FT_UNKNOWN64
					  : first->key.part[i].word[0],
			.vma = type == FT_KEY_VMA ? &worst->worst : NULL,
			.comm = (type == FT_KEY_PID || type == FT_KEY_TID) && *worst->worst.comm
					? worst->worst.comm
					: NULL,
		};
	}
}

static void sum_up(const struct aggregate *table, struct group *group)
{
	unsigned long long buckets[FT_HIST_SLOTS];
	unsigned long long unknown_reads = 0;
	struct row *row = &group->row;

	*row = (struct row) {
		.min_ns = FT_UNKNOWN64,
		.scale = &table->opts.rows.scale,
		.bytes = table->sees_bytes ? 0 : FT_UNKNOWN64,
		.throttled_ns = table->info.sees_throttling ? 0 : FT_UNKNOWN64,
	};
	for (size_t i = 0; i < group->nr; i++) {
		const struct counted *entry = group->entries[i];

		row->count += entry->count;
		row->major += entry->major;
		row->sum_ns += entry->sum_ns;
		row->read_pages += entry->read_pages;
		unknown_reads += entry->unknown_reads;
		if (table->sees_bytes)
			row->bytes += entry->bytes;
		if (table->info.sees_throttling)
			row->throttled_ns += entry->throttled_ns;
		for (size_t cause = 0; cause < FT_CAUSE_COUNT; cause++)
			group->cause_ns[cause] += entry->cause_ns[cause];
		if (entry->min_ns < row->min_ns)
			row->min_ns = entry->min_ns;
		if (entry->max_ns > row->max_ns)
			row->max_ns = entry->max_ns;
	}
	if (!table->opts.residency || unknown_reads)
		row->read_pages = FT_UNKNOWN64;
	add_up_buckets(group, buckets);
	row->buckets = buckets;
	if (row->min_ns == FT_UNKNOWN64)
		row->max_ns = FT_UNKNOWN64;
	group->mean_ns = row_mean(row);
	group->p99_ns = row_percentile(row, 0.99);
	row->buckets = NULL;
}

static size_t make_groups(struct aggregate *table, size_t nr)
{
	size_t nr_groups = 0;

	for (size_t i = 0; i < nr;) {
		struct group *group = &table->groups[nr_groups++];

		group->entries = &table->sorted[i];
		do
			group->nr++;
		while (++i < nr && !compare_ids(&table->sorted[i], group->entries));
		sum_up(table, group);
		name_row(table, group);
	}
	return nr_groups;
}

static unsigned long long sort_value(const struct group *group, enum sort sort)
{
	const struct row *row = &group->row;

	switch (sort) {
	case SORT_COUNT: return row->count;
	case SORT_MAJOR: return row->major;
	case SORT_TOTAL: return row->sum_ns;
	case SORT_MEAN: return group->mean_ns;
	case SORT_P99: return group->p99_ns;
	case SORT_MAX: return row->max_ns;
	case SORT_BYTES: return row->bytes;
	}
	return 0;
}

/* The larger first; what is not known comes last. */
static int compare_values(unsigned long long left, unsigned long long right)
{
	if (left == right)
		return 0;
	if (left == FT_UNKNOWN64 || right == FT_UNKNOWN64)
		return left == FT_UNKNOWN64 ? 1 : -1;
	return left > right ? -1 : 1;
}

static int compare_groups(const void *a, const void *b, void *sort)
{
	const struct group *x = a, *y = b;
	int order = x->row.overflow - y->row.overflow;

	if (!order)
		order = compare_values(sort_value(x, *(enum sort *)sort),
				       sort_value(y, *(enum sort *)sort));
	if (!order)
		order = compare_values(x->row.count, y->row.count);
	return order ? order : strcmp(x->entries[0]->id, y->entries[0]->id);
}

static void show_causes(const struct aggregate *table, const struct group *group, struct row *row,
			struct shown *shown)
{
	if (!table->opts.cause)
		return;
	memcpy(shown->cause_ns, group->cause_ns, sizeof(group->cause_ns));
	if (!table->info.sees_lookup)
		shown->cause_ns[FT_CAUSE_LOOKUP] = FT_UNKNOWN64;
	row->cause_ns = shown->cause_ns;
}

static void show_worst(const struct aggregate *table, const struct group *group, struct row *row,
		       struct shown *shown)
{
	const struct ft_fault *worst = &worst_of(group)->worst;

	if (row->max_ns == FT_UNKNOWN64)
		return;
	shown->worst_name = strdup(aggregate__worst_name(table, worst_of(group)));
	shown->worst = (struct fault) {
		.rec = worst,
		.verdict = ft_classify(worst),
		.name = shown->worst_name,
	};
	if (shown->worst_name)
		row->worst = &shown->worst;
}

/*
 * Asks for the file of `some`, any entry of the row: all its faults have the file in common. Single
 * faults know the share of their mapping's range only, and so nothing of a whole file.
 */
static void show_cached(struct aggregate *table, const struct counted *some, struct row *row)
{
	const struct ft_fault *fault = &some->worst;

	if (!table->opts.residency || row->overflow || row->rest || !fault_is_file(fault))
		return;
	if (table->cached) {
		row->has_cached =
			residency_cache__percent(table->cached, (int)fault->pid, &fault->vma,
						 aggregate__worst_name(table, some), table->read_ns,
						 &row->cached);
	} else if (row_spec__has(&table->opts.rows, FT_KEY_VMA)) {
		row->has_cached = some->has_cached;
		row->cached = some->cached;
	}
}

/* Makes the next row to hand out from a group: with its buckets and its slowest fault. */
static void show_group(struct aggregate *table, const struct group *group)
{
	struct row *row = &table->rows[table->nr_shown];
	struct shown *shown = &table->shown[table->nr_shown++];

	*row = group->row;
	add_up_buckets(group, shown->buckets);
	row->buckets = shown->buckets;
	show_causes(table, group, row, shown);
	show_cached(table, worst_of(group), row);
	show_worst(table, group, row, shown);
}

/* Makes one row, without a key, of all nr sorted entries. */
static void show_whole(struct aggregate *table, size_t nr)
{
	struct group all = { .entries = table->sorted, .nr = nr };

	sum_up(table, &all);
	show_group(table, &all);
}

/* Merges nr groups into one row, so that the rows add up to all faults whatever --rows says. */
static void show_rest(struct aggregate *table, const struct group *groups, size_t nr)
{
	struct group rest = { .entries = table->rest };

	for (size_t i = 0; i < nr; i++)
		for (size_t entry = 0; entry < groups[i].nr; entry++)
			rest.entries[rest.nr++] = groups[i].entries[entry];
	sum_up(table, &rest);
	rest.row.rest = nr;
	for (size_t i = 0; i < FT_KEYS && table->opts.rows.by[i] != FT_KEY_NONE; i++)
		rest.row.keys[rest.row.nr_keys++] = (struct key_value) {
			.type = table->opts.rows.by[i],
			.number = FT_UNKNOWN64,
		};
	show_group(table, &rest);
}

static int make_room(struct aggregate *table)
{
	size_t nr = table->entries.nr + 1;

	table->sorted = calloc(nr, sizeof(struct counted *));
	table->rest = calloc(nr, sizeof(struct counted *));
	table->groups = calloc(nr, sizeof(*table->groups));
	return table->sorted && table->rest && table->groups ? 0 : -ENOMEM;
}

/* Makes the rows of the first `shown` of nr groups, of the rest, and of the overflow. */
static void show_groups(struct aggregate *table, size_t nr, size_t shown)
{
	size_t overflow = nr && table->groups[nr - 1].row.overflow;
	size_t rest = nr > shown + overflow ? nr - overflow - shown : 0;

	for (size_t i = 0; i < shown; i++)
		show_group(table, &table->groups[i]);
	if (rest && table->opts.tells_rest)
		show_rest(table, &table->groups[shown], rest);
	/* The overflow is always shown: it tells that faults are missing from the other rows. */
	if (overflow && shown < nr)
		show_group(table, &table->groups[nr - 1]);
}

static void add_up(const struct aggregate *table, size_t nr_groups, struct interval *interval)
{
	interval->sums = (struct fault_sums) { 0 };
	interval->bytes = table->sees_bytes ? 0 : FT_UNKNOWN64;
	interval->throttled_ns = table->info.sees_throttling ? 0 : FT_UNKNOWN64;
	for (size_t i = 0; i < nr_groups; i++) {
		const struct row *row = &table->groups[i].row;

		interval->sums.faults += row->count;
		interval->sums.major += row->major;
		interval->sums.latency_ns += row->sum_ns;
		if (table->sees_bytes)
			interval->bytes += row->bytes;
		if (table->info.sees_throttling)
			interval->throttled_ns += row->throttled_ns;
	}
}

int aggregate__interval(struct aggregate *table, bool whole, struct interval *ret)
{
	size_t nr, nr_groups, shown;

	aggregate__forget_interval(table);
	if (table->cached)
		residency_cache__forget(table->cached);
	if (make_room(table))
		return -ENOMEM;
	nr = sort_entries(table);
	nr_groups = make_groups(table, nr);
	qsort_r(table->groups, nr_groups, sizeof(*table->groups), compare_groups,
		(void *)&table->opts.sort);
	shown = nr_groups < table->opts.max_rows ? nr_groups : table->opts.max_rows;
	/* Three rows more: of all faults, of the rest, and of the overflow. */
	table->rows = calloc(shown + 3, sizeof(*table->rows));
	table->shown = calloc(shown + 3, sizeof(*table->shown));
	if (!table->rows || !table->shown)
		return -ENOMEM;
	if (whole && nr)
		show_whole(table, nr);
	show_groups(table, nr_groups, shown);
	add_up(table, nr_groups, ret);
	ret->sort = table->opts.sort;
	ret->rows = table->rows;
	ret->nr_shown = table->nr_shown;
	ret->nr_rows = nr_groups + (whole && nr);
	return 0;
}
