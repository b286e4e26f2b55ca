/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Embeds a file of the source tree as a string, so that what is not C has its own file.
 * The Makefile lists which objects depend on which files.
 */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

#define EMBED(name, file)                                                          \
	__asm__(".pushsection .rodata\n" #name ": .incbin \"" file "\"\n.byte 0\n" \
		".popsection\n");                                                  \
	extern const char name[] __attribute__((visibility("hidden")))

#endif /* BASE_EMBED_H */
