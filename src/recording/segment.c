/* SPDX-License-Identifier: GPL-2.0-only */
#include "segment.h"

#include <stdlib.h>
#include <string.h>

/* With so many of a kind all are forgotten, and written again where they come again. */
#define KNOWN_MAX (64u << 10)

struct known_mapping {
	struct mapping_key {
		struct ft_vma vma; /* name_id is 0: the kernel half's ids are not recorded */
		string_id name;
		uint32_t no_padding;
	} key;
	uint32_t id;
};

struct known_stack {
	uint64_t serial;
	uint64_t id;
};

struct known_cgroup {
	uint64_t id;
};

#define NONE(type, key)                                                           \
	(struct key_map)                                                          \
	{                                                                         \
		.item_bytes = sizeof(type), .key_bytes = sizeof(((type *)0)->key) \
	}

static void forget(struct segment *segment)
{
	key_map__clear(&segment->threads);
	key_map__clear(&segment->mappings);
	key_map__clear(&segment->stacks);
	key_map__clear(&segment->cgroups);
	segment->threads = NONE(struct known_thread, key);
	segment->mappings = NONE(struct known_mapping, key);
	segment->stacks = NONE(struct known_stack, serial);
	segment->cgroups = NONE(struct known_cgroup, id);
	segment->last_thread.id = 0;
	for (size_t i = 0; i < RECENT_MAPPINGS; i++)
		segment->recent[i].id = 0;
}

void segment__begin(struct segment *segment)
{
	forget(segment);
	segment->nr_threads = segment->nr_mappings = 0;
	segment->nr_stacks = 0;
}

/* ---- Strings and rows ---------------------------------------------------------------------------- */

string_id segment__bytes(struct segment *segment, const char *bytes, size_t len)
{
	string_id id = 0;

	if (len > CAPTURE_STRING_MAX)
		len = CAPTURE_STRING_MAX;
	if (!segment->error)
		segment->error = capture_writer__string(segment->writer, bytes, len, &id);
	return id;
}

string_id segment__string(struct segment *segment, const char *s)
{
	return s ? segment__bytes(segment, s, strlen(s)) : 0;
}

void segment__row(struct segment *segment, enum recording_table table, const void *row)
{
	uint64_t values[RECORDING_COLUMNS];

	if (segment->error)
		return;
	recording_values(table, row, values);
	segment->error = capture_writer__row(segment->writer, table, values);
}

/* Adds an item whose row is written, unless that failed. */
static void *remember(struct segment *segment, struct key_map *map, const void *key)
{
	if (segment->error)
		return NULL;
	if (map->nr == KNOWN_MAX)
		forget(segment);
	return key_map__add(map, key);
}

/* ---- Threads ------------------------------------------------------------------------------------- */

static void add_cgroup(struct segment *segment, uint64_t id)
{
	const struct recorded_cgroups *known = &segment->known_cgroups;
	struct cgroup_row row = { .id = id };

	if (!id || !known->path || key_map__find(&segment->cgroups, &id))
		return;
	row.path = segment__string(segment, known->path(known->ctx, id));
	row.container = segment__string(segment, known->container(known->ctx, id));
	segment__row(segment, RECORDING_CGROUP, &row);
	remember(segment, &segment->cgroups, &id);
}

static struct thread_key thread_key_of(const struct ft_fault *rec)
{
	struct thread_key key = {
		.cgroup = rec->cgroup_id,
		.pid = rec->pid,
		.tid = rec->tid,
		.uid = rec->uid,
	};

	memcpy(key.comm, rec->comm, sizeof(key.comm));
	return key;
}

static uint32_t add_thread(struct segment *segment, const struct thread_key *key)
{
	struct thread_row row = {
		.cgroup = key->cgroup,
		.id = ++segment->nr_threads,
		.pid = key->pid,
		.tid = key->tid,
		.uid = key->uid,
		.comm = segment__bytes(segment, key->comm, strnlen(key->comm, sizeof(key->comm))),
	};
	struct known_thread *known;

	add_cgroup(segment, key->cgroup);
	segment__row(segment, RECORDING_THREAD, &row);
	known = remember(segment, &segment->threads, key);
	if (!known)
		return 0;
	return known->id = row.id;
}

uint32_t segment__thread(struct segment *segment, const struct ft_fault *rec)
{
	struct known_thread *last = &segment->last_thread, *known;
	struct thread_key key = thread_key_of(rec);

	if (last->id && !memcmp(&last->key, &key, sizeof(key)))
		return last->id;
	known = key_map__find(&segment->threads, &key);
	last->id = known ? known->id : add_thread(segment, &key);
	last->key = key;
	return last->id;
}

/* ---- Mappings ------------------------------------------------------------------------------------ */

static uint32_t find_or_add_mapping(struct segment *segment, const struct ft_vma *vma,
				    const char *name)
{
	struct mapping_key key = { .vma = *vma, .name = segment__string(segment, name) };
	struct known_mapping *known;
	struct mapping_row row;

	key.vma.name_id = 0;
	known = key_map__find(&segment->mappings, &key);
	if (known)
		return known->id;
	row = (struct mapping_row) { key.vma, ++segment->nr_mappings, key.name };
	segment__row(segment, RECORDING_MAPPING, &row);
	known = remember(segment, &segment->mappings, &key);
	if (!known)
		return 0;
	return known->id = row.id;
}

uint32_t segment__mapping(struct segment *segment, const struct ft_vma *vma, const char *name)
{
	struct recent_mapping *recent =
		&segment->recent[(vma->start >> 12 ^ vma->start >> 16) % RECENT_MAPPINGS];
	size_t len;

	if (recent->id && !memcmp(&recent->vma, vma, sizeof(*vma)) && !strcmp(recent->name, name))
		return recent->id;
	recent->id = 0;
	len = strlen(name);
	if (len >= sizeof(recent->name))
		return find_or_add_mapping(segment, vma, name);
	recent->vma = *vma;
	memcpy(recent->name, name, len + 1);
	return recent->id = find_or_add_mapping(segment, vma, name);
}

/* ---- Stacks -------------------------------------------------------------------------------------- */

static void add_frame(struct segment *segment, uint64_t stack, const struct stack_frame *frame)
{
	struct frame_row row = {
		.stack = stack,
		.ip = frame->ip,
		.offset = frame->offset,
		.address = frame->address,
		.function = segment__string(segment, frame->function),
		.made_code = segment__string(segment, frame->made_code),
		.module = segment__string(segment, frame->module),
		.build_id = segment__string(segment, frame->build_id),
		.source = segment__string(segment, frame->source),
		.line = frame->line,
		.is_inlined = frame->is_inlined,
	};

	segment__row(segment, RECORDING_FRAME, &row);
}

uint64_t segment__stack(struct segment *segment, const struct stack *stack)
{
	struct known_stack *known = key_map__find(&segment->stacks, &stack->serial);
	struct stack_row row;

	if (known)
		return known->id;
	row = (struct stack_row) {
		.id = ++segment->nr_stacks,
		.pid = stack->pid,
		.nr = (uint32_t)stack->nr,
		.is_cut = stack->is_cut,
		.made_by = (uint8_t)stack->made_by,
	};
	for (size_t i = 0; i < stack->nr; i++)
		add_frame(segment, row.id, &stack->frames[i]);
	segment__row(segment, RECORDING_STACK, &row);
	known = remember(segment, &segment->stacks, &stack->serial);
	if (!known)
		return 0;
	return known->id = row.id;
}
