/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMANDS_DROP_PRIVILEGES_H
#define COMMANDS_DROP_PRIVILEGES_H

#include "session.h"

/*
 * To be called when everything is attached and CMD is forked, before any file of a stranger is
 * parsed. 0, or -errno after saying why.
 */
int drop_privileges(const struct session *s);

#endif /* COMMANDS_DROP_PRIVILEGES_H */
