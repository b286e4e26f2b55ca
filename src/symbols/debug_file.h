/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the separate file in which distributions keep a program's debug information and symbols:
 * by build id, or by the name in the program's .gnu_debuglink.
 */
#ifndef SYMBOLS_DEBUG_FILE_H
#define SYMBOLS_DEBUG_FILE_H

#include "elf_image.h"

/*
 * For the program or library at this path: looks first below root, the process's own "/" (-1:
 * not known), then on this host. Accepts only a file with the same build id or, if there is
 * none, the right checksum. 0 or -ENOENT.
 */
int debug_file__open(struct elf_image *image, const char *path, int root, struct elf_image *ret);

#endif /* SYMBOLS_DEBUG_FILE_H */
