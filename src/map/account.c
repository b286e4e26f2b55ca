/* SPDX-License-Identifier: GPL-2.0-only */
#include "account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/array.h"
#include "../base/must.h"
#include "../faults/fault.h"
#include "transient.h"

const char *const map_change_names[NR_MAP_CHANGES] = {
	[CHANGE_KEPT] = "kept",	    [CHANGE_NEW] = "new",	[CHANGE_GONE] = "gone",
	[CHANGE_PASSED] = "passed", [CHANGE_UNMAPPED] = "none", [CHANGE_UNKNOWN] = NULL,
};

const char *map_kind_name(size_t kind, char *text)
{
	const char *from = kind < FT_KIND_COUNT ? NULL : cow_from_names[kind - FT_KIND_COUNT];

	snprintf(text, MAP_KIND_TEXT, "%s%s%s",
		 kind_names[kind < FT_KIND_COUNT ? kind : FT_KIND_COW], from ? ":" : "",
		 from ? from : "");
	return text;
}

struct builder {
	struct memory_map *shown;
	size_t size; /* rows there is room for */
	const struct memory_map *before;
	const struct memory_map *after;
	struct touches *touches;
	size_t nr_after; /* rows come in this order: mappings of the last map, gone, others */
	size_t nr_gone;
};

static struct map_account *new_account(enum map_change change)
{
	struct map_account *account = must(calloc(1, sizeof(*account)));

	account->change = change;
	return account;
}

static struct map_row *add_row(struct builder *b, const struct map_row *row, enum map_change change)
{
	struct memory_map *shown = b->shown;
	struct map_row *copy;

	shown->rows = must(array_reserve(shown->rows, shown->nr_rows, &b->size, sizeof(*copy)));
	copy = &shown->rows[shown->nr_rows++];
	*copy = *row;
	copy->account = new_account(change);
	return copy;
}

/* Sets the numbers of a mapping that does not exist (any more): it has no pages. */
static void clear_numbers(struct map_row *row)
{
	static const enum map_field none[] = { FIELD_RSS, FIELD_HUGE,  FIELD_SWAP,  FIELD_SHARED,
					       FIELD_PSS, FIELD_DIRTY, FIELD_LOCKED };

	row->strip = NULL;
	row->nr_cells = 0;
	memset(row->n, 0xff, sizeof(row->n));
	row->n[FIELD_SIZE] = row->end - row->start;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		row->n[none[i]] = 0;
}

/* ---- Pages ---- */

static const struct page_run *runs_of(const struct memory_map *map, size_t *nr)
{
	*nr = map->runs.len / sizeof(struct page_run);
	return (const void *)map->runs.data;
}

/* The first run that ends after the address. */
static size_t find_run(const struct memory_map *map, uint64_t addr)
{
	size_t nr;
	const struct page_run *runs = runs_of(map, &nr);

	return COUNT_BEFORE(i, nr, runs[i].end <= addr);
}

static uint64_t overlap(uint64_t start, uint64_t end, uint64_t from, uint64_t to)
{
	uint64_t low = start > from ? start : from, high = end < to ? end : to;

	return low < high ? high - low : 0;
}

/* Bytes that are resident from start to end. */
static uint64_t resident(const struct memory_map *map, uint64_t start, uint64_t end)
{
	size_t nr;
	const struct page_run *runs = runs_of(map, &nr);
	uint64_t sum = 0;

	for (size_t i = find_run(map, start); i < nr && runs[i].start < end; i++)
		sum += overlap(runs[i].start, runs[i].end, start, end);
	return sum;
}

/* Bytes that are resident from start to end in both maps. */
static uint64_t resident_in_both(const struct memory_map *a, const struct memory_map *b,
				 uint64_t start, uint64_t end)
{
	size_t nr;
	const struct page_run *runs = runs_of(a, &nr);
	uint64_t sum = 0;

	for (size_t i = find_run(a, start); i < nr && runs[i].start < end; i++)
		sum += resident(b, runs[i].start > start ? runs[i].start : start,
				runs[i].end < end ? runs[i].end : end);
	return sum;
}

/* ---- Mappings ---- */

/* Are rows of two maps the same mapping? It may have grown, shrunk or been split in between. */
static bool is_same_mapping(const struct map_row *a, const struct map_row *b)
{
	return a->inode == b->inode && a->dev == b->dev && a->perms[3] == b->perms[3] &&
	       (!a->inode || a->offset - a->start == b->offset - b->start);
}

