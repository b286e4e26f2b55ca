/* SPDX-License-Identifier: GPL-2.0-only */
#include "aggregate_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../base/must.h"
#include "fault_key.h"

/* The most entries in a table, of some 3 KiB each. Further keys are merged into the overflow. */
#define ENTRIES_MAX 32768
/* How often rows are read: before a 32-bit counter of the kernel can overflow. */
#define READ_NS	    60000000000ULL

/* An entry in the map. The overflow has a key of zeroes. */
struct key_entry {
	struct ft_key key;
	uint64_t overflow;
	struct counted *counted;
};

struct counted *aggregate__entry(const struct aggregate *table, size_t i)
{
	return ((struct key_entry *)key_map__at(&table->entries, i))->counted;
}

int aggregate__new(const struct aggregate_options *opts, struct aggregate **ret)
{
	struct aggregate *table = calloc(1, sizeof(*table));
	int err = table ? 0 : -ENOMEM;

	if (!err && !opts->of_faults)
		err = key_text__new(&opts->rows, opts->host_root, &table->keys);
	/* Answers are kept for a whole interval, so that its rows agree with each other. */
	if (!err && opts->residency && !opts->of_faults)
		err = residency_cache__new(!row_spec__has(&opts->rows, FT_KEY_VMA), UINT64_MAX,
					   &table->cached);
	if (err) {
		aggregate__free(table);
		table = NULL;
	} else {
		table->opts = *opts;
		table->entries =
			(struct key_map) { .item_bytes = sizeof(struct key_entry),
					   .key_bytes = offsetof(struct key_entry, counted) };
		table->jits.of_stacks = row_spec__has(&opts->rows, FT_KEY_STACK);
	}
	*ret = table;
	return err;
}

void aggregate__free(struct aggregate *table)
{
	if (!table)
		return;
	aggregate__forget_interval(table);
	for (size_t i = 0; i < table->entries.nr; i++)
		free(aggregate__entry(table, i));
	shared_texts__free(&table->texts);
	key_map__clear(&table->entries);
	residency_cache__free(table->cached);
	key_text__free(table->keys);
	free(table);
}

void aggregate__begin_faults(struct aggregate *table, const struct source_info *info)
{
	table->info = *info;
	table->sees_bytes = table->opts.bytes && table->info.sees_pages;
}

void aggregate__begin(struct aggregate *table, struct source *source, struct code_history *map,
		      unsigned long long now_ns)
{
	const struct source_info info = source__info(source);

	aggregate__begin_faults(table, &info);
	table->source = source;
	table->read_ns = now_ns;
	key_text__use(table->keys, map);
}

const char *aggregate__worst_name(const struct aggregate *table, const struct counted *entry)
{
	return entry->worst_name ? entry->worst_name
				 : key_text__mapping_name(table->keys, &entry->worst);
}

static void on_name(void *ctx, const struct ft_name *record)
{
	const struct aggregate *table = ctx;

	key_text__learn_name(table->keys, record);
}

static void on_code(void *ctx, const struct ft_code *record)
{
	const struct aggregate *table = ctx;

	key_text__learn_code(table->keys, record);
}

static void on_cgroup(void *ctx, const struct ft_cgroup *record)
{
	const struct aggregate *table = ctx;

	key_text__learn_cgroup(table->keys, record);
}

static void on_stack(void *ctx, const struct ft_stack *record)
{
	const struct aggregate *table = ctx;

	key_text__learn_stack(table->keys, record);
}

struct record_consumer aggregate__consumer(struct aggregate *table)
{
	static const struct record_handlers handlers = {
		.name = on_name,
		.code = on_code,
		.cgroup = on_cgroup,
		.stack = on_stack,
	};

	return (struct record_consumer) { &handlers, table };
}

/* ---- Reading -------------------------------------------------------------------- */

/* Resets all counters of an entry. Its key and the texts of the key stay. */
static void begin_anew(struct counted *entry)
{
	size_t sums = offsetof(struct counted, count);

	memset((char *)entry + sums, 0, sizeof(*entry) - sums);
	entry->min_ns = FT_UNKNOWN64;
}

static struct counted *add_entry(struct aggregate *table, const struct key_entry *wanted)
{
	struct counted *counted = must(calloc(1, sizeof(*counted)));
	struct key_entry *entry = key_map__add(&table->entries, wanted);

