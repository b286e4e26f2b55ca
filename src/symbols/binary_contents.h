/* SPDX-License-Identifier: GPL-2.0-only */
/* What the symbolizer reads in the file of a struct binary, and forgets again. */
#ifndef SYMBOLS_BINARY_CONTENTS_H
#define SYMBOLS_BINARY_CONTENTS_H

#include "binary.h"

/* Has it read; fills in what is known of the file. process: where debug files may be. 0 or -errno. */
int binary_contents__load(struct binary *module, const struct proc_snapshot *process);
void binary_contents__forget(struct binary *module);

#endif /* SYMBOLS_BINARY_CONTENTS_H */
