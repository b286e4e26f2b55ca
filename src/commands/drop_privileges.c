/* SPDX-License-Identifier: GPL-2.0-only */
#include "drop_privileges.h"

#include <string.h>

#include "../base/log.h"
#include "../host/privileges.h"

/* What is still to be done in this run, of what takes privileges? */
static unsigned int uses_of(const struct session *s)
{
	const struct options *opts = s->opts;
	unsigned int uses = PRIVILEGE_TRACE;

	if (s->plan->sw_events && !target__is_list(&opts->target))
		uses |= PRIVILEGE_NEW_CPU;
	if (options__wants_code_history(opts) || row_spec__has_code(&opts->rows))
		uses |= PRIVILEGE_NAMES;
	if (opts->residency || opts->command->id == COMMAND_MAP || opts->maps)
		uses |= PRIVILEGE_PAGES;
	if (s->child.pid)
		uses |= PRIVILEGE_COMMAND;
	if (options__has_profile_file(opts) || opts->side_capture ||
	    opts->command->id == COMMAND_RECORD)
		uses |= PRIVILEGE_FILES;
	return uses;
}

int drop_privileges(const struct session *s)
{
	int err = privileges__keep(uses_of(s));

	if (err)
		log_error("cannot drop privileges: %s", strerror(-err));
	return err;
}
