/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The function names of user stacks that the kernel half sent. They are looked up when a
 * stack comes, while its process still runs. Equal stacks are stored once.
 */
#ifndef FAULTS_STACKS_H
#define FAULTS_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bpf/contract/record.h"
#include "jit_advice.h"

struct stacks;
struct code_history;

/*
 * Marks of a stack on one line: STACK_CUT in place of outer frames that could not be read,
 * STACK_INLINED behind the name of an inlined function, as of stackcollapse-perf.pl.
 */
#define STACK_CUT     "[cut]"
#define STACK_INLINED "_[i]"
/* A frame without function and module; with a module it is "libc.so.6+0x26c1a". */
#define STACK_UNKNOWN "[unknown]"

struct stack_frame {
	uint64_t ip;
	const char *function; /* "" if it is not known */
	/* For nameless JIT code: "[anon code] 0x7f1100000000 (pid 42)"; else NULL. */
	const char *made_code;
	uint64_t offset;      /* in the function; without one, in the module */
	const char *module;   /* path; "" if there is none */
	const char *build_id; /* of the module, in hex; "" if there is none */
	uint64_t address;     /* as in the module's symbol table; 0: not known */
	const char *source;   /* file, from debug information; "" without it */
	unsigned int line;    /* 0: not known */
	bool is_inlined;      /* the function is inlined into the next frame: same ip, no offset */
};

struct symbols;

struct stack {
	uint32_t pid;
	size_t nr;
	const struct stack_frame *frames; /* the leaf first */
	bool is_cut;		  /* outer frames are missing: not copied, or not readable */
	enum jit_runtime made_by; /* the runtime that generated made_code of its frames, if known */
	uint64_t serial; /* no other stack, and none with other frames, has it; 0: not known */
};

/* symbols finds the functions; it is to live longer. */
int stacks__new(struct symbols *symbols, struct stacks **ret);
void stacks__free(struct stacks *stacks);

/* Looks addresses up in map from now on. NULL, or before this call: in what is mapped now. */
void stacks__use(struct stacks *stacks, struct code_history *map);

void stacks__learn(struct stacks *stacks, const struct ft_stack *record);
/* Unwinds a copied stack. */
void stacks__learn_copy(struct stacks *stacks, const struct ft_stack_copy *record);

/*
 * The stack with this id; NULL: not known. Its first call looks up inlined functions, which may
 * take long. Valid until stacks__forget() or stacks__tidy().
 */
const struct stack *stacks__find(struct stacks *stacks, uint64_t id);

/*
 * Frees the id of a copied stack. Each copy has an id of its own, and belongs to one fault: after
 * that was shown, nobody needs the id any more.
 */
void stacks__forget(struct stacks *stacks, uint64_t id);
/* The same, and returns an id that all equal stacks share, which stays valid. 0: not known. */
uint64_t stacks__settle(struct stacks *stacks, uint64_t id);

/*
 * If there are many stacks, evicts those that were not used (sent, found or kept) since the last
 * eviction. The kernel half sends an evicted stack again if it is met again.
 */
void stacks__tidy(struct stacks *stacks);
bool stacks__are_many(const struct stacks *stacks);
/* Marks a stack as used. */
void stacks__keep(struct stacks *stacks, uint64_t id);

/* Prints a hint at the end of a run if most stacks were cut at code without frame pointers. */
void stacks__advise(const struct stacks *stacks);

#endif /* FAULTS_STACKS_H */
