/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libdw gets to see of an ELF file: a copy in memory of the sections that it needs for
 * source lines. It has no file to map and no link to another file to open, and 0 follows each
 * section, so that a string without a NUL at the end of a section ends there.
 */
#ifndef SYMBOLS_DEBUG_IMAGE_H
#define SYMBOLS_DEBUG_IMAGE_H

#include "elf_image.h"
#include "reader.h"

/* Does the file have such sections? */
bool debug_image__is_in(const struct elf_image *image);
/*
 * 0 or -errno. -EFBIG: the sections have too many bytes, decompressed. -EINVAL: they are not
 * valid, or two of them have one name. -ENOTSUP: they need another file (dwz), or are of another
 * byte order.
 */
int debug_image__copy(struct elf_image *image, struct elf_image *ret);
/* A section of such a copy; empty: it has none. */
struct reader debug_image__section(const struct elf_image *copy, const char *name);

#endif /* SYMBOLS_DEBUG_IMAGE_H */