	counted->key = wanted->key;
	counted->overflow = wanted->overflow;
	begin_anew(counted);
	entry->counted = counted;
	return counted;
}

struct counted *aggregate__find(struct aggregate *table, const struct ft_key *key)
{
	struct key_entry wanted = { .overflow = !key };
	const struct key_entry *found;

	if (key)
		wanted.key = *key;
	found = key_map__find(&table->entries, &wanted);
	if (found)
		return found->counted;
	return key && table->entries.nr >= ENTRIES_MAX ? aggregate__find(table, NULL)
						       : add_entry(table, &wanted);
}

bool aggregate__add_extremes(struct counted *entry, const struct ft_fault *worst, bool timed,
			     unsigned long long min_ns, unsigned long long max_ns)
{
	/* Set also without a latency: the row takes its mapping, thread name and pid from it. */
	bool is_worst = timed ? max_ns >= entry->max_ns : !entry->worst.pid;

	if (is_worst)
		entry->worst = *worst;
	if (!timed)
		return is_worst;
	if (min_ns < entry->min_ns)
		entry->min_ns = min_ns;
	if (max_ns > entry->max_ns)
		entry->max_ns = max_ns;
	return is_worst;
}

/* Adds what one CPU counted. Each fault counted there stands for `weight` faults. */
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
	aggregate__add_extremes(entry, &part->worst, part->timed, part->min_ns, part->max_ns);
}

static int add_row(void *ctx, const struct ft_key *key, const struct ft_row *parts, size_t nr)
{
	struct aggregate *table = ctx;
	struct counted *entry = aggregate__find(table, key);

	for (size_t cpu = 0; cpu < nr; cpu++)
		if (parts[cpu].used)
			add_part(entry, &parts[cpu], table->opts.sample);
	return 0;
}

/* ---- Words ---------------------------------------------------------------------- */

/* Copies the text. If there is no room for it, the faults of the entry are told with the overflow. */
static const char *keep_text(struct aggregate *table, struct counted *entry, const char *text)
{
	const char *kept = text ? shared_texts__keep(&table->texts, text) : NULL;

	if (kept && !*kept && *text)
		entry->overflow = true;
	return kept;
}

/* The text of part i of the entry's key, malloc()ed; NULL: there is none. */
static char *text_of_key(struct aggregate *table, struct counted *entry, const struct fault *fault,
			 size_t i)
{
	enum ft_key_type type = table->opts.rows.by[i];
	const struct ft_key_part *part = &entry->key.part[i];
	struct buf text = { 0 };

	if (!fault)
		return key_text__text(table->keys, type, part, &entry->worst, &entry->made_by);
	if (!fault_key__add_text(type, part, fault, &text))
		return NULL;
	buf__addc(&text, '\0');
	return text.data;
}

void aggregate__describe(struct aggregate *table, struct counted *entry, const struct fault *fault)
{
	struct buf id = { 0 };

	for (size_t i = 0; i < FT_KEYS && !entry->overflow; i++) {
		const __u64 *word = entry->key.part[i].word;
		char *text = text_of_key(table, entry, fault, i);

		entry->texts[i] = keep_text(table, entry, text);
		free(text);
		if (table->opts.rows.by[i] == FT_KEY_VMA)
			buf__addf(&id, "%llx %llx ", (unsigned long long)word[0],
				  (unsigned long long)word[1]);
		if (entry->texts[i])
			buf__adds(&id, entry->texts[i]);
		else if (table->opts.rows.by[i] != FT_KEY_CONTAINER)
			buf__add_u64(&id, word[0]);
		buf__addc(&id, '\n');
	}
	buf__addc(&id, '\0');
	entry->id = entry->overflow ? "" : keep_text(table, entry, id.data);
	buf__free(&id);
}

/* The names and code mappings that the rows taken last refer to have come meanwhile. */
void aggregate__describe_new(struct aggregate *table)
{
	for (size_t i = 0; i < table->entries.nr; i++) {
		struct counted *entry = aggregate__entry(table, i);

		if (entry->count && !entry->id)
			aggregate__describe(table, entry, NULL);
	}
}

/* ---- Intervals ------------------------------------------------------------------ */

