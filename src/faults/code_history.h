/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which program or library was mapped at an instruction's address at the time it ran.
 * Watches executable mappings from the begin of tracing on, so that it can also answer
 * for processes that have ended since.
 */
#ifndef FAULTS_CODE_HISTORY_H
#define FAULTS_CODE_HISTORY_H

#include "../symbols/process_histories.h"
#include "../symbols/symbols.h"

struct code_history;

/*
 * Watches these processes or threads and, with_descendants, their living descendants; no ids: the
 * whole system.
 */
int code_history__new(const int *ids, size_t nr_ids, bool with_descendants,
		      struct code_history **ret);
void code_history__free(struct code_history *map);

/* Reads the events since the last call. To be called often, so that the rings do not overflow. */
void code_history__drain(struct code_history *map);

/* Fills in the mapping of the request's address at time_ns, valid until the next call. */
void code_history__find(struct code_history *map, struct symbol_request *request, uint64_t time_ns);

/*
 * The same for data in memory without a file: fills in the nearest code mapping below
 * request->memory, where that memory begins. False if it is not known.
 */
bool code_history__find_below(struct code_history *map, struct symbol_request *request,
			      uint64_t time_ns);

/* The executable mapping of an address at time_ns, for unwinders. False if it is not known. */
bool code_history__mapping(struct code_history *map, int pid, uint64_t address, uint64_t time_ns,
			   struct named_vma *ret);

#endif /* FAULTS_CODE_HISTORY_H */
