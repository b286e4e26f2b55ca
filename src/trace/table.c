/* SPDX-License-Identifier: GPL-2.0-only */
#include "table.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../host/clock.h"
#include "cached.h"
#include "keys.h"
#include "naming.h"

/* Keys at once: each takes some 3 KiB. */
#define ENTRIES_MAX 32768
/* Before a 32-bit counter of the kernel can come round. */
#define READ_NS	    60000000000ULL

/* One key of the kernel's, and what was counted of it in the interval. */
struct counted {
	struct ft_key key;
	bool overflow;
	char *texts[FT_KEYS];
	char *id; /* entries with the same one are the same row */
	enum jit_runtime made_by;

	unsigned long long count;
	unsigned long long major;
	unsigned long long bytes;
	unsigned long long sum_ns;
	unsigned long long read_pages;
	unsigned long long unknown_reads;
	unsigned long long throttled_ns;
	bool waits; /* has been throttled, without a fault, since before this interval */
	unsigned long long cause_ns[FT_CAUSE_COUNT];
	unsigned long long min_ns; /* FT_UNKNOWN64: no latency is known */
	unsigned long long max_ns;
	unsigned long long buckets[FT_HIST_SLOTS];
	struct ft_fault worst;
};

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

struct table {
	const struct options *opts;
	struct keys *keys;
	struct cached *cached; /* NULL: not asked for */
	void *tree;	       /* tsearch(3) tree of entries, by key */
	struct counted **entries;
	size_t nr, size;
	bool sees_lookup;
	bool sees_throttling;
	bool sees_bytes;
	unsigned long long read_ns;
	struct jit_advice jits; /* of the whole run */

	/* Of the last interval. */
	struct counted **sorted;
	struct counted **rest; /* entries of the groups that are merged into the row of the rest */
	struct group *groups;
	struct row *rows;
	struct shown *shown; /* one a row */
	size_t nr_shown;
};

int table__new(const struct options *opts, struct table **ret)
{
	struct table *table = calloc(1, sizeof(*table));
	int err = table ? keys__new(&table->keys) : -ENOMEM;

	/* Forgotten with each interval, and not before: its rows fit together. */
	if (!err && opts->residency)
		err = cached__new(!options__key_is(opts, FT_KEY_VMA), UINT64_MAX, &table->cached);
	if (err) {
		table__free(table);
		table = NULL;
	} else {
		table->opts = opts;
		table->jits.of_stacks = options__key_is(opts, FT_KEY_STACK);
	}
	*ret = table;
	return err;
}

static void forget_interval(struct table *table)
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

static void free_entry(struct counted *entry)
{
	for (size_t i = 0; i < FT_KEYS; i++)
		free(entry->texts[i]);
	free(entry->id);
	free(entry);
}

static void ignore(void *entry)
{
	(void)entry;
}

void table__free(struct table *table)
{
	if (!table)
		return;
	forget_interval(table);
	tdestroy(table->tree, ignore);
	for (size_t i = 0; i < table->nr; i++)
		free_entry(table->entries[i]);
	free(table->entries);
	cached__free(table->cached);
	keys__free(table->keys);
	free(table);
}

void table__begin(struct table *table, struct code_map *map, unsigned long long now_ns)
{
	table->read_ns = now_ns;
	keys__use(table->keys, map);
}

void table__record(void *ctx, const struct ft_header *record)
{
	struct table *table = ctx;

	keys__learn(table->keys, record);
}

/* ---- Reading -------------------------------------------------------------------- */

static int compare_keys(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->overflow != y->overflow)
		return x->overflow ? 1 : -1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/* All but its key, and the words for it. */
static void begin_anew(struct counted *entry)
{
	size_t sums = offsetof(struct counted, count);

	memset((char *)entry + sums, 0, sizeof(*entry) - sums);
	entry->min_ns = FT_UNKNOWN64;
}

static struct counted *add_entry(struct table *table, const struct counted *wanted)
{
	struct counted **more, *entry;

