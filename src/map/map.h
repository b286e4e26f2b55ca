/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of a process at one moment: its mappings, how much of each is where,
 * and sums by class. Knows no format: format/ shows it.
 */
#ifndef MAP_MAP_H
#define MAP_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/buf.h"
#include "../host/page_state.h"
#include "../host/task.h"

#define MAP_UNKNOWN   UINT64_MAX
#define MAP_STRIP_MAX 256

/* Each mapping is of one class, so that the classes add up to the total. */
enum map_class {
	CLASS_HEAP,
	CLASS_STACK,
	CLASS_ANON,
	CLASS_TEXT,    /* a private file mapping that may be executed */
	CLASS_DATA,    /* any other private file mapping */
	CLASS_SHARED,  /* files, and memory, mapped shared */
	CLASS_HUGE,    /* hugetlb */
	CLASS_SPECIAL, /* the kernel's: [vdso] .. */
	NR_MAP_CLASSES,
};

/* In bytes, MAP_UNKNOWN if not known. */
enum map_field {
	FIELD_SIZE,
	FIELD_RSS,  /* with hugetlb pages */
	FIELD_HUGE, /* mapped by huge entries of the page table */
	FIELD_SWAP,
	FIELD_DIRTY,
	FIELD_LOCKED,
	FIELD_CACHED,  /* in the page cache, but not mapped yet: minor faults to come */
	FIELD_ON_DISK, /* of a file, neither mapped nor cached: major faults to come */
	FIELD_FILE_DIRTY,
	FIELD_EVICTED, /* was in the page cache until recently */
	FIELD_SHARED,  /* resident, and mapped by others as well */
	FIELD_PSS, /* proportional set size: 1/n of each page that n processes map; no hugetlb */
	NR_MAP_FIELDS,
};

/* What is shown of a piece of a mapping: strip__cell() has the rule. */
enum map_cell {
	CELL_PRESENT, /* at least half of it is resident */
	CELL_PARTLY,  /* less than half is, whatever the rest is */
	CELL_CACHED,
	CELL_SWAPPED,
	CELL_ABSENT,  /* untouched, or on disk only */
	CELL_UNKNOWN, /* the kernel does not say, and nothing else is known to be there */
	NR_MAP_CELLS,
};

struct map_account;

struct map_row {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint64_t inode;
	uint32_t dev; /* major << 20 | minor */
	char perms[5];
	enum map_class class;
	const char *name; /* as in /proc/PID/maps; "" for none */
	uint64_t n[NR_MAP_FIELDS];
	unsigned char *strip; /* nr_cells of enum map_cell */
	unsigned int nr_cells;
	size_t nr_spans;	     /* of the map's, where they are kept */
	struct map_account *account; /* NULL: nothing was traced */
};

struct map_total {
	size_t mappings;
	uint64_t n[NR_MAP_FIELDS];
	struct map_account *account;
};

/* The address range of adjacent resident pages. */
struct page_run {
	uint64_t start;
	uint64_t end;
};

/* The address range of adjacent pages in one state; those that are absent have none. */
struct map_span {
	uint64_t start;
	uint64_t end;
	enum page_state state;
};

/* The spans in a buffer from the first one on; NULL: there are none at all. */
static inline const struct map_span *map_spans(const struct buf *spans, size_t first)
{
	return spans->len ? (const struct map_span *)(const void *)spans->data + first : NULL;
}

struct memory_map {
	int pid; /* 0: a sum of processes; rows is NULL then, nr_rows counts the rows of all */
	char comm[TASK_COMM];
	struct map_row *rows;
	size_t nr_rows;
	struct map_total classes[NR_MAP_CLASSES];
	struct map_total all;
	uint64_t peak_rss; /* peak resident memory since the start or last exec; or MAP_UNKNOWN */
	bool is_complete;  /* the process still existed when its whole map had been read */

	struct buf runs; /* struct page_run: what is resident, in the order of addresses */
	bool knows_runs;
	struct buf spans;	     /* struct map_span, in the order of rows */
	unsigned long long begin_ns; /* CLOCK_MONOTONIC: the map was read between these */
	unsigned long long end_ns;
	const struct map_trace *trace; /* NULL: nothing was traced */
	bool has_remainder;	       /* is the remainder of any row's account not 0? */
	bool borrows_names;	       /* names and strips of its rows belong to other maps */
};

/* What became of a file's pages in the page cache; in bytes. */
struct eviction {
	const char *path;
	uint64_t cached;   /* before */
	uint64_t left;	   /* after */
	const char *error; /* why the eviction failed; NULL: it did not */
};

extern const char *const map_class_names[NR_MAP_CLASSES];

struct map_config {
	int pid;
	unsigned int strip; /* cells of a strip; 0: none */
	bool keep_runs;
	bool keep_spans;
	/* With more than that, or later, the rest of the map is left out; 0: no limit. */
	size_t max_rows, max_spans;
	unsigned long long until_ns; /* CLOCK_MONOTONIC */
	/* Called now and then with how many bytes of mappings are done; or NULL. */
	void (*progress)(void *ctx, uint64_t done);
	void *ctx;
};

/*
 * 0, or -EACCES and so on, or -ESRCH: there is no memory to show, or, if *map has rows,
 * the process exited or started another program on the way. -ETIME: the rest was left out.
 */
int map__read(struct memory_map *map, const struct map_config *config);
void map__free(struct memory_map *map);

/* Adds a map's totals to a sum. An empty sum is all zeroes, with is_complete set. */
void map__add(struct memory_map *sum, const struct memory_map *map);
/*
 * Makes strips of so many cells, the totals of classes and the total, but for its PSS, of rows and
 * spans. False: there is no memory for them.
 */
bool map__restore(struct memory_map *map, unsigned int nr_cells, uint64_t page_size);

/* Frees the rows and runs; the totals stay. */
void map__keep_totals(struct memory_map *map);

/* The index of the first row that ends after the address. */
size_t map_find_row(const struct map_row *rows, size_t nr, uint64_t addr);

/* Parts of map__read() that account.c uses: a row's class by its name, permissions and inode. */
enum map_class map_class_of(const struct map_row *row, bool is_hugetlb);
void map__add_total(struct map_total *total, const struct map_row *row);
/* The name of the newest row: that of the row before, if they are equal, or a copy. NULL: no memory. */
const char *map__keep_name(const struct memory_map *map, const char *name);
/* Sets the strip of a row. False: there is no memory for it. */
struct strip;
bool map__keep_strip(struct map_row *row, const struct strip *strip);

#endif /* MAP_MAP_H */
