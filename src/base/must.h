/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends the program, with a message, when memory cannot be allocated. */
#ifndef BASE_MUST_H
#define BASE_MUST_H

/* memory: what malloc() or the like returned; NULL ends the program. */
void *must(void *memory);

#endif /* BASE_MUST_H */
