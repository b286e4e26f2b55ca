/* SPDX-License-Identifier: GPL-2.0-only */
/* How much two words differ, to guess what a mistyped word was meant to be. */
#ifndef BASE_EDITS_H
#define BASE_EDITS_H

#define EDITS_MAX 16 /* letters of the longer word; longer words are not compared */

/*
 * The fewest edits that turn one word into the other: a letter added, removed or replaced, or two
 * neighbours swapped. EDITS_MAX if one of them is longer than that.
 */
unsigned int edits_between(const char *a, const char *b);

#endif /* BASE_EDITS_H */
