/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks the process that reads in strangers' files, the symbolizer: see protocol.h. Replaces it when
 * it is late or dies; what it had loaded is gone then, and the callers load it again.
 */
#ifndef SYMBOLS_SYMBOLIZER_H
#define SYMBOLS_SYMBOLIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reply.h"

/* How much processor time an answer may take; the first of a file, which indexes it, more. */
#define ANSWER_MS 200
#define INDEX_MS  5000

struct symbolizer;

/*
 * is_apart: files are read in a process of its own, if it can be forked. The broker is forked by
 * this call, the process itself by the first question. 0 or -errno.
 */
int symbolizer__new(bool is_apart, struct symbolizer **ret);
/* Ends the process and the broker. symbolizer__ask() must not be called any more. */
void symbolizer__stop(struct symbolizer *symbolizer);
void symbolizer__free(struct symbolizer *symbolizer);

/* An id for a file; never 0, nor given before. */
uint64_t symbolizer__new_id(struct symbolizer *symbolizer);
/* Changes when the process has been replaced: files have to be loaded again then. */
uint64_t symbolizer__generation(struct symbolizer *symbolizer);

/*
 * fd: goes with the question, and stays the caller's; -1: none. 0 (then ret->head.err says how it
 * went), -ETIME: the answer was late, or -EPIPE: the symbolizer died.
 */
int symbolizer__ask(struct symbolizer *symbolizer, const struct question *question, int fd,
		    unsigned int limit_ms, struct reply *ret);

/* A question could not be answered. */
void symbolizer__count_failure(struct symbolizer *symbolizer);
uint64_t symbolizer__failures(const struct symbolizer *symbolizer);

#endif /* SYMBOLS_SYMBOLIZER_H */
