/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers the questions of protocol.h: all that reads in strangers' files. This is what the
 * symbolizer does; the tracer itself, where it cannot have one.
 */
#ifndef SYMBOLS_ANSWERS_H
#define SYMBOLS_ANSWERS_H

#include "../base/buf.h"
#include "protocol.h"

struct answers;

/* NULL: out of memory. */
struct answers *answers__new(void);
void answers__free(struct answers *answers);

/*
 * Replaces the contents of *ret by the answer: at most ANSWER_MAX bytes. Takes ownership of fd,
 * which is -1 if none came with the question.
 */
void answers__give(struct answers *answers, const struct question *question, int fd,
		   struct buf *ret);

#endif /* SYMBOLS_ANSWERS_H */
