/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this kernel offers. Asks the kernel itself, by loading and attaching
 * a probe, never by its version number.
 */
#ifndef SOURCE_LIVE_FEATURES_H
#define SOURCE_LIVE_FEATURES_H

#include <stdbool.h>
#include <stdio.h>

enum feature {
	FEATURE_BTF,
	FEATURE_BPF,
	FEATURE_RINGBUF,
	FEATURE_PAGE_FAULT_TP,
	FEATURE_FENTRY,
	FEATURE_KPROBE,
	FEATURE_MEMCG_EVENTS,
	FEATURE_SW_EVENTS,
	FEATURE_TASK_STORAGE,
	FEATURE_RDONLY_CAST,
	FEATURE_ITER_NUM,
	FEATURE_STACKS,
	FEATURE_STALLS,
	FEATURE_VM_EVENTS,
	FEATURE_COUNT
};

struct features {
	int result[FEATURE_COUNT]; /* 0: the kernel has it; else -errno */
	bool asked[FEATURE_COUNT];
	void *vmlinux;		     /* struct btf *, or NULL */
	long long vm_events_from_rq; /* see vm_events.h; with FEATURE_VM_EVENTS */
};

void features__init(struct features *features);
void features__free(struct features *features);

/* Does the kernel have it? Asks the kernel once, and remembers the answer. */
bool features__has(struct features *features, enum feature feature);

/* Does this kernel's enum have that constant? */
bool features__enum_has(struct features *features, const char *name, const char *constant);

/* The number of arguments of a tracepoint; -ENOENT if this kernel does not have it. */
int features__tracepoint(struct features *features, const char *name);

const char *feature_name(enum feature feature);
/* What faulttrace uses the feature for. */
const char *feature_use(enum feature feature);
/* Is the answer unknown, because the kernel does not answer without privileges that we lack? */
bool features__is_hidden(struct features *features, enum feature feature);
/* Why the kernel does not have the feature, for a user who may be able to change that. */
const char *features__why_not(struct features *features, enum feature feature);

#endif /* SOURCE_LIVE_FEATURES_H */
