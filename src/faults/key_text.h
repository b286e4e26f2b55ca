/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts for the keys of a table, which the kernel half sends as numbers and ids.
 */
#ifndef FAULTS_KEY_TEXT_H
#define FAULTS_KEY_TEXT_H

#include "../../bpf/contract/key.h"
#include "jit_advice.h"
#include "../source/row_spec.h"
#include "row.h"
#include "stacks.h"

struct key_text;

/*
 * Of keys of these types; functions are looked up only where a key tells one. host_root: see
 * known_cgroups__open().
 */
int key_text__new(const struct row_spec *rows, const char *host_root, struct key_text **ret);
void key_text__free(struct key_text *keys);

/* Looks addresses of stacks up in map from now on: see stacks__use(). */
void key_text__use(struct key_text *keys, struct code_history *map);

/* Take records that the kernel half sends besides rows: names, mappings of instructions, cgroups, stacks. */
void key_text__learn_name(struct key_text *keys, const struct ft_name *record);
void key_text__learn_code(struct key_text *keys, const struct ft_code *record);
void key_text__learn_cgroup(struct key_text *keys, const struct ft_cgroup *record);
void key_text__learn_stack(struct key_text *keys, const struct ft_stack *record);

/* As stacks__are_many(), stacks__keep() and stacks__tidy(), for the stacks of keys. */
bool key_text__has_many_stacks(const struct key_text *keys);
void key_text__keep_stack(struct key_text *keys, const struct ft_key_part *part);
void key_text__tidy_stacks(struct key_text *keys);

/*
 * To be called before rows are taken. Forgets the ft_code records of the turn before the last: the
 * kernel half sends one for each new row, and it is needed until the next rows are taken.
 */
void key_text__next_turn(struct key_text *keys);

/*
 * The text of one part of a key, malloc()ed; NULL for a number. some: one of the faults
 * with this key. Sets *made_by if the key is nameless code that a known runtime generated.
 */
char *key_text__text(struct key_text *keys, enum ft_key_type type, const struct ft_key_part *part,
		     const struct ft_fault *some, enum jit_runtime *made_by);
/* See stacks__advise(). */
void key_text__advise(const struct key_text *keys);
/* The stack of a key of type FT_KEY_STACK; NULL: not known. */
const struct stack *key_text__stack(struct key_text *keys, const struct ft_key_part *part);
/* The name of the mapping that the fault hit; valid until the next call. */
const char *key_text__mapping_name(struct key_text *keys, const struct ft_fault *fault);

#endif /* FAULTS_KEY_TEXT_H */
