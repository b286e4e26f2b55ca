/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes the rows of a segment of a capture. What many faults have in common (threads, mappings,
 * stacks) is written once, before the first fault that has it, and gets an id.
 */
#ifndef RECORDING_SEGMENT_H
#define RECORDING_SEGMENT_H

#include "../base/key_map.h"
#include "../capture/writer.h"
#include "../faults/fault.h"
#include "recorder.h"
#include "tables.h"

#define RECENT_MAPPINGS 16 /* a power of two */
#define RECENT_NAME_MAX 200

/* A mapping that was met lately: found without a look at all of them. */
struct recent_mapping {
	struct ft_vma vma;
	uint32_t id; /* 0: none */
	char name[RECENT_NAME_MAX];
};

struct known_thread {
	struct thread_key {
		uint64_t cgroup;
		uint32_t pid, tid, uid, no_padding;
		char comm[FT_COMM_LEN];
	} key;
	uint32_t id;
};

struct segment {
	struct capture_writer *writer;
	struct recorded_cgroups known_cgroups;
	/* -errno: a write has failed, and nothing is taken any more. -EAGAIN: this event is lost. */
	int error;

	/* Those that have rows in this segment. */
	struct key_map threads, mappings, stacks, cgroups;
	struct known_thread last_thread;
	struct recent_mapping recent[RECENT_MAPPINGS];
	/* Ids that were given; a row that was lost had one, too. */
	uint32_t nr_threads, nr_mappings;
	uint64_t nr_stacks;
};

/* Forgets what was written: ids are given anew. */
void segment__begin(struct segment *segment);

/* After an error of this event these write nothing, and return 0. */
string_id segment__bytes(struct segment *segment, const char *bytes, size_t len);
/* NULL: 0. "" is a string. */
string_id segment__string(struct segment *segment, const char *s);
void segment__row(struct segment *segment, enum recording_table table, const void *row);

uint32_t segment__thread(struct segment *segment, const struct ft_fault *rec);
uint32_t segment__mapping(struct segment *segment, const struct ft_vma *vma, const char *name);
uint64_t segment__stack(struct segment *segment, const struct stack *stack);

#endif /* RECORDING_SEGMENT_H */
