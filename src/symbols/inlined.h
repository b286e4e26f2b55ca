/* SPDX-License-Identifier: GPL-2.0-only */
/* A cache of what was found inlined at addresses. Bounded: when it is full, it is emptied. */
#ifndef SYMBOLS_INLINED_H
#define SYMBOLS_INLINED_H

#include <stddef.h>
#include <stdint.h>

#include "../base/hash_index.h"
#include "source_lines.h"

/* All zero to begin with. */
struct inlined {
	struct inlined_frames **entries;
	size_t nr, size;
	struct hash_index index; /* of the entries, by module and address */
	size_t bytes;
};

/* A module's frames at an address; innermost first, as source_lines__find() gives them. */
struct inlined_frames {
	uint64_t module; /* its serial */
	uint64_t address;
	size_t nr;
	struct source_frame frames[];
};

void inlined__free(struct inlined *inlined);

/* NULL: it was not added. Valid until the next inlined__add(). */
const struct inlined_frames *inlined__find(const struct inlined *inlined, uint64_t module,
					   uint64_t address);
/* Copies the frames and their strings. NULL: out of memory. */
const struct inlined_frames *inlined__add(struct inlined *inlined, uint64_t module,
					  uint64_t address, const struct source_frame *frames,
					  size_t nr);

#endif /* SYMBOLS_INLINED_H */
