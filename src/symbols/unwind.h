/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who called whom, from a thread's registers and a copy of its stack, for code
 * without frame pointers: by the unwind information of its programs and libraries.
 *
 * Where a function has none (code made at run time, some assembly), its frame
 * pointer is taken for one. That may be wrong, so that frame's caller, and all that
 * follow, are said to be guesses.
 */
#ifndef SYMBOLS_UNWIND_H
#define SYMBOLS_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules.h"
#include "registers.h"

struct unwinder;

struct unwind_request {
	int pid; /* of the process, not a thread */
	/* rip and rsp must be known, rbp should be; rbx and r12 to r15 are needed rarely. */
	struct registers registers;
	/* From rsp on; from 128 bytes before, what leaf functions saved there is found, too. */
	struct stack_copy stack;
	/*
	 * The mapping at an address, when the stack was copied; its name lives until the next
	 * call. NULL: those that the process has now.
	 */
	bool (*find_mapping)(void *context, uint64_t address, struct process_mapping *ret);
	void *context;
};

struct unwind_frame {
	uint64_t address;
	bool is_return; /* behind a call: the call is at address - 1 */
	bool is_guess;	/* found by frame pointers, or from a frame that was */
};

enum unwind_end {
	UNWIND_COMPLETE,   /* the outermost frame was reached */
	UNWIND_TRUNCATED,  /* the next one needs more of the stack, or another stack */
	UNWIND_UNREADABLE, /* nothing that can be believed tells the next one */
	UNWIND_FULL,	   /* there was no room for more */
};

/* Takes files from modules, which must live longer. */
int unwinder__new(struct modules *modules, struct unwinder **ret);
void unwinder__free(struct unwinder *unwinder);

/* The frames, innermost first: at most max, and how many there are. */
size_t unwinder__unwind(struct unwinder *unwinder, const struct unwind_request *request,
			struct unwind_frame *frames, size_t max, enum unwind_end *end);

#endif /* SYMBOLS_UNWIND_H */
