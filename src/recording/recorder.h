/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes faults, as formats get them, into a capture: with the names of their mappings, functions
 * and threads, so that whoever reads it needs nothing else.
 */
#ifndef RECORDING_RECORDER_H
#define RECORDING_RECORDER_H

#include "../capture/writer.h"
#include "../faults/format.h"
#include "../source/source.h"
#include "tables.h"

/* A format whose instances write nothing to their buffer. */
extern const struct format_ops capture_format;

/* Tells of a cgroup, by the kernel's id, texts that are valid until the next call. */
struct recorded_cgroups {
	void *ctx;
	/* NULL: not known. The first one may be NULL itself: no cgroup is known. */
	const char *(*path)(void *ctx, uint64_t id);
	const char *(*container)(void *ctx, uint64_t id);
};

/* What it points to outlives the recorder. */
struct recorder_options {
	int fd;
	const char *name; /* of the file, for messages */
	const char *command_line;
	struct source_info info; /* of the source of the faults */
	bool stacks;
	bool uids; /* the records have them */
	const struct recording_setting *settings;
	size_t nr_settings;
	struct recorded_cgroups cgroups;
	uint64_t segment_bytes; /* 0: what suits most */
	/* The files that follow fd's, when one is full, or has the faults of file_ns; NULL: none. */
	const struct capture_files *files;
	const struct capture_keep
		*keep;		  /* in memory, until recorder__dump(); NULL: all is written */
	uint64_t file_ns;	  /* 0: however long it takes */
	_Atomic(uint64_t) *bytes; /* of all files that are kept; NULL: not asked for */
	/* The totals of the run so far, which end each file. NULL: there is one file only. */
	struct run_end (*so_far)(void *ctx);
	void *ctx;
	/* Called with each fault, once it is in the capture; NULL: not wanted. */
	void (*seen)(void *ctx, const struct fault *fault);
	struct format *tee; /* also shows the faults that are in the capture; NULL: none */
};

/* format: of capture_format. To be called before anything is shown. 0, or -errno after saying why. */
int recorder__open(struct format *format, const struct recorder_options *opts);
/*
 * Writes the memory map of a process, read with its spans. What cannot be handed over is left out of
 * it, which a reader sees.
 */
void recorder__map(struct format *format, const struct memory_map *map);
/* Hands over what has come, so that a reader of the file sees it soon. */
void recorder__flush(struct format *format);
/*
 * Of what is kept in memory: writes it into a file, a capture that ends now. 0; -EAGAIN: not now,
 * since there is no free block; or -errno of a write, which has been said.
 */
int recorder__dump(struct format *format, uint64_t now_ns);
/* Writes what was lost since the last call. so_far: what the source has lost since it began. */
void recorder__tell_losses(struct format *format, uint64_t now_ns, const struct run_end *so_far);
/*
 * Completes the capture. 0, or -errno if not all could be written; that has been said. *dropped: how
 * many faults were not written because of it, without those of recorder__lost().
 */
int recorder__close(struct format *format, unsigned long long *dropped);

/* Faults that could not be handed over, since those before were not written yet; weighted. */
unsigned long long recorder__lost(const struct format *format);
/* Counts them as lost, and not as faults. To be called once, before the end is shown. */
void recorder__count_losses(const struct format *format, struct run_end *end);
/* 0, or -errno: a write failed, and that has been said. */
int recorder__error(const struct format *format);

#endif /* RECORDING_RECORDER_H */
