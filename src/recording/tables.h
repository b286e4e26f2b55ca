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
#include "../map/map.h"

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
	uint8_t uids;					  /* threads have their user ids */
	/* When the segment begins, and how many faults, weighted, those before it have. */
	uint64_t segment_ns, faults_before;
	uint8_t is_dump; /* of a flight recorder */
};

/* One of the ids of the target. */
struct target_row {
	uint32_t id;
};

/* Something of the machine or the kernel that recorded, as "cpus" and "8". */
struct recording_setting {
	const char *name, *value;
};

struct setting_row {
	string_id name, value;
};

/* A cgroup of a thread. */
struct cgroup_row {
	uint64_t id; /* the kernel's */
	string_id path;
	string_id container; /* what rows by container tell of it */
};

/* A thread, as long as nothing of this changes. */
struct thread_row {
	uint64_t cgroup; /* the kernel's id */
	uint32_t id;	 /* counts from 1 in each segment */
	uint32_t pid, tid, uid;
	string_id comm;
};

/* A mapping of a process, as long as nothing of this changes. */
struct mapping_row {
	struct ft_vma vma;
	uint32_t id; /* counts from 1 in each segment */
	string_id name;
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
	uint64_t stack;		     /* the id of a stack_row; 0: there is none */
	uint32_t thread, mapping;    /* ids of their rows; 0: rec has all of it */
	string_id made_code, source; /* of the instruction */
	uint32_t line;
	string_id old_comm, old_mapping; /* where these are 0 */
	uint8_t is_throttled, has_causes, has_cached, cached, has_read_pages;
};

/* Faults that were lost between two times, by the cause. */
struct loss_row {
	uint64_t since_ns, time_ns;
	uint64_t ring, storage, unpaired, unexplained, file; /* as in struct run_end */
};

static inline unsigned long long loss_row__sum(const struct loss_row *row)
{
	return row->ring + row->storage + row->unpaired + row->unexplained + row->file;
}

/* Adjacent pages of a mapping in a memory map, in one state. */
struct map_pages_row {
	uint64_t start, end;
	uint32_t map;  /* counts the maps of a run from 1 */
	uint8_t state; /* enum page_state; those that are absent have no row */
};

/* A mapping in a memory map. Its pages come before it. */
struct map_mapping_row {
	uint64_t start, end, offset, inode;
	uint64_t n[NR_MAP_FIELDS];   /* MAP_UNKNOWN: not known */
	uint32_t map, dev, nr_pages; /* rows of its pages */
	string_id perms, class, name;
};

/* A memory map: that of a process at one moment. Its mappings come before it, by their addresses. */
struct whole_map_row {
	uint64_t begin_ns, end_ns; /* it was read between these */
	uint64_t pss, peak_rss;
	uint32_t map, pid, nr_mappings;
	string_id comm;
	uint8_t is_complete, knows_pages;
};

/* Their places in the schema. A row comes after the rows that it points to. */
enum recording_table {
	RECORDING_START,
	RECORDING_TARGET,
	RECORDING_SETTING,
	RECORDING_CGROUP,
	RECORDING_THREAD,
	RECORDING_MAPPING,
	RECORDING_FRAME,
	RECORDING_STACK,
	RECORDING_FAULT,
	RECORDING_LOSS,
	RECORDING_MAP_PAGES,
	RECORDING_MAP_MAPPING,
	RECORDING_MAP,
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
/* row: has the row before, unless this one is the first of its block. */
void recording_row(enum recording_table table, const struct capture_row *from, void *row);

#endif /* RECORDING_TABLES_H */
