/* SPDX-License-Identifier: GPL-2.0-only */
/* The slowest fault, behind the bucket that it is in: an exemplar of OpenMetrics. */
#ifndef SERVE_EXEMPLAR_H
#define SERVE_EXEMPLAR_H

#include "../base/buf.h"
#include "../faults/format.h"
#include "totals.h"

/* Names and values of an exemplar's labels have at most so many characters together. */
#define EXEMPLAR_MAX 128

/* run: for the time of day. */
void exemplar__add(const struct worst_fault *worst, const struct run_start *run, struct buf *out);

#endif /* SERVE_EXEMPLAR_H */
