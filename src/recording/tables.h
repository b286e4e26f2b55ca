/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of a capture of page faults. A row is a struct here; its fields are the columns of the
 * file, whose numbers never change. Add new ones at the end of a list, with the next number.
 */
#ifndef RECORDING_TABLES_H
#define RECORDING_TABLES_H

#include "../../bpf/contract/record.h"
#include "../capture/reader.h"
#include "../capture/schema.h"
#include "../faults/format.h"

/* Strings are ids of the capture's strings; 0: there is none. */
typedef uint32_t string_id;

/* The run. Each segment begins with it. */
struct start_row {
	uint64_t time_ns, wall_ns;
	string_id version, plan, kernel, arch, target, target_text;
	uint32_t page_size;
	uint8_t sees_gup, cause, residency, wide, stacks;
	string_id command_line;				  /* of record */
	uint8_t sees_lookup, sees_throttling, sees_pages; /* as struct source_info */
};

/* One of the ids of the target. */
struct target_row {
	uint32_t id;
};

/* A call stack. */
struct stack_row {
	uint64_t id; /* counts from 1 in each segment */
	uint32_t pid, nr;
	uint8_t is_cut, made_by;
};

/* A frame of a stack. The leaf comes first. */
struct frame_row {
	uint64_t stack; /* the id of a stack_row */
	uint64_t ip, offset, address;
	string_id function, made_code, module, build_id, source;
	uint32_t line;
	uint8_t is_inlined;
};

struct symbol_fields {
	uint64_t offset;
	string_id name, module; /* module 0: the symbol is not known */
};

/* A fault, or how memory.high delayed a thread after it. */
struct fault_row {
	struct ft_fault rec;
	struct ft_causes causes;
	struct ft_throttled throttled;
	struct symbol_fields symbol, data_symbol;
	uint64_t stack; /* the id of a stack_row; 0: there is none */
	string_id comm, mapping;
	string_id made_code, source; /* of the instruction */
	uint32_t line;
	uint8_t is_throttled, has_causes, has_cached, cached, has_read_pages;
};

/* Their places in the schema. */
enum recording_table {
	RECORDING_START,
	RECORDING_TARGET,
	RECORDING_FRAME,
	RECORDING_STACK,
	RECORDING_FAULT,
	RECORDING_END, /* struct run_end, when the run has ended */
	RECORDING_TABLES
};

/* The most columns of a table. */
#define RECORDING_COLUMNS 80

/* The same at each call: what is written, and what is read. */
struct capture_schema recording_schema(void);
const struct capture_wanted *recording_wanted(void);

/* Which table has this number in the file. */
enum recording_table recording_table(uint16_t id);

/* Between a row's struct and the values of its columns. */
void recording_values(enum recording_table table, const void *row, uint64_t *values);
void recording_row(enum recording_table table, const uint64_t *values, void *row);

#endif /* RECORDING_TABLES_H */
