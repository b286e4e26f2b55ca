/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of a fault that more than one format writes, and in the same way.
 */
#ifndef FORMAT_FIELDS_H
#define FORMAT_FIELDS_H

#include <signal.h>
#include <string.h>

#include "../base/buf.h"
#include "../faults/fault.h"

#define SIGNAL_PREFIX "SIG"

struct comm {
	char text[FT_COMM_LEN + 1];
};

/* A record's comm, NUL-terminated whatever the record has. */
static inline struct comm comm_of(const struct ft_fault *rec)
{
	struct comm comm;

	memcpy(comm.text, rec->comm, FT_COMM_LEN);
	comm.text[FT_COMM_LEN] = '\0';
	return comm;
}

static inline void add_perms(struct buf *out, const struct ft_fault *rec)
{
	char text[5];

	vma_perms(rec->vma.facts, text);
	buf__adds(out, text);
}

/* SIGKILL inside a fault is always from the OOM killer. NULL: no signal. */
static inline const char *signal_name(const struct ft_fault *rec)
{
	switch (rec->signal) {
	case SIGSEGV: return SIGNAL_PREFIX "SEGV";
	case SIGBUS: return SIGNAL_PREFIX "BUS";
	case SIGKILL: return "OOM";
	}
	return NULL;
}

#endif /* FORMAT_FIELDS_H */
