/* SPDX-License-Identifier: GPL-2.0-only */
#include "map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/array.h"

#include "../faults/fault.h"
#include "../host/clock.h"
#include "../host/maps.h"
#include "../host/file_cache.h"
#include "../host/pagemap.h"
#include "strip.h"

const char *const map_class_names[NR_MAP_CLASSES] = {
	[CLASS_HEAP] = "heap", [CLASS_STACK] = "stack",	    [CLASS_ANON] = "anon",
	[CLASS_TEXT] = "text", [CLASS_DATA] = "data",	    [CLASS_SHARED] = "shared",
	[CLASS_HUGE] = "huge", [CLASS_SPECIAL] = "special",
};

/*
 * Reads two sources, each for what it tells exactly. /proc/PID/smaps has the numbers: the
 * kernel walks the page tables for it by the rules of smaps_rollup, so that the sums
 * agree (what pagemap calls present includes the zero page, and its swap entries
 * pages under migration). smaps costs as much as a scan of the pagemap, and shows holes
 * at no cost. Only pagemap tells which pages are mapped: the strip needs that, and the
 * page cache is asked for the others.
 */
struct reader {
	const struct map_config *config;
	struct memory_map *map;
	size_t size; /* rows there is room for */
	uint64_t page;
	uint64_t done;
	struct pagemap pagemap;
	struct file_cache file; /* kept open: neighbours often map the same file */
	size_t file_row;	/* that file was opened for */
	struct mapping mapping;
	struct mapping_usage usage;
	struct strip strip;
	size_t row_spans; /* of the row that is read */
	bool is_over;	  /* the rest is left out */
	unsigned char pages[RESIDENCY_WINDOW];
	unsigned char file_pages[RESIDENCY_WINDOW];
};

