/* SPDX-License-Identifier: GPL-2.0-only */
/* Ids of stacks that the kernel half copied, made of the frames that they turned out to have. */
#ifndef FAULTS_FRAMES_HASH_H
#define FAULTS_FRAMES_HASH_H

#include "../symbols/unwind.h"

/* FNV-1a, of 64-bit words. */
static inline uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x100000001b3ULL;
	return hash ^ hash >> 29;
}

/* code: the process and the generation of its code. Never 0. */
static inline uint64_t hash_frames(uint64_t code, const struct unwind_frame *frames, size_t nr,
				   bool is_cut)
{
	uint64_t hash = mix(mix(0xcbf29ce484222325ULL, code), is_cut);

	for (size_t i = 0; i < nr; i++)
		hash = mix(hash, frames[i].address << 1 | frames[i].is_return);
	return hash ? hash : 1;
}

#endif /* FAULTS_FRAMES_HASH_H */
