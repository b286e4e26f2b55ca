/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMANDS_COMMAND_LINE_H
#define COMMANDS_COMMAND_LINE_H

#include "../base/buf.h"

/* The words of this process's command line, as a shell takes them, and a NUL; a long one is cut. */
void command_line__read(struct buf *text);

#endif /* COMMANDS_COMMAND_LINE_H */
