/* SPDX-License-Identifier: GPL-2.0-only */
/* Ids of stacks that the kernel half copied, made of the frames that they turned out to have. */
#ifndef FAULTS_FRAMES_HASH_H
#define FAULTS_FRAMES_HASH_H

#include "../base/hash64.h"
#include "../symbols/unwind.h"

/* code: the process and the generation of its code. Never 0. */
static inline uint64_t hash_frames(uint64_t code, const struct unwind_frame *frames, size_t nr,
				   bool is_cut)
{
	uint64_t hash = hash64_mix(hash64_mix(HASH64_BEGIN, code), is_cut);

	for (size_t i = 0; i < nr; i++)
		hash = hash64_mix(hash, frames[i].address << 1 | frames[i].is_return);
	return hash ? hash : 1;
}

#endif /* FAULTS_FRAMES_HASH_H */
