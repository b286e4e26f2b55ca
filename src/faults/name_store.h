/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of mappings that the kernel half sent, by id. Bounded: evicts names that
 * were not used for long.
 */
#ifndef FAULTS_NAME_STORE_H
#define FAULTS_NAME_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bpf/contract/record.h"

struct name_store;

int name_store__new(struct name_store **ret);
void name_store__free(struct name_store *names);

void name_store__learn(struct name_store *names, const struct ft_name *record);
/* Stores a name whose text is known already. */
void name_store__set(struct name_store *names, uint64_t id, const char *text);
/* Paths whose first components the kernel half did not send begin with this, and no others do. */
#define NAME_CUT "[..]"
bool name_is_cut(const char *text);

/* NULL: not known, or evicted. */
const char *name_store__find(struct name_store *names, uint64_t id);

/* The text of a name record as /proc/PID/maps shows it, or "[..]/end/of/it"; "" if it is malformed. */
void name_text(const struct ft_name *record, char *ret, size_t size);

#endif /* FAULTS_NAME_STORE_H */
