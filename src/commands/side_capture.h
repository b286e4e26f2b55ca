/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests: a capture of the same faults that the kernel sums up in tables, so that the tables that
 * report makes of it can be compared with the kernel's.
 */
#ifndef COMMANDS_SIDE_CAPTURE_H
#define COMMANDS_SIDE_CAPTURE_H

#include "../base/output.h"
#include "../faults/stream.h"
#include "../host/known_cgroups.h"
#include "session.h"

struct side_capture {
	struct stream *stream; /* NULL: not asked for */
	struct format *format;
	struct output out;
	struct run_end end;
	struct known_cgroups cgroups; /* open if it was asked for */
};

#define SIDE_CAPTURE_NONE          \
	{                          \
		.out = {.fd = -1 } \
	}

/* 0, or -errno; does nothing unless the options ask for a capture. */
int side_capture__new(struct side_capture *capture, const struct options *opts);
void side_capture__free(struct side_capture *capture);

/* The steps of a session. */
int side_capture__begin(struct side_capture *capture, const struct session *session);
void side_capture__collected(struct side_capture *capture);
void side_capture__end(struct side_capture *capture, const struct session *session);

#endif /* COMMANDS_SIDE_CAPTURE_H */
