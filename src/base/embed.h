/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file of the source tree as a string, for what is not C and better read as what it
 * is. The Makefile knows what depends on it.
 */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

#define EMBED(name, file)                                                          \
	__asm__(".pushsection .rodata\n" #name ": .incbin \"" file "\"\n.byte 0\n" \
		".popsection\n");                                                  \
	extern const char name[] __attribute__((visibility("hidden")))

#endif /* BASE_EMBED_H */
