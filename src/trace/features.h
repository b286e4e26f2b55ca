/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this kernel offers, asked of the kernel itself: load it, attach it, look
 * at the answer. Never by version number.
 */
#ifndef TRACE_FEATURES_H
#define TRACE_FEATURES_H

#include <stdbool.h>
#include <stdio.h>

enum feature {
	FEATURE_BTF,
	FEATURE_BPF,
	FEATURE_RINGBUF,
	FEATURE_PAGE_FAULT_TP,
	FEATURE_FENTRY,
	FEATURE_KPROBE,
	FEATURE_SW_EVENTS,
	FEATURE_TASK_STORAGE,
	FEATURE_RDONLY_CAST,
	FEATURE_ITER_NUM,
	FEATURE_STACKS,
	FEATURE_STALLS,
	FEATURE_COUNT
};

struct features {
	int result[FEATURE_COUNT]; /* 0: there; else -errno */
	bool asked[FEATURE_COUNT];
	void *vmlinux; /* struct btf *, or NULL */
};

void features__init(struct features *features);
void features__free(struct features *features);

/* Asks once, remembers. */
bool features__has(struct features *features, enum feature feature);

/* Does this kernel's enum have that constant? */
bool features__enum_has(struct features *features, const char *name, const char *constant);

/* Does this kernel have that tracepoint? How many arguments it has, else -ENOENT. */
int features__tracepoint(struct features *features, const char *name);

const char *feature_name(enum feature feature);
/* What it is good for. */
const char *feature_use(enum feature feature);
/*
 * Cannot be told: the kernel asks for privileges that we lack before it says what it has.
 */
bool features__is_hidden(struct features *features, enum feature feature);
/* Why the kernel said no: for a reader who may be able to do something. */
const char *features__why_not(struct features *features, enum feature feature);

#endif /* TRACE_FEATURES_H */