/* RSS of a mapping in a range: the kernel's number for a whole mapping, else counted by runs. */
static uint64_t rss_of_part(const struct memory_map *map, const struct map_row *row, uint64_t start,
			    uint64_t end)
{
	if (start <= row->start && end >= row->end)
		return row->n[FIELD_RSS];
	return resident(map, start > row->start ? start : row->start,
			end < row->end ? end : row->end);
}

static void add_known(uint64_t *sum, uint64_t n)
{
	*sum = *sum == MAP_UNKNOWN || n == MAP_UNKNOWN ? MAP_UNKNOWN : *sum + n;
}

/* Accounts for a mapping of the map after by comparing it with the map before. */
static void compare_maps(const struct builder *b, struct map_row *row)
{
	const struct memory_map *before = b->before;
	uint64_t both = 0, then = 0;

	for (size_t i = map_find_row(before->rows, before->nr_rows, row->start);
	     i < before->nr_rows && before->rows[i].start < row->end; i++) {
		const struct map_row *old = &before->rows[i];
		uint64_t start = old->start > row->start ? old->start : row->start;
		uint64_t end = old->end < row->end ? old->end : row->end;

		if (!is_same_mapping(old, row))
			continue;
		row->account->change = CHANGE_KEPT;
		then += resident(before, start, end);
		both += resident_in_both(before, b->after, start, end);
		add_known(&row->account->rss_before,
			  rss_of_part(before, old, row->start, row->end));
	}
	row->account->around = resident(b->after, row->start, row->end) - both;
	row->account->gone = then - both;
}

static void add_gone(struct builder *b, const struct map_row *old, uint64_t start, uint64_t end)
{
	struct map_row *row;

	if (start >= end)
		return;
	row = add_row(b, old, CHANGE_GONE);
	row->account->rss_before = rss_of_part(b->before, old, start, end);
	row->account->gone = resident(b->before, start, end);
	row->offset += start - row->start;
	row->start = start;
	row->end = end;
	clear_numbers(row);
	b->nr_gone++;
}

/* Adds a row for each part of an old mapping that the map after does not have. */
static void add_gone_parts(struct builder *b, const struct map_row *old)
{
	const struct memory_map *after = b->after;
	uint64_t at = old->start;

	for (size_t i = map_find_row(after->rows, after->nr_rows, at);
	     i < after->nr_rows && after->rows[i].start < old->end; i++) {
		if (!is_same_mapping(old, &after->rows[i]))
			continue;
		add_gone(b, old, at, after->rows[i].start);
		at = after->rows[i].end;
	}
	add_gone(b, old, at, old->end);
}

/* ---- Faults ---- */

static bool fits(const struct map_row *row, const struct touch *touch)
{
	bool shared = row->perms[3] == 's';

	if (touch->page < row->start || touch->page >= row->end)
		return false;
	/* Nobody could look when it happened: the mapping that is there is the best answer. */
	if (!(touch->vma.facts & FT_VMA_KNOWN))
		return true;
	return touch->vma.facts & FT_VMA_COVERS && touch->vma.inode == row->inode &&
	       touch->vma.dev == row->dev && shared == !!(touch->vma.facts & FT_VMA_MAYSHARE);
}

static struct map_row *find_among(const struct builder *b, size_t first, size_t nr,
				  const struct touch *touch)
{
	struct map_row *rows = b->shown->rows + first;
	size_t i = map_find_row(rows, nr, touch->page);

	return i < nr && fits(&rows[i], touch) ? &rows[i] : NULL;
}

/* A mapping that only faults tell of; or none, for a bad address. */
static struct map_row row_of_fault(const struct builder *b, const struct touch *touch)
{
	bool covers = touch->vma.facts & FT_VMA_COVERS;
	struct map_row row = {
		.start = covers ? touch->vma.start : touch->page,
		.end = covers ? touch->vma.end : touch->page + b->touches->page_size,
		.offset = covers ? touch->vma.offset : 0,
		.inode = touch->vma.inode,
		.dev = touch->vma.dev,
		.name = intern__get(&b->touches->names, touch->name),
		.perms = "----",
	};

	if (covers)
		vma_perms(touch->vma.facts, row.perms);
	row.class = map_class_of(&row, touch->vma.facts & FT_VMA_HUGETLB);
	clear_numbers(&row);
	return row;
}

