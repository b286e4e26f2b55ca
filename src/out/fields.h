/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of a fault that more than one format writes, and in the same way.
 */
#ifndef OUT_FIELDS_H
#define OUT_FIELDS_H

#include <signal.h>
#include <string.h>

#include "../base/buf.h"
#include "../trace/fault.h"

#define SIGNAL_PREFIX "SIG"

struct comm {
	char text[FT_COMM_LEN + 1];
};

/* NUL-terminated, whatever the record says. */
static inline struct comm comm_of(const struct ft_fault *rec)
{
	struct comm comm;

	memcpy(comm.text, rec->comm, FT_COMM_LEN);
	comm.text[FT_COMM_LEN] = '\0';
	return comm;
}

/* As in /proc/PID/maps: "rw-p". */
static inline void add_perms(struct buf *out, const struct ft_fault *rec)
{
	const char text[] = {
		rec->vma & FT_VMA_READ ? 'r' : '-',
		rec->vma & FT_VMA_WRITE ? 'w' : '-',
		rec->vma & FT_VMA_EXEC ? 'x' : '-',
		rec->vma & FT_VMA_MAYSHARE ? 's' : 'p',
	};

	buf__add(out, text, sizeof(text));
}

/* Only the OOM killer kills inside a fault. NULL: no signal. */
static inline const char *signal_name(const struct ft_fault *rec)
{
	switch (rec->signal) {
	case SIGSEGV: return SIGNAL_PREFIX "SEGV";
	case SIGBUS: return SIGNAL_PREFIX "BUS";
	case SIGKILL: return "OOM";
	}
	return NULL;
}

#endif /* OUT_FIELDS_H */
