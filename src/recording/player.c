/* SPDX-License-Identifier: GPL-2.0-only */
#include "player.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/must.h"
#include "id_rows.h"
#include "read_maps.h"
#include "read_run.h"
#include "read_stacks.h"

struct player {
	struct capture_reader *reader;
	struct read_stacks stacks;
	struct id_rows threads, mappings;
	struct read_maps maps;
	struct memory_map map; /* of the event, unless it has been asked for */
	size_t nr_maps;
	unsigned long long refused;

	struct read_run run;
	bool is_told; /* the run, as an event */
	bool has_end; /* p->end, if no rows follow */
	bool is_followed;

	/* A row that was read while PLAYER_START was due. */
	struct capture_row row;
	bool is_pending;

	/* The row as it was read, which the next one of the block changes; and as it is taken. */
	union {
		struct start_row start;
		struct target_row target;
		struct frame_row frame;
		struct stack_row stack;
		struct setting_row setting;
		struct cgroup_row cgroup;
		struct thread_row thread;
		struct mapping_row mapping;
		struct fault_row fault;
		struct loss_row loss;
		struct map_pages_row map_pages;
		struct map_mapping_row map_mapping;
		struct whole_map_row map;
		struct run_end end;
	} read, values;

	/* The event. */
	struct fault fault; /* points to values.fault */
	struct fault_symbol symbol, data_symbol;
	struct run_end end;
};

/* Ids are of a segment. */
static void forget_segment(struct player *p)
{
	read_stacks__clear(&p->stacks);
	id_rows__clear(&p->threads);
	id_rows__clear(&p->mappings);
}

struct player *player__new(const struct capture_input *input,
			   const struct capture_problem_sink *problems)
{
	struct player *p = must(calloc(1, sizeof(*p)));
	const struct capture_reader_options options = {
		.input = *input,
		.wanted = recording_wanted(),
		.nr_wanted = RECORDING_TABLES,
		.problems = *problems,
	};

	p->reader = capture_reader__new(&options);
	read_stacks__clear(&p->stacks);
	p->threads.row_bytes = sizeof(struct thread_row);
	p->mappings.row_bytes = sizeof(struct mapping_row);
	return p;
}

void player__free(struct player *p)
{
	if (!p)
		return;
	read_run__free(&p->run);
	forget_segment(p);
	read_maps__clear(&p->maps);
	map__free(&p->map);
	capture_reader__free(p->reader);
	free(p);
}

/* ---- The run --------------------------------------------------------------------------------- */

/* What became of a row. */
enum taken {
	ROW_REFUSED, /* its values are impossible, or exceed what is kept in memory */
	ROW_TAKEN,
	ROW_IS_EVENT,
};

static enum taken taken_if(bool is_taken)
{
	return is_taken ? ROW_TAKEN : ROW_REFUSED;
}

/* Each segment has the row; the first one that can be read is taken. */
static enum taken take_start(struct player *p, enum player_event *event)
{
	(void)event;
	if (!p->run.has_start)
		read_run__add_start(&p->run, &p->values.start, p->reader);
	p->maps.page_size = p->run.start.page_size;
	return ROW_TAKEN;
}

/* Targets and settings come behind the start row; those of later segments repeat them. */
static enum taken take_target(struct player *p, enum player_event *event)
{
	(void)event;
	return taken_if(p->is_told || read_run__add_target(&p->run, p->values.target.id));
}

static enum taken take_setting(struct player *p, enum player_event *event)
{
	(void)event;
	return taken_if(p->is_told ||
			read_run__add_setting(&p->run, &p->values.setting, p->reader));
}

static enum taken take_cgroup(struct player *p, enum player_event *event)
{
	(void)event;
	return taken_if(read_run__add_cgroup(&p->run, &p->values.cgroup, p->reader));
}

static enum taken take_loss(struct player *p, enum player_event *event)
{
	(void)event;
	return taken_if(read_run__add_loss(&p->run, &p->values.loss));
}

/* It is the end unless there is more: each file of a run in several files has one. */
static enum taken take_end(struct player *p, enum player_event *event)
{
	(void)event;
	p->end = p->values.end;
	p->has_end = true;
	return ROW_TAKEN;
}

/* ---- Faults ---------------------------------------------------------------------------------- */

