/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines that are broken between words, for people. */
#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include "buf.h"

/*
 * Breaks the line that begins at byte offset start and ends the buffer, at spaces, so that it has at
 * most so many columns; 0: as many as it wants. What follows a break is indented, by less where a line
 * is short. The first indent columns are not broken, nor is a word that is longer than a line.
 */
void wrap_line(struct buf *out, size_t start, size_t columns, unsigned int indent);

#endif /* BASE_WRAP_H */
