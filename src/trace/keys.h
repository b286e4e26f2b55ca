/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The keys of a table in words: what the kernel half knows as numbers and ids.
 */
#ifndef TRACE_KEYS_H
#define TRACE_KEYS_H

#include "../../bpf/key.h"
#include "jit_advice.h"
#include "row.h"
#include "stacks.h"

struct keys;

int keys__new(struct keys **ret);
void keys__free(struct keys *keys);

/* Where to ask what was at an address; NULL, and before that: what is there now. */
void keys__use(struct keys *keys, struct code_map *map);

/* Names, and where instructions are: what the ring carries beside faults. */
void keys__learn(struct keys *keys, const struct ft_header *record);

/* As in stacks.h, for keys of rows that go on. */
bool keys__has_many_stacks(const struct keys *keys);
void keys__keep_stack(struct keys *keys, const struct ft_key_part *part);
void keys__tidy_stacks(struct keys *keys);

/*
 * Rows are about to be taken again. Where instructions are is told anew for each new
 * row: it is needed until the rows after these are taken, and no longer.
 */
void keys__next_turn(struct keys *keys);

/*
 * One part of a key: its words, malloc()ed; NULL for what is a number. some: one of
 * the faults it stands for. *made_by is set where it is code that a runtime made and
 * nobody can name.
 */
char *keys__text(struct keys *keys, enum ft_key_type type, const struct ft_key_part *part,
		 const struct ft_fault *some, enum jit_runtime *made_by);
/* As in stacks.h. */
void keys__advise(const struct keys *keys);
/* The stack of a key of that type; NULL: not known. */
const struct stack *keys__stack(struct keys *keys, const struct ft_key_part *part);
/* The name of the mapping that the fault hit; valid until the next call. */
const char *keys__mapping_name(struct keys *keys, const struct ft_fault *fault);

#endif /* TRACE_KEYS_H */