/* Are the values in the ranges that all who look at faults rely on? */
static bool is_sound(const struct ft_fault *rec)
{
	return rec->access <= FT_ACCESS_UNKNOWN && rec->origin < FT_ORIGIN_COUNT &&
	       rec->outcome < FT_OUTCOME_COUNT && (rec->major <= 1 || rec->major == FT_UNKNOWN8) &&
	       rec->before <= FT_PTE_SPECIAL && rec->after <= FT_PTE_SPECIAL &&
	       rec->before_page <= FT_PAGE_RAW && rec->after_page <= FT_PAGE_RAW &&
	       rec->order < 32 && rec->thp <= FT_THP_FELL_BACK && rec->weight;
}

/* A known symbol always has a module. */
static const struct fault_symbol *make_symbol(const struct player *p,
					      const struct symbol_fields *fields,
					      struct fault_symbol *symbol)
{
	if (!fields->module)
		return NULL;
	*symbol = (struct fault_symbol) {
		.name = read_text(p->reader, fields->name),
		.offset = fields->offset,
		.module = read_text(p->reader, fields->module),
	};
	return symbol;
}

static enum taken take_thread(struct player *p, enum player_event *event)
{
	const struct thread_row *row = &p->values.thread;

	(void)event;
	return taken_if(id_rows__add(&p->threads, row->id, row));
}

static enum taken take_mapping(struct player *p, enum player_event *event)
{
	const struct mapping_row *row = &p->values.mapping;

	(void)event;
	return taken_if(id_rows__add(&p->mappings, row->id, row));
}

/* Completes the record by the rows of its thread and of its mapping. False: they were lost. */
static bool join(struct player *p, struct fault_row *row)
{
	const struct thread_row *thread = id_rows__find(&p->threads, row->thread);
	const struct mapping_row *mapping = id_rows__find(&p->mappings, row->mapping);

	if ((row->thread && !thread) || (row->mapping && !mapping))
		return false;
	if (thread) {
		row->rec.pid = thread->pid;
		row->rec.tid = thread->tid;
		row->rec.uid = thread->uid;
		row->rec.cgroup_id = thread->cgroup;
		row->old_comm = thread->comm;
	}
	if (mapping) {
		row->rec.vma = mapping->vma;
		row->old_mapping = mapping->name;
	}
	return true;
}

static enum taken take_fault(struct player *p, enum player_event *event)
{
	struct fault_row *row = &p->values.fault;
	struct fault *fault = &p->fault;

	row->rec.h.type = FT_RECORD_FAULT;
	row->rec.h.size = sizeof(row->rec);
	if (!is_sound(&row->rec) || !join(p, row))
		return ROW_REFUSED;
	strncpy(row->rec.comm, read_text(p->reader, row->old_comm), sizeof(row->rec.comm) - 1);
	*fault = (struct fault) {
		.rec = &row->rec,
		.verdict = ft_classify(&row->rec),
		.has_cached = row->has_cached,
		.cached = row->cached,
		.has_read_pages = row->has_read_pages,
		.read_pages = row->rec.read_pages,
		.stack = row->stack ? read_stacks__find(&p->stacks, row->stack, p->reader) : NULL,
		.causes = row->has_causes ? &row->causes : NULL,
		.throttled = row->is_throttled ? &row->throttled : NULL,
		.symbol = make_symbol(p, &row->symbol, &p->symbol),
		.data_symbol = make_symbol(p, &row->data_symbol, &p->data_symbol),
		.made_code = row->made_code ? read_text(p->reader, row->made_code) : NULL,
		.source = row->source ? read_text(p->reader, row->source) : NULL,
		.line = row->line,
		.name = read_text(p->reader, row->old_mapping),
	};
	*event = fault->throttled ? PLAYER_THROTTLED : PLAYER_FAULT;
	return ROW_IS_EVENT;
}

/* ---- Stacks ---------------------------------------------------------------------------------- */

static enum taken take_frame(struct player *p, enum player_event *event)
{
	(void)event;
	return taken_if(read_stacks__add_frame(&p->stacks, &p->values.frame));
}

static enum taken take_stack(struct player *p, enum player_event *event)
{
	(void)event;
	return taken_if(read_stacks__add(&p->stacks, &p->values.stack));
}

/* ---- Memory maps ----------------------------------------------------------------------------- */

static enum taken take_map_pages(struct player *p, enum player_event *event)
{
	(void)event;
	return taken_if(read_maps__add_pages(&p->maps, &p->values.map_pages));
}

static enum taken take_map_mapping(struct player *p, enum player_event *event)
{
	(void)event;
	return taken_if(read_maps__add_mapping(&p->maps, &p->values.map_mapping, p->reader));
}