static bool is_named(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* [vsyscall] is mapped for every process: not its memory, and in none of the kernel's sums. */
static bool is_vsyscall(const struct map_row *row)
{
	return strcmp(row->name, "[vsyscall]") == 0;
}

enum map_class map_class_of(const struct map_row *row, bool is_hugetlb)
{
	if (is_hugetlb)
		return CLASS_HUGE;
	if (row->perms[3] == 's')
		return CLASS_SHARED;
	if (row->inode)
		return row->perms[2] == 'x' ? CLASS_TEXT : CLASS_DATA;
	if (is_named(row->name, "[heap]"))
		return CLASS_HEAP;
	if (is_named(row->name, "[stack"))
		return CLASS_STACK;
	return *row->name == '[' && !is_named(row->name, "[anon") ? CLASS_SPECIAL : CLASS_ANON;
}

static void add_numbers(struct map_total *total, size_t mappings, const uint64_t *n)
{
	total->mappings += mappings;
	for (size_t i = 0; i < NR_MAP_FIELDS; i++) {
		if (n[i] == MAP_UNKNOWN || total->n[i] == MAP_UNKNOWN)
			total->n[i] = MAP_UNKNOWN;
		else
			total->n[i] += n[i];
	}
}

void map__add_total(struct map_total *total, const struct map_row *row)
{
	if (!is_vsyscall(row))
		add_numbers(total, 1, row->n);
}

void map__add(struct memory_map *sum, const struct memory_map *map)
{
	for (size_t i = 0; i < NR_MAP_CLASSES; i++)
		add_numbers(&sum->classes[i], map->classes[i].mappings, map->classes[i].n);
	add_numbers(&sum->all, map->all.mappings, map->all.n);
	sum->nr_rows += map->nr_rows;
	sum->is_complete = sum->is_complete && map->is_complete;
}

static struct map_row *add_row(struct reader *r)
{
	struct memory_map *map = r->map;
	struct map_row *rows = array_reserve(map->rows, map->nr_rows, &r->size, sizeof(*rows));

	if (!rows)
		return NULL;
	map->rows = rows;
	memset(&map->rows[map->nr_rows], 0, sizeof(*map->rows));
	return &map->rows[map->nr_rows++];
}

/* Adjacent rows of equal names share the text, which the first of them owns. */
const char *map__keep_name(const struct memory_map *map, const char *name)
{
	const struct map_row *before = map->nr_rows > 1 ? &map->rows[map->nr_rows - 2] : NULL;

	return before && strcmp(before->name, name) == 0 ? before->name : strdup(name);
}

static uint64_t sum_known(uint64_t a, uint64_t b)
{
	return a == MAPPING_UNKNOWN || b == MAPPING_UNKNOWN ? MAP_UNKNOWN : a + b;
}

static int fill_row(struct reader *r, struct map_row *row)
{
	const struct mapping *m = &r->mapping;
	const struct mapping_usage *usage = &r->usage;
	bool is_hugetlb = usage->page_size != MAPPING_UNKNOWN && usage->page_size > r->page;

	row->start = m->vma.start;
	row->end = m->vma.end;
	row->offset = m->vma.offset;
	row->inode = m->vma.inode;
	row->dev = m->vma.dev;
	vma_perms(m->vma.facts, row->perms);
	row->name = map__keep_name(r->map, m->name);
	if (!row->name) {
		r->map->nr_rows--;
		return -ENOMEM;
	}
	row->class = map_class_of(row, is_hugetlb);
	row->n[FIELD_SIZE] = m->vma.end - m->vma.start;
	row->n[FIELD_RSS] = sum_known(usage->rss, usage->hugetlb);
	row->n[FIELD_HUGE] = usage->huge;
	row->n[FIELD_SWAP] = usage->swap;
	row->n[FIELD_SHARED] = usage->shared;
	row->n[FIELD_PSS] = usage->pss;
	row->n[FIELD_DIRTY] = usage->dirty;
	row->n[FIELD_LOCKED] = usage->locked;
	return 0;
}

/* An inode number alone is not unique on btrfs. */
static bool is_of_same_file(const struct map_row *a, const struct map_row *b)
{
	return a->inode == b->inode && a->dev == b->dev && strcmp(a->name, b->name) == 0;
}

/*
 * To the kernel, private anonymous huge pages are a mapping of a file. That file never has
 * a page: touched pages are the process's own.
 */
static bool is_of_file(const struct map_row *row)
{
	bool is_anon = row->class == CLASS_HUGE && row->perms[3] == 'p' &&
		       is_named(row->name, "/anon_hugepage");

	return row->inode && !is_anon;
}

/* The mapping's file, opened unless the last row had the same; NULL: it maps no file. */
static const struct file_cache *file_of(struct reader *r, const struct map_row *row)
{
	bool is_opened = r->file_row < r->map->nr_rows;

	if (!is_of_file(row))
		return NULL;
	if (is_opened && is_of_same_file(row, &r->map->rows[r->file_row]))
		return &r->file;
	file_cache__close(&r->file);
	file_cache__open(&r->file, r->config->pid, &r->mapping.vma, r->mapping.name);
	r->file_row = (size_t)(row - r->map->rows);
	return &r->file;
}

/* Asks the file for the states of pages that the process has not mapped. */
static void ask_file(struct reader *r, const struct file_cache *file, uint64_t first, size_t nr)
{
	size_t from = 0, to = nr;

	while (from < nr && r->pages[from] != PAGE_ABSENT)
		from++;
	while (to > from && r->pages[to - 1] != PAGE_ABSENT)
		to--;
	if (from == to)
		return;
	file_cache__ask(file, r->mapping.vma.offset + (first + from) * r->page, to - from,
			r->file_pages + from);
	for (size_t i = from; i < to; i++)
		if (r->pages[i] == PAGE_ABSENT)
			r->pages[i] = r->file_pages[i];
}

static void add_run(struct reader *r, uint64_t first, size_t nr)
{
	struct page_run run = { .start = r->mapping.vma.start + first * r->page };

	run.end = run.start + nr * r->page;
	buf__add(&r->map->runs, (const char *)&run, sizeof(run));
}

/* Joins it with the one before. Without room for it, the rest of the map is left out. */
static void add_span(struct reader *r, uint64_t first, size_t nr, enum page_state state)
{
	struct buf *spans = &r->map->spans;
	struct map_span span = { .start = r->mapping.vma.start + first * r->page, .state = state };
	struct map_span *last = NULL;

	if (!r->config->keep_spans || state == PAGE_ABSENT)
		return;
	span.end = span.start + nr * r->page;
	if (r->row_spans)
		last = (struct map_span *)(spans->data + spans->len) - 1;
	if (last && last->end == span.start && last->state == state) {
		last->end = span.end;
		return;
	}
	if (r->config->max_spans && spans->len / sizeof(span) >= r->config->max_spans) {
		r->is_over = true;
		return;
	}
	buf__add(spans, (const char *)&span, sizeof(span));
	r->row_spans++;
}

static void add_pages(struct reader *r, uint64_t first, size_t nr, enum page_state state)
{
	/* A zero page is shown as present: reading it takes no fault. */
	strip__add(&r->strip, first, nr, state == PAGE_ZERO ? PAGE_PRESENT : state);
	add_span(r, first, nr, state);
}

static void add_window(struct reader *r, const struct file_cache *file, uint64_t first, size_t nr)
{
	int found = pagemap__ask(&r->pagemap, r->mapping.vma.start + first * r->page, nr, r->pages);

	if (found < 0)
		r->map->knows_runs = false;
	if (found < 0 || (!found && !file)) {
		add_pages(r, first, nr, found < 0 ? PAGE_UNKNOWN : PAGE_ABSENT);
		return;
	}
	if (!found)
		memset(r->pages, PAGE_ABSENT, nr);
	if (file)
		ask_file(r, file, first, nr);
	for (size_t i = 0, run; i < nr; i += run) {
		enum page_state state = r->pages[i];

		for (run = 1; i + run < nr && r->pages[i + run] == state;)
			run++;
		if (state == PAGE_PRESENT && r->config->keep_runs)
			add_run(r, first + i, run);
		add_pages(r, first + i, run, state);
	}
}

/* Is the rest of the map to be left out, since it has too many pages, or takes too long? */
static bool is_over(struct reader *r)
{
	const struct map_config *config = r->config;

	if (config->until_ns && clock_ns(CLOCK_MONOTONIC) >= config->until_ns)
		r->is_over = true;
	return r->is_over;
}

static void ask_pages(struct reader *r, const struct map_row *row)
{
	uint64_t nr_pages = row->n[FIELD_SIZE] / r->page;
	const struct file_cache *file = file_of(r, row);

	strip__init(&r->strip, nr_pages, r->config->strip);
	if (is_vsyscall(row)) { /* beyond what a pagemap covers */
		strip__add(&r->strip, 0, nr_pages, PAGE_ABSENT);
		return;
	}
	for (uint64_t first = 0; first < nr_pages && !is_over(r); first += RESIDENCY_WINDOW) {
		uint64_t left = nr_pages - first;
		size_t nr = left < RESIDENCY_WINDOW ? (size_t)left : RESIDENCY_WINDOW;

		add_window(r, file, first, nr);
		r->done += nr * r->page;
		if (r->config->progress)
			r->config->progress(r->config->ctx, r->done);
	}
}

static void count_pages(struct reader *r, struct map_row *row)
{
	const uint64_t *pages = r->strip.pages;
	struct file_totals totals = { 0 };
	bool known = !pages[PAGE_UNKNOWN];

	row->n[FIELD_CACHED] = known ? pages[PAGE_CACHED] * r->page : MAP_UNKNOWN;
	row->n[FIELD_ON_DISK] = known ? pages[PAGE_ON_DISK] * r->page : MAP_UNKNOWN;
	known = !is_of_file(row) ||
		file_cache__totals(&r->file, row->offset, row->n[FIELD_SIZE], &totals);
	row->n[FIELD_FILE_DIRTY] = known ? totals.dirty : MAP_UNKNOWN;
	row->n[FIELD_EVICTED] = known ? totals.recently_evicted : MAP_UNKNOWN;
}

bool map__keep_strip(struct map_row *row, const struct strip *strip)
{
	if (!strip->nr_cells)
		return true;
	row->strip = malloc(strip->nr_cells);
	if (!row->strip)
		return false;
	row->nr_cells = strip->nr_cells;
	for (unsigned int i = 0; i < row->nr_cells; i++)
		row->strip[i] = (unsigned char)strip__cell(strip, i);
	return true;
}

static void drop_row(struct memory_map *map)
{
	const struct map_row *row = &map->rows[--map->nr_rows];

	if (!map->nr_rows || row->name != row[-1].name)
		free((char *)row->name);
}

static int read_row(struct reader *r)
{
	struct map_row *row = add_row(r);
	int err = row ? fill_row(r, row) : -ENOMEM;
	size_t runs = r->map->runs.len, spans = r->map->spans.len;

	if (err)
		return err;
	r->row_spans = 0;
	ask_pages(r, row);
	if (r->is_over) {
		/* Of this mapping not all pages were asked for. */
		r->map->spans.len = spans;
		drop_row(r->map);
		return -ETIME;
	}
	row->nr_spans = r->row_spans;
	/* Without RSS, present pages are no memory: the zero page, or a device's. */
	if (!row->n[FIELD_RSS])
		r->map->runs.len = runs;
	count_pages(r, row);
	map__add_total(&r->map->classes[row->class], row);
	map__add_total(&r->map->all, row);
	return map__keep_strip(row, &r->strip) ? 0 : -ENOMEM;
}

static int read_rows(struct reader *r, struct maps_reader *maps)
{
	int more;

	while ((more = maps__next(maps, &r->mapping, &r->usage)) > 0) {
		size_t max = r->config->max_rows;
		bool is_full = max && r->map->nr_rows >= max;
		int err = is_full || is_over(r) ? -ETIME : read_row(r);

		if (err)
			return err;
	}
	if (more < 0 && more != -ESRCH)
		return more;
	if (!r->map->nr_rows)
		return -ESRCH;
	r->map->is_complete = !maps__gone(maps);
	return r->map->is_complete ? 0 : -ESRCH;
}

/*
 * Takes the total PSS from the kernel: smaps rounds that of each mapping down to K, so that
 * the sum of hundreds would be too low.
 */
static void read_pss(struct memory_map *map)
{
	struct mapping_usage usage;
	int err = maps__usage_of_all(map->pid, &usage);

	map->all.n[FIELD_PSS] = err || usage.pss == MAPPING_UNKNOWN ? MAP_UNKNOWN : usage.pss;
}

int map__read(struct memory_map *map, const struct map_config *config)
{
	struct maps_reader *maps = NULL;
	struct reader *r = calloc(1, sizeof(*r));
	int err = r ? maps__open(config->pid, &maps) : -ENOMEM;

	*map = (struct memory_map) {
		.pid = config->pid,
		.knows_runs = config->keep_runs,
		.begin_ns = clock_ns(CLOCK_MONOTONIC),
	};
	if (!err) {
		r->config = config;
		r->map = map;
		r->page = (uint64_t)getpagesize();
		r->file.fd = -1;
		r->file_row = SIZE_MAX;
		pagemap__open(&r->pagemap, config->pid);
		task_comm(config->pid, map->comm);
		err = read_rows(r, maps);
		read_pss(map);
		map->peak_rss = task_peak_rss(config->pid);
		file_cache__close(&r->file);
		pagemap__close(&r->pagemap);
	}
	maps__close(maps);
	free(r);
	map->end_ns = clock_ns(CLOCK_MONOTONIC);
	return err;
}

/* Adjacent rows of equal names share the text: see map__keep_name(). */
static void free_names(struct memory_map *map)
{
	for (size_t i = map->nr_rows; i-- > 0;) {
		free(map->rows[i].strip);
		if (!i || map->rows[i].name != map->rows[i - 1].name)
			free((char *)map->rows[i].name);
	}
}

void map__keep_totals(struct memory_map *map)
{
	/* A sum has no rows of its own: its nr_rows counts those of others. */
	if (map->rows) {
		if (!map->borrows_names)
			free_names(map);
		for (size_t i = 0; i < map->nr_rows; i++)
			free(map->rows[i].account);
		free(map->rows);
		map->rows = NULL;
		map->nr_rows = 0;
	}
	buf__free(&map->runs);
	buf__free(&map->spans);
}

void map__free(struct memory_map *map)
{
	map__keep_totals(map);
	for (size_t i = 0; i < NR_MAP_CLASSES; i++)
		free(map->classes[i].account);
	free(map->all.account);
	*map = (struct memory_map) { 0 };
}

size_t map_find_row(const struct map_row *rows, size_t nr, uint64_t addr)
{
	return COUNT_BEFORE(i, nr, rows[i].end <= addr);
}
