/* SPDX-License-Identifier: GPL-2.0-only */
/* What each option does with its argument: the set() of the rows in option_rows.c. */
#ifndef CLI_OPTION_SETTERS_H
#define CLI_OPTION_SETTERS_H

#include "option_rows.h"

/* Set the field of struct options that the row names; option_set_print(): row->print. */
set_fn option_set_flag, option_set_string, option_set_word, option_set_number, option_set_count,
	option_set_duration, option_set_print;

/* Set the target. */
set_fn option_set_pids, option_set_tids, option_set_cgroup, option_set_all, option_set_follow,
	option_set_no_follow;

/* Set filters. */
set_fn option_set_comm, option_set_uid, option_set_kinds, option_set_access, option_set_origins,
	option_set_min_latency, option_set_addr;

/* Set what tables are like. */
set_fn option_set_by, option_set_linear;

/* Set the output, and how to trace. */
set_fn option_set_format, option_set_stack, option_set_timestamp, option_set_strip, option_set_plan,
	option_set_ring_size, option_set_listen, option_set_age, option_set_host_root,
	option_add_verbose;

/* Set what record keeps. */
set_fn option_set_max_size, option_set_split, option_set_keep, option_set_dump_on;

#endif /* CLI_OPTION_SETTERS_H */
