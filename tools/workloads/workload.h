/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every workload shares: one address range in which it faults a known
 * number of times, the measured section, the JSON line, and putting back
 * whatever was changed on the machine, however the program ends.
 */
#ifndef FT_WORKLOAD_H
#define FT_WORKLOAD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* Kernels do not agree: see the JSON line's minflt and majflt for this one. */
#define MAJOR_DIFFERS "null"

/* One line of the expectation; what is left out takes the usual value. */
struct expectation {
	const char *kind;
	const char *cow_from;
	const char *origin; /* "user" */
	const char *access; /* "write" */
	const char *major;  /* "false" */
	const char *name;   /* of the mapping: not told */
	const char *signal; /* of an error: none */
	int si_code;
	int order; /* not told */
	unsigned long count;
	bool at_least;	       /* count is a minimum */
	unsigned long at_most; /* with at_least: the maximum; 0: none */
};

struct measure {
	struct rusage before;
	struct rusage after;
};

struct file {
	int fd;
	char path[PATH_MAX];
};

extern size_t page_size;

void workload_begin(const char *name);
void expect(struct expectation e);
int report(const char *note);

/* A number on the command line, which is at least 1. */
unsigned long positive_number(const char *text);

void skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* The range: fresh, aligned to a huge page, where nothing was mapped before. */
char *reserve_range(size_t len);
char *map_range(size_t len, int prot, int flags, int fd);
char *map_pages(size_t pages);
void set_range(char *start, size_t len);

/* Faults of the calling thread; sections add up, those of children too. */
void measure_begin(struct measure *m);
void measure_end(struct measure *m);
/* While the body runs: of all threads (RUSAGE_SELF), or of children that it waits for (RUSAGE_CHILDREN). */
void measured_others(int who, void (*body)(void));
void measured_read(char *start, size_t count, size_t stride);
void measured_write(char *start, size_t count, size_t stride);
/* Each touch has to end in this signal. */
void measured_errors(char *start, size_t pages, bool write, int sig, int si_code);

/*
 * Does a read of fresh anonymous memory map the shared zero page? Kernels of some virtual machines
 * map a new page, and a later write takes no fault.
 */
bool maps_zero_page(void);
/* Skips the workload where it does not. */
void needs_zero_page(void);

void touch_read(char *start, size_t count, size_t stride);
void touch_write(char *start, size_t count, size_t stride);
size_t resident_pages(char *start, size_t len);
void read_pagemap(char *start, size_t pages, uint64_t *entries);
/* How many of the pages are swapped out. */
size_t swapped_pages(char *start, size_t pages);

/* Another process, whose pid the report gives if asked; waits for its end. */
void run_child(void (*body)(void));
void report_child_pid(void);
void report_no_pid(void);
/* How many pages of the range are in memory at the end. */
void report_resident(size_t pages);

/* A file with one page of content in each fault-around window. */
size_t file_window(void);
void temp_file(struct file *f);
void temp_file_windows(struct file *f, size_t windows, const void *content);
/* A file with content from its begin to its end. */
void temp_file_whole(struct file *f, size_t pages);
/* Drops the file, mapped from start on, from the page cache. */
void make_cold(const struct file *f, char *start, size_t len);
bool keeps_files_in_memory(const struct file *f);

/* Machine settings; what knob_set() changes is put back at the end. */
bool knob_read(const char *path, char *value, size_t size);
long knob_number(const char *path);
bool knob_write(const char *path, const char *value);
bool knob_set(const char *path, const char *value);
void at_cleanup(void (*undo)(const char *path, const char *value), const char *path,
		const char *value);

void pin_cpu(void);
void drain_lru(void);
void sleep_ms(long ms);
/* Sleeps until, at so many a second since begin_ns, more than done are due. */
void keep_pace(unsigned long long begin_ns, unsigned long done, unsigned long a_second);
unsigned long long monotonic_ns(void);
char *map_huge(size_t count, size_t *huge_size);

#endif /* FT_WORKLOAD_H */
