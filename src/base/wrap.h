/* SPDX-License-Identifier: GPL-2.0-only */
/* Wraps lines between words. */
#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include "buf.h"

/*
 * Breaks the line from byte offset start to the end of the buffer, at spaces, so that each line has
 * at most `columns`; 0: no limit. Lines after a break are indented, by less if lines are short. The
 * first indent columns are not broken, nor is a word that is longer than a line.
 */
void wrap_line(struct buf *out, size_t start, size_t columns, unsigned int indent);

#endif /* BASE_WRAP_H */