/* Evicts unused stacks: each process that comes and goes has its own. Rows keep theirs. */
static void tidy_stacks(struct aggregate *table)
{
	if (!key_text__has_many_stacks(table->keys))
		return;
	for (size_t i = 0; i < table->entries.nr; i++)
		for (size_t key = 0; key < FT_KEYS; key++)
			if (table->opts.rows.by[key] == FT_KEY_STACK)
				key_text__keep_stack(table->keys,
						     &aggregate__entry(table, i)->key.part[key]);
	key_text__tidy_stacks(table->keys);
}

unsigned long long aggregate__read_ns(const struct aggregate *table)
{
	return table->read_ns;
}

unsigned long long aggregate__due_ns(const struct aggregate *table)
{
	return table->read_ns + READ_NS;
}

bool aggregate__is_due(const struct aggregate *table)
{
	return source__now(table->source) >= aggregate__due_ns(table) ||
	       source__rows_are_scarce(table->source) || key_text__has_many_stacks(table->keys);
}

int aggregate__read(struct aggregate *table)
{
	int err;

	/* Makes texts before next_turn() forgets code mappings. Others wait: a profile has none. */
	if (row_spec__has_code(&table->opts.rows)) {
		aggregate__describe_new(table);
		key_text__next_turn(table->keys);
	}
	table->read_ns = source__now(table->source);
	err = source__take_rows(table->source, add_row, table);
	if (err)
		log_error("cannot read the table: %s", strerror(-err));
	tidy_stacks(table);
	return err;
}

/* Does the entry stay for the next interval, in which it may have faults again? */
static bool stays(struct counted *entry)
{
	if (entry->count) {
		begin_anew(entry);
		return true;
	}
	/* Throttling may be counted after its faults: shown with the next ones. */
	if (!entry->throttled_ns || (entry->waits && !entry->overflow))
		return false;
	entry->waits = true;
	return true;
}

/* Frees the texts that no entry has any more. */
static void tidy_texts(struct aggregate *table)
{
	if (!shared_texts__are_many(&table->texts))
		return;
	for (size_t i = 0; i < table->entries.nr; i++) {
		const struct counted *entry = aggregate__entry(table, i);

		for (size_t key = 0; key < FT_KEYS; key++)
			shared_texts__mark(entry->texts[key]);
		shared_texts__mark(entry->id);
		shared_texts__mark(entry->worst_name);
	}
	shared_texts__sweep(&table->texts);
}

/* Resets the entries that had a fault. Frees the others: their processes may be dead. */
void aggregate__next(struct aggregate *table)
{
	unsigned long long gone_ns = 0;
	struct counted *overflow;

	aggregate__forget_interval(table);
	for (size_t i = table->entries.nr; i > 0; i--) {
		struct key_entry *entry = key_map__at(&table->entries, i - 1);

		if (stays(entry->counted))
			continue;
		gone_ns += entry->counted->throttled_ns;
		free(entry->counted);
		key_map__remove(&table->entries, entry);
	}
	tidy_texts(table);
	/* The throttled time of freed entries is added to the overflow: they had no row. */
	overflow = gone_ns ? aggregate__find(table, NULL) : NULL;
	if (overflow)
		overflow->throttled_ns += gone_ns;
}

/* ---- A profile ------------------------------------------------------------------ */

static void add_to_profile(struct aggregate *table, const struct counted *entry,
			   struct profile *profile)
{
	const struct ft_key_part *key = entry->key.part;
	const struct stack *stack = entry->overflow ? NULL : key_text__stack(table->keys, &key[0]);
	char comm[FT_COMM_LEN + 1] = "";
	/* The overflow has no key: which threads had its faults is not known. */
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
	jit_advice__count(&table->jits, stack ? stack->made_by : JIT_NONE, entry->count);
}

void aggregate__profile(struct aggregate *table, struct profile *profile, struct fault_sums *sums,
			unsigned long long *overflow)
{
	*sums = (struct fault_sums) { 0 };
	*overflow = 0;
	for (size_t i = 0; i < table->entries.nr; i++) {
		const struct counted *entry = aggregate__entry(table, i);

		if (!entry->count)
			continue;
		add_to_profile(table, entry, profile);
		sums->faults += entry->count;
		sums->major += entry->major;
		sums->latency_ns += entry->sum_ns;
		if (entry->overflow)
			*overflow += entry->count;
	}
	aggregate__next(table);
}

void aggregate__advise(const struct aggregate *table)
{
	if (table->keys)
		key_text__advise(table->keys);
	jit_advice__give(&table->jits);
}
