/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a profile in the formats and to the files of the options. */
#ifndef COMMANDS_WRITE_PROFILE_H
#define COMMANDS_WRITE_PROFILE_H

#include "../cli/options.h"
#include "session.h"

/* Checks, before a long run, that the files can be written. 0, or -errno after saying why not. */
int check_profile(const struct options *opts);
void write_profile(struct session *session, const struct profile *profile);

#endif /* COMMANDS_WRITE_PROFILE_H */