	if (table->nr == table->size) {
		size_t size = table->size ? table->size * 2 : 64;

		more = realloc(table->entries, size * sizeof(struct counted *));
		if (!more)
			return NULL;
		table->entries = more;
		table->size = size;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->key = wanted->key;
	entry->overflow = wanted->overflow;
	begin_anew(entry);
	if (!tsearch(entry, &table->tree, compare_keys)) {
		free(entry);
		return NULL;
	}
	table->entries[table->nr++] = entry;
	return entry;
}

static struct counted *find_entry(struct table *table, const struct ft_key *key)
{
	struct counted wanted = { .overflow = !key }, **found;

	if (key)
		wanted.key = *key;
	found = tfind(&wanted, &table->tree, compare_keys);
	if (found)
		return *found;
	return key && table->nr >= ENTRIES_MAX ? find_entry(table, NULL)
					       : add_entry(table, &wanted);
}

static void add_extremes(struct counted *entry, const struct ft_row *part)
{
	/* Rows of one key have their mapping, name and process from there. */
	if (part->timed ? part->max_ns >= entry->max_ns : !entry->worst.pid)
		entry->worst = part->worst;
	if (!part->timed)
		return;
	if (part->min_ns < entry->min_ns)
		entry->min_ns = part->min_ns;
	if (part->max_ns > entry->max_ns)
		entry->max_ns = part->max_ns;
}

/* What one CPU counted; each fault there stands for so many. */
static void add_part(struct counted *entry, const struct ft_row *part, unsigned int weight)
{
	for (size_t slot = 0; slot < FT_HIST_SLOTS; slot++) {
		unsigned long long count = (unsigned long long)part->buckets[slot] * weight;

		entry->buckets[slot] += count;
		entry->count += count;
	}
	entry->sum_ns += part->sum_ns * weight;
	entry->major += part->major * weight;
	entry->bytes += part->bytes * weight;
	entry->read_pages += part->read_pages * weight;
	entry->unknown_reads += part->unknown_reads * weight;
	entry->throttled_ns += part->throttled_ns * weight;
	for (size_t cause = 0; cause < FT_CAUSE_COUNT; cause++)
		entry->cause_ns[cause] += part->cause_ns[cause] * weight;
	add_extremes(entry, part);
}

static int add_row(void *ctx, const struct ft_key *key, const struct ft_row *parts, size_t nr)
{
	struct table *table = ctx;
	struct counted *entry = find_entry(table, key);

	if (!entry)
		return -ENOMEM;
	for (size_t cpu = 0; cpu < nr; cpu++)
		if (parts[cpu].used)
			add_part(entry, &parts[cpu], table->opts->sample);
	return 0;
}

/* The words of its key, once: names are forgotten and processes end. */
static void describe_entry(struct table *table, struct counted *entry)
{
	struct buf id = { 0 };

	for (size_t i = 0; i < FT_KEYS && !entry->overflow; i++) {
		enum ft_key_type type = table->opts->by[i];
		const __u64 *word = entry->key.part[i].word;

		entry->texts[i] = keys__text(table->keys, type, &entry->key.part[i], &entry->worst,
					     &entry->made_by);
		if (type == FT_KEY_VMA)
			buf__addf(&id, "%llx %llx ", (unsigned long long)word[0],
				  (unsigned long long)word[1]);
		if (entry->texts[i])
			buf__adds(&id, entry->texts[i]);
		else
			buf__add_u64(&id, word[0]);
		buf__addc(&id, '\n');
	}
	buf__addc(&id, '\0');
	entry->id = id.data;
}

/* What the rows that were taken last need has come meanwhile: names, and where code is. */
static void describe_new(struct table *table)
{
	for (size_t i = 0; i < table->nr; i++) {
		struct counted *entry = table->entries[i];

		if (entry->count && !entry->id)
			describe_entry(table, entry);
	}
}

/* Of processes that come and go each has stacks of its own. What has rows is needed. */
static void tidy_stacks(struct table *table)
{
	if (!keys__has_many_stacks(table->keys))
		return;
	for (size_t i = 0; i < table->nr; i++)
		for (size_t key = 0; key < FT_KEYS; key++)
			if (table->opts->by[key] == FT_KEY_STACK)
				keys__keep_stack(table->keys, &table->entries[i]->key.part[key]);
	keys__tidy_stacks(table->keys);
}

unsigned long long table__read_ns(const struct table *table)
{
	return table->read_ns;
}

unsigned long long table__due_ns(const struct table *table)
{
	return table->read_ns + READ_NS;
}

bool table__is_due(const struct table *table, const struct tracer *tracer)
{
	return clock_ns(CLOCK_MONOTONIC) >= table__due_ns(table) ||
	       tracer__rows_are_scarce(tracer) || keys__has_many_stacks(table->keys);
}

int table__read(struct table *table, struct tracer *tracer)
{
	int err;

	/* Only this is forgotten soon: a profile does without the words. */
	if (options__key_is_code(table->opts)) {
		describe_new(table);
		keys__next_turn(table->keys);
	}
	table->sees_lookup = tracer__sees_lookup(tracer);
	table->sees_throttling = tracer__sees_throttling(tracer);
	table->sees_bytes = options__wants_bytes(table->opts) && tracer__sees_pages(tracer);
	table->read_ns = clock_ns(CLOCK_MONOTONIC);
	err = tracer__take_rows(tracer, add_row, table);
	if (err)
		log_error("cannot read the table: %s", strerror(-err));
	tidy_stacks(table);
	return err;
}

/* ---- An interval ---------------------------------------------------------------- */

static bool is_wanted(const struct table *table, const struct counted *entry)
{
	const char *glob = table->opts->file;

	/* Which of the overflow's have that name is not known. */
	if (!glob || entry->overflow)
		return true;
	for (size_t i = 0; i < FT_KEYS; i++) {
		enum ft_key_type type = table->opts->by[i];

		if ((type == FT_KEY_FILE || type == FT_KEY_VMA) && entry->texts[i] &&
		    naming__wanted(glob, entry->texts[i]))
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

/* Those with a fault in this interval, the same rows side by side. */
static size_t sort_entries(struct table *table)
{
	size_t nr = 0;

	describe_new(table);
	for (size_t i = 0; i < table->nr; i++) {
		struct counted *entry = table->entries[i];

		table->jits.faults += entry->count;
		table->jits.of[entry->made_by] += entry->count;
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

static void name_row(const struct table *table, struct group *group)
{
	const struct counted *first = group->entries[0], *worst = worst_of(group);
	struct row *row = &group->row;

	row->overflow = first->overflow;
	for (size_t i = 0; i < FT_KEYS && !first->overflow; i++) {
		enum ft_key_type type = table->opts->by[i];

		if (type == FT_KEY_NONE)
			break;
		row->keys[row->nr_keys++] = (struct key_value) {
			.type = type,
			.text = first->texts[i],
			.number = first->key.part[i].word[0],
			.vma = type == FT_KEY_VMA ? &worst->worst : NULL,
			.comm = (type == FT_KEY_PID || type == FT_KEY_TID) && *worst->worst.comm
					? worst->worst.comm
					: NULL,
		};
	}
}

static void sum_up(const struct table *table, struct group *group)
{
	unsigned long long buckets[FT_HIST_SLOTS];
	unsigned long long unknown_reads = 0;
	struct row *row = &group->row;

	*row = (struct row) {
		.min_ns = FT_UNKNOWN64,
		.scale = &table->opts->scale,
		.bytes = table->sees_bytes ? 0 : FT_UNKNOWN64,
		.throttled_ns = table->sees_throttling ? 0 : FT_UNKNOWN64,
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
		if (table->sees_throttling)
			row->throttled_ns += entry->throttled_ns;
		for (size_t cause = 0; cause < FT_CAUSE_COUNT; cause++)
			group->cause_ns[cause] += entry->cause_ns[cause];
		if (entry->min_ns < row->min_ns)
			row->min_ns = entry->min_ns;
		if (entry->max_ns > row->max_ns)
			row->max_ns = entry->max_ns;
	}
	if (!table->cached || unknown_reads)
		row->read_pages = FT_UNKNOWN64;
	add_up_buckets(group, buckets);
	row->buckets = buckets;
	if (row->min_ns == FT_UNKNOWN64)
		row->max_ns = FT_UNKNOWN64;
	group->mean_ns = row_mean(row);
	group->p99_ns = row_percentile(row, 0.99);
	row->buckets = NULL;
}

static size_t make_groups(struct table *table, size_t nr)
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

static void show_causes(const struct table *table, const struct group *group, struct row *row,
			struct shown *shown)
{
	if (!table->opts->cause)
		return;
	memcpy(shown->cause_ns, group->cause_ns, sizeof(group->cause_ns));
	if (!table->sees_lookup)
		shown->cause_ns[FT_CAUSE_LOOKUP] = FT_UNKNOWN64;
	row->cause_ns = shown->cause_ns;
}

static void show_worst(const struct table *table, const struct group *group, struct row *row,
		       struct shown *shown)
{
	const struct ft_fault *worst = &worst_of(group)->worst;

	if (row->max_ns == FT_UNKNOWN64)
		return;
	shown->worst_name = strdup(keys__mapping_name(table->keys, worst));
	shown->worst = (struct fault) {
		.rec = worst,
		.verdict = ft_classify(worst),
		.name = shown->worst_name,
	};
	if (shown->worst_name)
		row->worst = &shown->worst;
}

/* Of whichever of its faults is known: they have the file in common. */
static void show_cached(struct table *table, const struct ft_fault *some, struct row *row)
{
	if (table->cached && !row->overflow && !row->rest && fault_is_file(some))
		row->has_cached =
			cached__percent(table->cached, some, keys__mapping_name(table->keys, some),
					&row->cached);
}

/* A row as it is handed out: with its buckets and its slowest fault. */
static void show_group(struct table *table, const struct group *group)
{
	struct row *row = &table->rows[table->nr_shown];
	struct shown *shown = &table->shown[table->nr_shown++];

	*row = group->row;
	add_up_buckets(group, shown->buckets);
	row->buckets = shown->buckets;
	show_causes(table, group, row, shown);
	show_cached(table, &worst_of(group)->worst, row);
	show_worst(table, group, row, shown);
}

/* All of them as one row, without a key. */
static void show_whole(struct table *table, size_t nr)
{
	struct group all = { .entries = table->sorted, .nr = nr };

	sum_up(table, &all);
	show_group(table, &all);
}

/* Merges nr groups into one row, so that the rows add up to all faults whatever --rows says. */
static void show_rest(struct table *table, const struct group *groups, size_t nr)
{
	struct group rest = { .entries = table->rest };

	for (size_t i = 0; i < nr; i++)
		for (size_t entry = 0; entry < groups[i].nr; entry++)
			rest.entries[rest.nr++] = groups[i].entries[entry];
	sum_up(table, &rest);
	rest.row.rest = nr;
	for (size_t i = 0; i < FT_KEYS && table->opts->by[i] != FT_KEY_NONE; i++)
		rest.row.keys[rest.row.nr_keys++] = (struct key_value) {
			.type = table->opts->by[i],
			.number = FT_UNKNOWN64,
		};
	show_group(table, &rest);
}

static int make_room(struct table *table)
{
	size_t nr = table->nr + 1;

	table->sorted = calloc(nr, sizeof(struct counted *));
	table->rest = calloc(nr, sizeof(struct counted *));
	table->groups = calloc(nr, sizeof(*table->groups));
	return table->sorted && table->rest && table->groups ? 0 : -ENOMEM;
}

/* Makes the rows of the first `shown` of nr groups, of the rest, and of the overflow. */
static void show_groups(struct table *table, size_t nr, size_t shown)
{
	size_t overflow = nr && table->groups[nr - 1].row.overflow;
	size_t rest = nr > shown + overflow ? nr - overflow - shown : 0;

	for (size_t i = 0; i < shown; i++)
		show_group(table, &table->groups[i]);
	if (rest && table->opts->sink->is_for_machines)
		show_rest(table, &table->groups[shown], rest);
	/* The overflow is always shown: it tells that faults are missing from the other rows. */
	if (overflow && shown < nr)
		show_group(table, &table->groups[nr - 1]);
}

static void add_up(const struct table *table, size_t nr_groups, struct interval *interval)
{
	interval->sums = (struct fault_sums) { 0 };
	interval->bytes = table->sees_bytes ? 0 : FT_UNKNOWN64;
	interval->throttled_ns = table->sees_throttling ? 0 : FT_UNKNOWN64;
	for (size_t i = 0; i < nr_groups; i++) {
		const struct row *row = &table->groups[i].row;

		interval->sums.faults += row->count;
		interval->sums.major += row->major;
		interval->sums.latency_ns += row->sum_ns;
		if (table->sees_bytes)
			interval->bytes += row->bytes;
		if (table->sees_throttling)
			interval->throttled_ns += row->throttled_ns;
	}
}

int table__interval(struct table *table, bool whole, struct interval *ret)
{
	size_t nr, nr_groups, shown;

	forget_interval(table);
	if (table->cached)
		cached__forget(table->cached);
	if (make_room(table))
		return -ENOMEM;
	nr = sort_entries(table);
	nr_groups = make_groups(table, nr);
	qsort_r(table->groups, nr_groups, sizeof(*table->groups), compare_groups,
		(void *)&table->opts->sort);
	shown = nr_groups < table->opts->max_rows ? nr_groups : table->opts->max_rows;
	/* Three rows more: of all faults, of the rest, and of the overflow. */
	table->rows = calloc(shown + 3, sizeof(*table->rows));
	table->shown = calloc(shown + 3, sizeof(*table->shown));
	if (!table->rows || !table->shown)
		return -ENOMEM;
	if (whole && nr)
		show_whole(table, nr);
	show_groups(table, nr_groups, shown);
	add_up(table, nr_groups, ret);
	ret->sort = table->opts->sort;
	ret->rows = table->rows;
	ret->nr_shown = table->nr_shown;
	ret->nr_rows = nr_groups + (whole && nr);
	return 0;
}

/* What had no fault goes: of dead processes nothing is kept. */
void table__next(struct table *table)
{
	unsigned long long gone_ns = 0;
	struct counted *overflow;
	size_t kept = 0;

	forget_interval(table);
	for (size_t i = 0; i < table->nr; i++) {
		struct counted *entry = table->entries[i];

		if (entry->count) {
			begin_anew(entry);
		} else if (entry->throttled_ns && (!entry->waits || entry->overflow)) {
			/* That can come later than the faults: it waits for the next ones. */
			entry->waits = true;
		} else {
			gone_ns += entry->throttled_ns;
			tdelete(entry, &table->tree, compare_keys);
			free_entry(entry);
			continue;
		}
		table->entries[kept++] = entry;
	}
	table->nr = kept;
	/* Whose row has gone had no other. */
	overflow = gone_ns ? find_entry(table, NULL) : NULL;
	if (overflow)
		overflow->throttled_ns += gone_ns;
}

/* ---- A profile ------------------------------------------------------------------ */

static void add_to_profile(struct table *table, const struct counted *entry,
			   struct profile *profile)
{
	const struct ft_key_part *key = entry->key.part;
	const struct stack *stack = entry->overflow ? NULL : keys__stack(table->keys, &key[0]);
	char comm[FT_COMM_LEN + 1] = "";
	/* Without a row of its own it has no key: whose they were is not known. */
	struct profile_faults faults = {
		.comm = entry->overflow ? "(overflow)" : memcpy(comm, &key[0].word[1], FT_COMM_LEN),
		.pid = entry->overflow ? 0 : entry->worst.pid,
		.kind = entry->overflow ? FT_KIND_OTHER : (uint8_t)key[1].word[0],
		.weights = {
			[PROFILE_COUNT] = entry->count,
			[PROFILE_LATENCY] = entry->sum_ns,
			[PROFILE_BYTES] = entry->bytes,
		},
	};

	profile__add_stack(profile, stack, &faults);
	table->jits.faults += entry->count;
	table->jits.of[stack ? stack->made_by : JIT_NONE] += entry->count;
}

void table__profile(struct table *table, struct profile *profile, struct fault_sums *sums,
		    unsigned long long *overflow)
{
	*sums = (struct fault_sums) { 0 };
	*overflow = 0;
	for (size_t i = 0; i < table->nr; i++) {
		const struct counted *entry = table->entries[i];

		if (!entry->count)
			continue;
		add_to_profile(table, entry, profile);
		sums->faults += entry->count;
		sums->major += entry->major;
		sums->latency_ns += entry->sum_ns;
		if (entry->overflow)
			*overflow += entry->count;
	}
	table__next(table);
}

void table__advise(const struct table *table)
{
	keys__advise(table->keys);
	jit_advice__give(&table->jits);
}
