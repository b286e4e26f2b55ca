/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace report FILE map`: the newest memory map of each process. */
#include <errno.h>
#include <stdlib.h>

#include "../base/array.h"
#include "../base/log.h"
#include "../base/must.h"
#include "../base/units.h"
#include "report.h"
#include "show_map.h"

/* More processes than a recorder takes the maps of. */
#define PROCESSES_MAX 4096

struct map_view {
	struct format *format;
	struct memory_map *maps;
	size_t nr, size;
};

static int begin(struct report *r)
{
	struct map_view *view = r->state = must(calloc(1, sizeof(*view)));

	map_describe(&r->start, r->opts);
	/* A map of one moment, as of a run that does not trace. */
	r->start.plan = NULL;
	view->format = format__new(r->opts->format, &r->out.buf, &r->start);
	return view->format ? 0 : -ENOMEM;
}

/* The map of the process so far, or a new one without rows; NULL: there are too many. */
static struct memory_map *place_of(struct map_view *view, int pid)
{
	for (size_t i = 0; i < view->nr; i++)
		if (view->maps[i].pid == pid)
			return &view->maps[i];
	if (view->nr == PROCESSES_MAX)
		return NULL;
	view->maps = must(array_reserve(view->maps, view->nr, &view->size, sizeof(*view->maps)));
	view->maps[view->nr] = (struct memory_map) { 0 };
	return &view->maps[view->nr++];
}

static void take_map(struct report *r, const struct memory_map *map)
{
	struct memory_map *place = place_of(r->state, map->pid), left = *map;

	if (!place) {
		map__free(&left);
		return;
	}
	map__free(place);
	*place = *map;
}

static void tell_time(const struct report *r, const struct memory_map *map)
{
	struct buf text = { 0 };
	unsigned long long begin = r->start.time_ns;

	if (r->opts->quiet)
		return;
	units_add_duration(&text, map->end_ns > begin ? map->end_ns - begin : 0);
	log_note("the memory map of %d was read %.*s after the begin%s", map->pid, (int)text.len,
		 text.data, map->is_complete ? "" : "; a part of it is missing");
	buf__free(&text);
}

/* Shows the process, of which only the totals are kept then. */
static void show(struct report *r, struct memory_map *map, struct memory_map *sum)
{
	const struct map_view *view = r->state;

	if (!map__restore(map, r->start.strip, r->start.page_size)) {
		r->failed = log_no_memory();
		return;
	}
	tell_time(r, map);
	map_show(view->format, map, &r->out);
	output__flush(&r->out);
	map__add(sum, map);
	map__keep_totals(map);
}

static void tell_none(struct report *r)
{
	bool has_time = r->opts->from_ns || r->opts->to_ns;

	log_error("cannot show map: %s has no memory map%s", r->opts->capture,
		  has_time ? " of that time" : "");
	if (has_time)
		log_hint("without --from and --to the newest ones are shown");
	else
		log_hint("record --maps records those of -p PID, or of a CMD that lasts");
	r->failed = -ENODATA;
}

static void end(struct report *r)
{
	const struct map_view *view = r->state;
	struct memory_map sum = { .is_complete = true };
	const struct run_end run_end = { .elapsed_ns = r->end.elapsed_ns };

	if (!view->nr) {
		tell_none(r);
		return;
	}
	format__show_map(view->format, begin);
	for (size_t i = 0; i < view->nr && !output__broken(&r->out); i++)
		show(r, &view->maps[i], &sum);
	if (view->nr > 1 || r->start.nr_target_ids > 1)
		format__show_map(view->format, sum, view->maps, view->nr, &sum);
	format__show_map(view->format, end, &sum, &run_end);
}

static void free_view(struct report *r)
{
	struct map_view *view = r->state;

	if (!view)
		return;
	for (size_t i = 0; i < view->nr; i++)
		map__free(&view->maps[i]);
	free(view->maps);
	format__free(view->format);
	free(view);
}

const struct report_view report_map = {
	.begin = begin,
	.map = take_map,
	.end = end,
	.free = free_view,
	.counts_no_faults = true,
};
