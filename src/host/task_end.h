/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a process dies, or has died, of a signal; answered from /proc. */
#ifndef HOST_TASK_END_H
#define HOST_TASK_END_H

#include <stdbool.h>

/* Does the process catch the signal? False: it will die of it, or has ended. */
bool task_catches(int pid, int signal);

enum task_end {
	TASK_ENDS_NOT,	  /* it runs */
	TASK_HAS_EXITED,  /* by itself */
	TASK_WAS_KILLED,  /* by a signal */
	TASK_END_UNKNOWN, /* it is gone, or we may not know */
};

enum task_end task_end(int pid);

#endif /* HOST_TASK_END_H */
