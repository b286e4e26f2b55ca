/* SPDX-License-Identifier: GPL-2.0-only */
#include "task_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "task.h"

static FILE *open_file(int pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return fopen(path, "re");
}

bool task_catches(int pid, int signal)
{
	FILE *file __cleanup_fclose = open_file(pid, "status");
	unsigned long long caught = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "SigCgt: %llx", &caught) == 1)
			break;
	return signal > 0 && signal <= 64 && caught >> (signal - 1) & 1;
}

/* The last field of stat is its exit code. */
static enum task_end end_of_zombie(int pid)
{
	FILE *file __cleanup_fclose = open_file(pid, "stat");
	char line[1024];
	const char *last = file && fgets(line, sizeof(line), file) ? strrchr(line, ' ') : NULL;

	if (!last)
		return TASK_END_UNKNOWN;
	return strtol(last, NULL, 10) & 0x7f ? TASK_WAS_KILLED : TASK_HAS_EXITED;
}

enum task_end task_end(int pid)
{
	switch (task_status(pid)) {
	case TASK_ZOMBIE: return end_of_zombie(pid);
	case TASK_GONE: return TASK_END_UNKNOWN;
	default: return TASK_ENDS_NOT;
	}
}
