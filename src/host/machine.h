/* SPDX-License-Identifier: GPL-2.0-only */
/* What of this machine and of its settings matters to page faults, in words. */
#ifndef HOST_MACHINE_H
#define HOST_MACHINE_H

#include <stddef.h>

#define MACHINE_SETTINGS_MAX 24

struct machine_setting {
	const char *name; /* as "memory"; not to be freed */
	char value[64];	  /* as "16G" */
};

/* Fills ret, which has room for MACHINE_SETTINGS_MAX, with what is known. Returns how many. */
size_t machine__read(struct machine_setting *ret);

#endif /* HOST_MACHINE_H */
