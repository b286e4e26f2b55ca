/* SPDX-License-Identifier: GPL-2.0-only */
/* The words that options take for values. */
#ifndef CLI_OPTION_WORDS_H
#define CLI_OPTION_WORDS_H

#include <stddef.h>

struct words {
	const char *const *names;
	size_t nr;
};

/* All but plan_words are in the order of the values of an enum. */
extern const struct words color_words, timestamp_words, sort_words, weight_words, stack_mode_words;
extern const struct words key_words, kind_words, origin_words, plan_words;

/* The index of the word that equals the n bytes at s, or -EINVAL. */
int find_word(const struct words *words, const char *s, size_t n);

/*
 * Finds a kind as it is printed, "cow" or "cow:file": the number of its bit in struct filter's
 * kinds, or -EINVAL.
 */
int find_kind_word(const struct words *words, const char *s, size_t n);

/* The words to list when arg is refused: the sources of cow for "cow:swap", else all kinds. */
const struct words *kind_words_like(const char *arg);

#endif /* CLI_OPTION_WORDS_H */