/* Extends the last row if that is alike and adjacent, else adds one: not a row for each page. */
static struct map_row *find_or_add_passed(struct builder *b, const struct touch *touch)
{
	struct memory_map *shown = b->shown;
	struct map_account account = {
		.change = touch->vma.facts & FT_VMA_COVERS ? CHANGE_PASSED : CHANGE_UNMAPPED,
	};
	struct map_row row = row_of_fault(b, touch), *last = NULL;

	row.account = &account;
	if (shown->nr_rows > b->nr_after + b->nr_gone)
		last = &shown->rows[shown->nr_rows - 1];
	if (!last || !transient_is_one(last, &row))
		return add_row(b, &row, account.change);
	transient_grow(last, row.start, row.end);
	return last;
}

static struct map_row *row_of(struct builder *b, const struct touch *touch)
{
	struct map_row *row = NULL;

	if (touch->of != TOUCH_PASSED)
		row = find_among(b, 0, b->nr_after, touch);
	if (!row && touch->of != TOUCH_PASSED)
		row = find_among(b, b->nr_after, b->nr_gone, touch);
	return row ? row : find_or_add_passed(b, touch);
}

/* Was the page resident in the map before? Not if the mapping did not exist then. */
static bool was_resident(const struct builder *b, const struct map_row *row, uint64_t page)
{
	const struct memory_map *before = b->before;
	size_t i = map_find_row(before->rows, before->nr_rows, page);

	return i < before->nr_rows && before->rows[i].start <= page &&
	       is_same_mapping(&before->rows[i], row) &&
	       resident(before, page, page + b->touches->page_size);
}

/*
 * Adds the faults that made a page resident f times: before + f + around - gone = after.
 * Faults while the map before was read count if it lacks the page, those while the map
 * after was read if it has the page.
 */
static void add_installs(struct builder *b, struct map_row *row, const struct touch *sum)
{
	struct map_account *account = row->account;
	int64_t page = (int64_t)b->touches->page_size, f;
	bool is_there = row->account->change == CHANGE_KEPT || row->account->change == CHANGE_NEW;
	int64_t then = was_resident(b, row, sum->page);
	int64_t now = is_there && resident(b->after, sum->page, sum->page + (uint64_t)page);
	int64_t without, with;

	f = (int64_t)(sum->installed + (then ? 0 : sum->early) + (now ? sum->late : 0));
	without = now - then;
	with = now - then - f;
	account->by_faults += (uint64_t)(f * page);
	/* The maps were compared without the page's faults: correct around and gone. */
	account->around += (uint64_t)(((with > 0 ? with : 0) - (without > 0 ? without : 0)) * page);
	account->gone += (uint64_t)(((with < 0 ? -with : 0) - (without < 0 ? -without : 0)) * page);
}

static void add_touch(struct map_account *account, const struct touch *touch)
{
	account->kinds[touch->kind] += touch->faults;
	if (touch->kind == FT_KIND_ERROR)
		return;
	account->faults += touch->faults;
	account->major += touch->major;
	account->ns += touch->ns;
}

static void add_touches(struct builder *b)
{
	const struct touch *touches = touches__sort(b->touches);
	const struct touch *end = touches + b->touches->nr;

	while (touches < end) {
		const struct touch *first = touches;
		struct touch sum = { .page = first->page };
		struct map_row *row = row_of(b, touches);

		/* Touches of one page of one mapping are adjacent, one for each kind. */
		do {
			add_touch(row->account, touches);
			sum.installed += touches->installed;
			sum.early += touches->early;
			sum.late += touches->late;
			touches++;
		} while (touches < end && touch_same_page(touches, first));
		add_installs(b, row, &sum);
	}
}

/* ---- Sums ---- */

static void close_account(const struct builder *b, struct map_row *row)
{
	struct map_account *a = row->account;

	if (!b->before->knows_runs || !b->after->knows_runs) {
		a->by_faults = a->around = a->gone = MAP_UNKNOWN;
		if (!b->before->knows_runs)
			a->rss_before = MAP_UNKNOWN;
	}
	if (a->change == CHANGE_UNKNOWN)
		memset(row->n + 1, 0xff, sizeof(row->n) - sizeof(row->n[0]));
	if (a->by_faults == MAP_UNKNOWN || a->rss_before == MAP_UNKNOWN ||
	    row->n[FIELD_RSS] == MAP_UNKNOWN)
		return;
	a->remainder =
		(int64_t)(row->n[FIELD_RSS] + a->gone - a->rss_before - a->by_faults - a->around);
}

