/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file with a program's debug information and symbols, where distributions
 * keep it apart: by build id, or by the name that the program gives.
 */
#ifndef SYMBOLS_DEBUG_FILE_H
#define SYMBOLS_DEBUG_FILE_H

#include "elf_image.h"

/*
 * For the program or library at this path: first below root, the process's own
 * "/" (-1: not known), then on this host. Only one that is told to belong to it,
 * by build id, or by the checksum where there is no build id. 0 or -ENOENT.
 */
int debug_file__open(const struct elf_image *image, const char *path, int root,
		     struct elf_image *ret);

#endif /* SYMBOLS_DEBUG_FILE_H */
