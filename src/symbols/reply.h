/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An answer of the symbolizer as the tracer gets it: any bytes, if somebody has taken over the
 * process that sent them. Each function checks what it takes out of it.
 */
#ifndef SYMBOLS_REPLY_H
#define SYMBOLS_REPLY_H

#include "protocol.h"
#include "source_lines.h"

/* It lives until the next question. */
struct reply {
	struct answer head;
	const uint8_t *bytes; /* what follows */
	size_t len;
};

/* To ASK_NAME. *start: of the symbol. NULL: it is not valid. */
const char *reply__name(const struct reply *reply, uint64_t *start);
/* To ASK_LINES: how many of at most max frames were filled in. */
size_t reply__lines(const struct reply *reply, struct source_frame *frames, size_t max);

#endif /* SYMBOLS_REPLY_H */
