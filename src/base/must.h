/* SPDX-License-Identifier: GPL-2.0-only */
/* For what cannot go on without memory: NULL ends the program, with a message. */
#ifndef BASE_MUST_H
#define BASE_MUST_H

/* What malloc() and its like returned. */
void *must(void *memory);

#endif /* BASE_MUST_H */
