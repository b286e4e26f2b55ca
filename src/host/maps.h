/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One mapping of a process, by address, from /proc/PID/maps: the PROCMAP_QUERY
 * ioctl where the kernel has it, the text elsewhere.
 */
#ifndef HOST_MAPS_H
#define HOST_MAPS_H

#include <stdbool.h>
#include <stdint.h>

struct mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint64_t inode;
	uint32_t dev; /* the kernel's: major << 20 | minor */
	bool read, write, exec, shared;
	char name[4096]; /* "" for none */
};

/* 0, -ENOENT when no mapping covers the address, else -errno. */
int maps__query(int pid, uint64_t addr, struct mapping *ret);

/* One line of /proc/PID/maps; 0 or -EINVAL. */
int maps__parse_line(const char *line, struct mapping *ret);

#endif /* HOST_MAPS_H */
