/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The name of the mapping that a fault hit: from the kernel half's record, else from
 * /proc if the process still has the mapping.
 */
#ifndef FAULTS_MAPPING_NAMES_H
#define FAULTS_MAPPING_NAMES_H

#include <stdbool.h>

#include "../../bpf/contract/record.h"

struct mapping_names;

int mapping_names__new(struct mapping_names **ret);
void mapping_names__free(struct mapping_names *naming);

void mapping_names__learn(struct mapping_names *naming, const struct ft_name *record);
/* As in /proc/PID/maps; "" for none. Valid until the next call. */
const char *mapping_names__of(struct mapping_names *naming, int pid, const struct ft_vma *vma);

/* --file: does glob equal the name, or match it or its last component? NULL matches any. */
bool mapping_names__wanted(const char *glob, const char *name);

#endif /* FAULTS_MAPPING_NAMES_H */
