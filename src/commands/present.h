/* SPDX-License-Identifier: GPL-2.0-only */
/* What the options and the terminal say of how a run is shown. */
#ifndef COMMANDS_PRESENT_H
#define COMMANDS_PRESENT_H

#include "../base/output.h"
#include "../cli/options.h"

/* Fills the part of *start that tells formats what to show, and how; the rest is left as it is. */
void present(struct run_start *start, const struct options *opts, const struct output *out);

#endif /* COMMANDS_PRESENT_H */
