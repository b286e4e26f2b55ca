/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of the file that a fault hit is in the page cache: of the mapped range, or
 * of the whole file. Remembers answers for a while.
 */
#ifndef FAULTS_RESIDENCY_CACHE_H
#define FAULTS_RESIDENCY_CACHE_H

#include <stdbool.h>

#include "../../bpf/contract/record.h"

struct residency_cache;

/* keep_ns: how long an answer is remembered. */
int residency_cache__new(bool whole_files, unsigned long long keep_ns,
			 struct residency_cache **ret);
void residency_cache__free(struct residency_cache *c);
/* Forgets all answers: the next call for each file asks the kernel. */
void residency_cache__forget(struct residency_cache *c);

/*
 * Percent, in *ret. name: of the mapping, as in /proc/PID/maps; now_ns: of a clock that never goes
 * back. False if it cannot be known.
 */
bool residency_cache__percent(struct residency_cache *c, int pid, const struct ft_vma *vma,
			      const char *name, unsigned long long now_ns, unsigned int *ret);

#endif /* FAULTS_RESIDENCY_CACHE_H */
