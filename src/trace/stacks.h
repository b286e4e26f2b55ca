/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User stacks as the kernel half sent them, in words. Looked up when they come,
 * as long as their process is there; stacks that are equal are one.
 */
#ifndef TRACE_STACKS_H
#define TRACE_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bpf/faulttrace.h"
#include "jit_advice.h"

struct stacks;
struct code_map;

/*
 * How a stack on one line marks what cannot be read, where the outermost frame would
 * be, and behind its name a function that is inlined: as stackcollapse-perf.pl does.
 */
#define STACK_CUT     "[cut]"
#define STACK_INLINED "_[i]"
/* What has neither function nor module; with a module it is "libc.so.6+0x26c1a". */
#define STACK_UNKNOWN "[unknown]"

struct stack_frame {
	uint64_t ip;
	const char *function; /* "" if it is not known */
	/* Of code made at run time without a name: "[anon code] 0x7f1100000000 (pid 42)"; else NULL. */
	const char *made_code;
	uint64_t offset;      /* in the function; else in the module */
	const char *module;   /* path; "" if there is none */
	const char *build_id; /* of the module, in hex; "" */
	uint64_t address;     /* as the module's own addresses count; 0: not known */
	const char *source;   /* ""; with line only where there is debug information */
	unsigned int line;    /* 0: not known */
	bool is_inlined;      /* into the next frame, at the same ip; it has no offset */
};

struct stack {
	uint32_t pid;
	size_t nr;
	const struct stack_frame *frames; /* the leaf first */
	bool is_cut;		  /* there are more, outside of what was copied or can be read */
	enum jit_runtime made_by; /* what made such code of its frames, if that is known */
};

int stacks__new(struct stacks **ret);
void stacks__free(struct stacks *stacks);

/* Where to ask what was at an address; NULL, and before that: what is there now. */
void stacks__use(struct stacks *stacks, struct code_map *map);

/* An ft_stack, or an ft_stack_copy, which is unwound. */
void stacks__learn(struct stacks *stacks, const struct ft_header *record);

/*
 * NULL: not known. What was inlined is looked for when a stack is found first, which
 * may take long. Lives until stacks__forget() or stacks__tidy().
 */
const struct stack *stacks__find(struct stacks *stacks, uint64_t id);

/*
 * Each copy of a stack has its own id, and is of one fault: when it was shown, it is
 * not needed any more.
 */
void stacks__forget(struct stacks *stacks, uint64_t id);
/* Instead: the id that all copies that came out the same have, to be kept. 0: not known. */
uint64_t stacks__settle(struct stacks *stacks, uint64_t id);

/*
 * When there are many, those are forgotten that were neither sent nor found nor kept
 * since it was so last: the kernel half would send them again.
 */
void stacks__tidy(struct stacks *stacks);
bool stacks__are_many(const struct stacks *stacks);
void stacks__keep(struct stacks *stacks, uint64_t id);

/* When all have come: says so where most of them ended at code without frame pointers. */
void stacks__advise(const struct stacks *stacks);

#endif /* TRACE_STACKS_H */
