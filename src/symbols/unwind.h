/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the call chain of a thread from its registers and a copy of its stack, for code without
 * frame pointers: by the unwind information of its programs and libraries.
 *
 * For a function without any (code made at run time, some assembly), DWARF_FP is taken for a frame
 * pointer. That may be wrong, so its caller, and all further frames, are marked as guesses.
 */
#ifndef SYMBOLS_UNWIND_H
#define SYMBOLS_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/registers.h"
#include "binaries.h"

struct unwinder;

struct unwind_request {
	int pid; /* of the process, not a thread */
	/*
	 * DWARF_IP and DWARF_SP must be known, DWARF_FP should be; others that a function must
	 * preserve are needed rarely.
	 */
	struct registers registers;
	/*
	 * From the stack pointer on; better from RED_ZONE_BYTES before: leaf functions may save
	 * registers there.
	 */
	struct stack_copy stack;
	/*
	 * Finds the mapping at an address when the stack was copied; its name lives until the
	 * next call. NULL: the process's current mappings are used.
	 */
	bool (*find_mapping)(void *context, uint64_t address, struct named_vma *ret);
	void *context;
};

struct unwind_frame {
	uint64_t address;
	bool is_return; /* a return address: its call is at address - 1 */
	bool is_guess;	/* found by a frame pointer, or from a guess */
};

enum unwind_end {
	UNWIND_COMPLETE,   /* the outermost frame was reached */
	UNWIND_TRUNCATED,  /* the next one needs stack memory that was not copied */
	UNWIND_UNREADABLE, /* no reliable information leads to the next one */
	UNWIND_FULL,	   /* the caller's array has no room for more */
};

/* Uses the files of modules, which must live longer. */
int unwinder__new(struct binaries *binaries, struct unwinder **ret);
void unwinder__free(struct unwinder *unwinder);

/* Fills at most max frames, innermost first; returns how many. */
size_t unwinder__unwind(struct unwinder *unwinder, const struct unwind_request *request,
			struct unwind_frame *frames, size_t max, enum unwind_end *end);

#endif /* SYMBOLS_UNWIND_H */