static enum taken take_map(struct player *p, enum player_event *event)
{
	map__free(&p->map);
	if (!read_maps__end(&p->maps, &p->values.map, p->reader, &p->map))
		return ROW_REFUSED;
	p->nr_maps++;
	*event = PLAYER_MAP;
	return ROW_IS_EVENT;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* Of each table: takes p->values. Sets *event if the row is one. */
static enum taken (*const takers[RECORDING_TABLES])(struct player *p, enum player_event *event) = {
	[RECORDING_START] = take_start,
	[RECORDING_TARGET] = take_target,
	[RECORDING_SETTING] = take_setting,
	[RECORDING_CGROUP] = take_cgroup,
	[RECORDING_THREAD] = take_thread,
	[RECORDING_MAPPING] = take_mapping,
	[RECORDING_FRAME] = take_frame,
	[RECORDING_STACK] = take_stack,
	[RECORDING_FAULT] = take_fault,
	[RECORDING_LOSS] = take_loss,
	[RECORDING_MAP_PAGES] = take_map_pages,
	[RECORDING_MAP_MAPPING] = take_map_mapping,
	[RECORDING_MAP] = take_map,
	[RECORDING_END] = take_end,
};

/* Takes the row. True: *event came of it. */
static bool take(struct player *p, enum recording_table table, enum player_event *event)
{
	enum taken taken;

	if (p->row.is_first)
		memset(&p->read, 0, sizeof(p->read));
	recording_row(table, &p->row, &p->read);
	p->values = p->read;
	taken = takers[table](p, event);
	p->refused += taken == ROW_REFUSED;
	return taken == ROW_IS_EVENT;
}

static bool is_of_run(enum recording_table table)
{
	return table == RECORDING_START || table == RECORDING_TARGET || table == RECORDING_SETTING;
}

/* Reads a row, or takes the one that waits. As capture_reader__next(). */
static int read_row(struct player *p)
{
	int ret = 1;

	if (!p->is_pending) {
		ret = capture_reader__next(p->reader, &p->row);
		if (ret == 1 && p->row.begins_segment)
			forget_segment(p);
	}
	p->is_pending = false;
	return ret;
}

/* PLAYER_START is due once all that tells of the run has been read. */
static int tell_start(struct player *p, enum player_event *event)
{
	if (!p->run.has_start)
		return -ENODATA;
	p->is_told = true;
	*event = PLAYER_START;
	return 1;
}

int player__next(struct player *p, enum player_event *event)
{
	int ret = 0;

	while (!p->is_followed && (ret = read_row(p)) == 1) {
		enum recording_table table = recording_table(p->row.table->id);

		if (!p->is_told && p->run.has_start && !is_of_run(table)) {
			p->is_pending = true;
			return tell_start(p, event);
		}
		/* A row that comes before the start row is of a run of which nothing is known. */
		if (p->run.has_start && p->row.begins_capture) {
			p->is_followed = true;
			break;
		}
		p->has_end = false;
		if (!p->run.has_start && !is_of_run(table))
			p->refused++;
		else if (take(p, table, event))
			return 1;
	}
	if (p->is_followed)
		ret = 0;
	if (ret)
		return ret;
	if (!p->is_told)
		return tell_start(p, event);
	if (!p->has_end)
		return 0;
	p->has_end = false;
	*event = PLAYER_END;
	return 1;
}

bool player__is_followed(const struct player *p)
{
	return p->is_followed;
}

const char *player__command_line(const struct player *p)
{
	return p->run.command_line;
}

const struct run_start *player__start(const struct player *p)
{
	return &p->run.start;
}

struct player_has player__has(const struct player *p)
{
	return p->run.has;
}

struct player_cut player__cut(const struct player *p)
{
	return p->run.cut;
}

struct source_info player__info(const struct player *p)
{
	return p->run.info;
}

const struct recording_setting *player__settings(const struct player *p, size_t *nr)
{
	*nr = p->run.nr_settings;
	return p->run.settings;
}

const char *player__cgroup(const struct player *p, uint64_t id)
{
	return read_run__cgroup(&p->run, id);
}

const char *player__container(const struct player *p, uint64_t id)
{
	return read_run__container(&p->run, id);
}

const struct loss_row *player__losses(const struct player *p, size_t *nr)
{
	*nr = p->run.nr_losses;
	return p->run.losses;
}

const struct fault *player__fault(const struct player *p)
{
	return &p->fault;
}

struct memory_map player__map(struct player *p)
{
	struct memory_map map = p->map;

	p->map = (struct memory_map) { 0 };
	return map;
}

size_t player__nr_maps(const struct player *p)
{
	return p->nr_maps;
}

const struct run_end *player__end(const struct player *p)
{
	return &p->end;
}

unsigned long long player__refused(const struct player *p)
{
	return p->refused;
}
