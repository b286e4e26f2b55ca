/* SPDX-License-Identifier: GPL-2.0-only */
#include "targets.h"

#include <errno.h>

#include "../base/log.h"
#include "../host/task.h"

static const char *const refusals[] = {
	[TASK_GONE] = "no such process",
	[TASK_ZOMBIE] = "it has exited already (a zombie)",
	[TASK_KERNEL] = "a kernel thread has no user memory to fault on",
};

int targets__check(const struct options *opts)
{
	const char *what = opts->target == TARGET_TID ? "thread" : "process";

	for (size_t i = 0; i < opts->nr_ids; i++) {
		enum task_status status = task_status(opts->ids[i]);

		if (status == TASK_RUNS && opts->target == TARGET_PID &&
		    task_is_thread(opts->ids[i])) {
			log_error("cannot trace process %d: it is a thread of another process",
				  opts->ids[i]);
			log_hint("-t %d traces the thread", opts->ids[i]);
			return -ESRCH;
		}
		if (status == TASK_RUNS)
			continue;
		log_error("cannot trace %s %d: %s", what, opts->ids[i], refusals[status]);
		return -ESRCH;
	}
	return 0;
}

bool targets__gone(const struct options *opts)
{
	if (opts->target != TARGET_PID && opts->target != TARGET_TID)
		return false;
	for (size_t i = 0; i < opts->nr_ids; i++)
		if (task_status(opts->ids[i]) == TASK_RUNS)
			return false;
	return true;
}
