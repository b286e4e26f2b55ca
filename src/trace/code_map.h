/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which program or library was at an instruction's address, when it ran there:
 * watched from the begin of tracing on, so that it is known of processes that have
 * ended by the time that somebody asks.
 */
#ifndef TRACE_CODE_MAP_H
#define TRACE_CODE_MAP_H

#include "../options.h"
#include "../symbols/spaces.h"
#include "../symbols/symbols.h"

struct code_map;

/* command_pid: our held child, or 0. */
int code_map__new(const struct options *opts, int command_pid, struct code_map **ret);
void code_map__free(struct code_map *map);

/* Takes over what has happened. From time to time, so that nothing is lost. */
void code_map__drain(struct code_map *map);

/* Completes the request for pid and address, as at that time; it lives until the next call. */
void code_map__find(struct code_map *map, struct symbol_request *request, uint64_t time_ns);

/*
 * The same for data in memory without a file that begins at request->memory: with the
 * nearest code below it. False if that is not known.
 */
bool code_map__find_below(struct code_map *map, struct symbol_request *request, uint64_t time_ns);

/* The same, as unwinders ask for it: false if it is not known. */
bool code_map__mapping(struct code_map *map, int pid, uint64_t address, uint64_t time_ns,
		       struct process_mapping *ret);

#endif /* TRACE_CODE_MAP_H */
