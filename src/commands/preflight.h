/* SPDX-License-Identifier: GPL-2.0-only */
/* The checks before a run: whether the target exists, and this user and this kernel can trace it. */
#ifndef COMMANDS_PREFLIGHT_H
#define COMMANDS_PREFLIGHT_H

#include "session.h"

/* Checks, and chooses session->plan. 0, or -errno after saying why it is impossible to trace. */
int preflight(struct session *session);

#endif /* COMMANDS_PREFLIGHT_H */