void account__add(struct map_account *sum, const struct map_account *a)
{
	sum->faults += a->faults;
	sum->major += a->major;
	sum->ns += a->ns;
	for (size_t i = 0; i < NR_MAP_KINDS; i++)
		sum->kinds[i] += a->kinds[i];
	add_known(&sum->rss_before, a->rss_before);
	add_known(&sum->by_faults, a->by_faults);
	add_known(&sum->around, a->around);
	add_known(&sum->gone, a->gone);
	sum->remainder += a->remainder;
}

static void add_to_total(struct map_total *total, const struct map_row *row)
{
	const struct map_account *a = row->account;

	if (a->change == CHANGE_KEPT || a->change == CHANGE_NEW || a->change == CHANGE_UNKNOWN)
		map__add_total(total, row);
	account__add(total->account, a);
}

static int compare_rows(const void *left, const void *right)
{
	const struct map_row *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->account->change != b->account->change)
		return (int)a->account->change - (int)b->account->change;
	return strcmp(a->name, b->name);
}

static void fold_passed(struct builder *b)
{
	size_t first = b->nr_after + b->nr_gone;

	b->shown->nr_rows =
		first + transient_fold(b->shown->rows + first, b->shown->nr_rows - first);
}

/* Marks the totals as unknown: there is no map of the process at its end. */
static void forget_numbers(struct memory_map *shown)
{
	memset(shown->all.n, 0xff, sizeof(shown->all.n));
	for (size_t i = 0; i < NR_MAP_CLASSES; i++)
		memset(shown->classes[i].n, 0xff, sizeof(shown->classes[i].n));
}

static void sum_up(struct builder *b)
{
	struct memory_map *shown = b->shown;
	size_t passed = 0;

	shown->all.account = new_account(CHANGE_UNKNOWN);
	for (size_t i = 0; i < NR_MAP_CLASSES; i++)
		shown->classes[i].account = new_account(CHANGE_UNKNOWN);
	for (size_t i = 0; i < shown->nr_rows; i++) {
		struct map_row *row = &shown->rows[i];

		close_account(b, row);
		row->account->passed_before = passed;
		passed += row->account->change == CHANGE_PASSED;
		shown->has_remainder |= row->account->remainder != 0;
		add_to_total(&shown->classes[row->class], row);
		add_to_total(&shown->all, row);
	}
}

void account__build(struct memory_map *shown, const struct memory_map *before,
		    const struct memory_map *after, struct touches *touches)
{
	struct builder b = { shown, 0, before, after, touches, 0, 0 };
	/* Without a map after, faults are matched with the mappings of the map before. */
	bool has_after = after->nr_rows;
	const struct memory_map *there = has_after ? after : before;

	*shown = (struct memory_map) {
		.pid = there->pid,
		.is_complete = after->is_complete,
		.borrows_names = true,
	};
	memcpy(shown->comm, there->comm, sizeof(shown->comm));
	for (size_t i = 0; i < there->nr_rows; i++) {
		struct map_row *row =
			add_row(&b, &there->rows[i], has_after ? CHANGE_NEW : CHANGE_UNKNOWN);

		if (has_after)
			compare_maps(&b, row);
		else
			row->account->rss_before = row->n[FIELD_RSS];
	}
	b.nr_after = shown->nr_rows;
	for (size_t i = 0; has_after && i < before->nr_rows; i++)
		add_gone_parts(&b, &before->rows[i]);
	add_touches(&b);
	fold_passed(&b);
	if (shown->nr_rows)
		qsort(shown->rows, shown->nr_rows, sizeof(*shown->rows), compare_rows);
	sum_up(&b);
	if (!has_after)
		forget_numbers(shown);
	shown->all.n[FIELD_PSS] = has_after ? after->all.n[FIELD_PSS] : MAP_UNKNOWN;
	shown->peak_rss = has_after ? after->peak_rss : MAP_UNKNOWN;
}

static void add_total_account(struct map_total *sum, const struct map_total *total)
{
	if (!sum->account)
		sum->account = new_account(CHANGE_UNKNOWN);
	account__add(sum->account, total->account);
}

void account__add_map(struct memory_map *sum, const struct memory_map *shown)
{
	map__add(sum, shown);
	for (size_t i = 0; i < NR_MAP_CLASSES; i++)
		add_total_account(&sum->classes[i], &shown->classes[i]);
	add_total_account(&sum->all, &shown->all);
	sum->has_remainder |= shown->has_remainder;
}
