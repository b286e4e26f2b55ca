/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts for the keys of a table, made of what is known of a key already. */
#ifndef FAULTS_KEY_WORDS_H
#define FAULTS_KEY_WORDS_H

#include "../../bpf/contract/key.h"
#include "../base/buf.h"
#include "stacks.h"

/*
 * The text of a key that is a number in the contract, but is told in words, or of a thread name.
 * NULL: keys of this type have no such text, or the value is not known. Valid until the next call.
 */
const char *key_words__number(enum ft_key_type type, const struct ft_key_part *part);

/* The name of the mapping of a fault; if that is "", what the mapping is. */
const char *key_words__file(const char *name, const struct ft_vma *vma);

/* The place of a fault that no instruction took, but get_user_pages. */
#define KEY_WORDS_GUP "[gup]"

/* What is known of an instruction. */
struct key_function {
	const char *name;      /* of its function; "": not known */
	const char *module;    /* "": not known */
	const char *made_code; /* as in struct stack_frame */
	uint64_t offset;       /* in the module; only used without a name */
	uint64_t address;
};

/*
 * Adds "memcpy (libc.so.6)"; without a function the first that is known of made_code, the offset
 * in the module, and the address.
 */
void key_words__add_function(struct buf *text, const struct key_function *function);
/* Adds "/src/db/table.c:42". */
void key_words__add_line(struct buf *text, const char *source, unsigned int line);

/* Adds "main;read_table;memcpy", the leaf last, with the marks of stacks.h. stack: NULL: not known. */
void key_words__add_stack(struct buf *text, const struct stack *stack);

#endif /* FAULTS_KEY_WORDS_H */
