/* SPDX-License-Identifier: GPL-2.0-only */
/* A profile to where and how the options want it. */
#ifndef COMMANDS_WRITE_PROFILE_H
#define COMMANDS_WRITE_PROFILE_H

#include "../trace/session.h"

/* Can the files be written? 0, or -errno after saying why not: before a long run, not after it. */
int check_profile(const struct options *opts);
void write_profile(struct session *session, const struct profile *profile);

#endif /* COMMANDS_WRITE_PROFILE_H */
