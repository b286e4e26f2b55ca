/* SPDX-License-Identifier: GPL-2.0-only */
#include "read_maps.h"

#include <stdlib.h>
#include <string.h>

#include "../base/array.h"
#include "../base/must.h"
#include "read_stacks.h"

/* ---- Maps -------------------------------------------------------------------------------------- */

static void free_map(struct read_map *map)
{
	if (!map)
		return;
	map__free(&map->map);
	buf__free(&map->pages);
	free(map);
}

void read_maps__clear(struct read_maps *maps)
{
	for (size_t i = 0; i < maps->numbers.nr; i++)
		free_map(((struct numbered_map *)key_map__at(&maps->numbers, i))->map);
	key_map__clear(&maps->numbers);
	*maps = (struct read_maps) { .page_size = maps->page_size };
}

/* NULL: there are too many, or it has been taken. */
static struct read_map *find_map(struct read_maps *maps, uint32_t number)
{
	struct numbered_map *found;

	if (maps->last.map && maps->last.number == number)
		return maps->last.map;
	if (!maps->numbers.nr) {
		maps->numbers.item_bytes = sizeof(*found);
		maps->numbers.key_bytes = sizeof(number);
	}
	found = maps->numbers.nr ? key_map__find(&maps->numbers, &number) : NULL;
	if (!found && maps->numbers.nr < READ_MAPS_MAX) {
		found = key_map__add(&maps->numbers, &number);
		found->map = must(calloc(1, sizeof(*found->map)));
	}
	if (!found)
		return NULL;
	maps->last = *found;
	return found->map;
}

bool read_maps__add_pages(struct read_maps *maps, const struct map_pages_row *row)
{
	const struct map_span span = { row->start, row->end, row->state };
	struct read_map *map = find_map(maps, row->map);

	if (!map || row->start >= row->end || row->state >= PAGE_NR_STATES ||
	    maps->all_pages == READ_PAGES_MAX)
		return false;
	maps->all_pages++;
	buf__add(&map->pages, (const char *)&span, sizeof(span));
	return true;
}

/* ---- Mappings ---------------------------------------------------------------------------------- */

static bool find_class(const char *name, enum map_class *class)
{
	for (enum map_class i = 0; i < NR_MAP_CLASSES; i++) {
		if (strcmp(map_class_names[i], name) != 0)
			continue;
		*class = i;
		return true;
	}
	return false;
}

static bool is_perms(const char *text)
{
	static const char *const letters[] = { "r-", "w-", "x-", "sp" };

	if (strlen(text) != sizeof(letters) / sizeof(letters[0]))
		return false;
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (!strchr(letters[i], text[i]))
			return false;
	return true;
}

/* Are these the pages that the mapping had? They are in it, one after the other. */
static bool are_of(const struct map_span *pages, size_t nr, const struct map_mapping_row *row,
		   uint64_t page_size)
{
	uint64_t at = row->start;

	if (nr != row->nr_pages)
		return false;
	for (size_t i = 0; i < nr; i++) {
		if (pages[i].start < at || pages[i].end > row->end ||
		    (pages[i].start - row->start) % page_size ||
		    (pages[i].end - row->start) % page_size)
			return false;
		at = pages[i].end;
	}
	return true;
}

/* The newest row takes its pages. Where some were lost, all are unknown. */
static void take_pages(struct read_map *map, const struct map_mapping_row *from, uint64_t page_size)
{
	struct map_row *row = &map->map.rows[map->map.nr_rows - 1];
	const struct map_span *pages = map_spans(&map->pages, 0);
	const struct map_span unknown = { row->start, row->end, PAGE_UNKNOWN };
	size_t nr = map->pages.len / sizeof(*pages), first = map->next_page, next;

	while (first < nr && pages[first].end <= row->start)
		first++;
	for (next = first; next < nr && pages[next].start < row->end;)
		next++;
	map->next_page = next;
	row->nr_spans = next - first;
	pages = map_spans(&map->pages, first);
	if (are_of(pages, row->nr_spans, from, page_size)) {
		if (row->nr_spans)
			buf__add(&map->map.spans, (const char *)pages,
				 row->nr_spans * sizeof(*pages));
		return;
	}
	row->nr_spans = 1;
	map->lacks_pages = true;
	buf__add(&map->map.spans, (const char *)&unknown, sizeof(unknown));
}

static bool is_possible(const struct memory_map *map, const struct map_mapping_row *row,
			uint64_t page_size)
{
	uint64_t at = map->nr_rows ? map->rows[map->nr_rows - 1].end : 0;

	return row->start >= at && row->start < row->end &&
	       (row->end - row->start) % page_size == 0;
}

/* Is there room for one more? Then it is taken. */
static bool has_room(struct read_maps *maps, const char *name)
{
	size_t len = strlen(name);

	if (maps->all_rows == READ_MAPPINGS_MAX || maps->all_names + len > READ_NAMES_MAX)
		return false;
	maps->all_rows++;
	maps->all_names += len;
	return true;
}

static void add_row(struct read_map *map, const struct map_row *row, const char *name)
{
	struct memory_map *all = &map->map;
	struct map_row *rows =
		array_reserve(all->rows, all->nr_rows, &map->size_rows, sizeof(*rows));

	all->rows = must(rows);
	all->rows[all->nr_rows++] = *row;
	all->rows[all->nr_rows - 1].name = must((char *)map__keep_name(all, name));
}

bool read_maps__add_mapping(struct read_maps *maps, const struct map_mapping_row *from,
			    const struct capture_reader *reader)
{
	const char *perms = read_text(reader, from->perms), *name = read_text(reader, from->name);
	struct read_map *map = find_map(maps, from->map);
	struct map_row row = {
		.start = from->start,
		.end = from->end,
		.offset = from->offset,
		.inode = from->inode,
		.dev = from->dev,
	};

	if (!map || !is_possible(&map->map, from, maps->page_size) || !is_perms(perms) ||
	    !find_class(read_text(reader, from->class), &row.class) || !has_room(maps, name))
		return false;
	memcpy(row.perms, perms, sizeof(row.perms));
	memcpy(row.n, from->n, sizeof(row.n));
	row.n[FIELD_SIZE] = row.end - row.start;
	add_row(map, &row, name);
	take_pages(map, from, maps->page_size);
	return true;
}

/* ---- The whole map ----------------------------------------------------------------------------- */

/* Takes it from the maps. */
static void finish(struct read_maps *maps, const struct whole_map_row *row, struct memory_map *map)
{
	struct numbered_map *numbered = key_map__find(&maps->numbers, &row->map);

	*map = numbered->map->map;
	numbered->map->map = (struct memory_map) { 0 };
	map->knows_runs = row->knows_pages && !numbered->map->lacks_pages;
	map->is_complete =
		row->is_complete && map->nr_rows == row->nr_mappings && !numbered->map->lacks_pages;
	free_map(numbered->map);
	numbered->map = NULL;
	maps->last.map = NULL;
}

bool read_maps__end(struct read_maps *maps, const struct whole_map_row *row,
		    const struct capture_reader *reader, struct memory_map *map)
{
	const struct read_map *found = find_map(maps, row->map);

	if (!found || !found->map.nr_rows || !row->pid || row->pid > INT32_MAX)
		return false;
	finish(maps, row, map);
	map->pid = (int)row->pid;
	strncpy(map->comm, read_text(reader, row->comm), sizeof(map->comm) - 1);
	map->begin_ns = row->begin_ns;
	map->end_ns = row->end_ns;
	map->peak_rss = row->peak_rss;
	map->all.n[FIELD_PSS] = row->pss;
	return true;
}
