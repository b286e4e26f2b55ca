/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The name of the mapping that a fault hit, from what the kernel half sent, else
 * from /proc if the mapping is still there.
 */
#ifndef TRACE_NAMING_H
#define TRACE_NAMING_H

#include <stdbool.h>

#include "../../bpf/faulttrace.h"

struct naming;

int naming__new(struct naming **ret);
void naming__free(struct naming *naming);

void naming__learn(struct naming *naming, const struct ft_name *record);
/* As in /proc/PID/maps; "" for none. Valid until the next call. */
const char *naming__of(struct naming *naming, const struct ft_fault *rec);

/* --file: is it the name, or a glob over it or its last component? NULL: any. */
bool naming__wanted(const char *glob, const char *name);

#endif /* TRACE_NAMING_H */
