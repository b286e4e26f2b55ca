/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of mappings that the kernel half sent, by id. Bounded: what was not
 * used for longest goes first.
 */
#ifndef TRACE_NAMES_H
#define TRACE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "../../bpf/faulttrace.h"

struct names;

int names__new(struct names **ret);
void names__free(struct names *names);

void names__learn(struct names *names, const struct ft_name *record);
/* NULL if it is not known (any more). */
const char *names__find(struct names *names, uint64_t id);

/* The text of a name record as /proc/PID/maps shows it; "" if it is malformed. */
void name_text(const struct ft_name *record, char *ret, size_t size);

#endif /* TRACE_NAMES_H */
