/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many faults each stack took, and their weights. Equal stacks are one sample,
 * equal texts are stored once, and stacks share their common outer frames: memory
 * grows with the number of distinct stacks, not of faults.
 */
#ifndef FAULTS_PROFILE_H
#define FAULTS_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bpf/contract/classify.h"

struct profile;
struct stack;

enum profile_weight {
	PROFILE_COUNT,
	PROFILE_LATENCY, /* ns */
	PROFILE_BYTES,
	PROFILE_WEIGHTS
};

/* Names of the weights, indexed by enum profile_weight. */
extern const char *const profile_weight_names[PROFILE_WEIGHTS]; /* as in options */
extern const struct profile_weight_words {
	const char *type, *unit; /* as pprof names them */
	const char *title;	 /* "ns in page faults" */
} profile_weight_words[PROFILE_WEIGHTS];

/* A text that is not known is NULL or "". */
struct profile_frame {
	const char *function;
	const char *module;   /* path of the ELF file, or a name as [kernel] or [vdso] */
	const char *build_id; /* in hex */
	uint64_t address;     /* as in the module's symbol table; of [kernel]: in memory */
	const char *source;
	uint32_t line; /* 0: unknown */
	bool inlined;  /* the function is inlined into the next frame, at the same address */
};

/* Faults of one kind with the same stack, thread name and pid. */
struct profile_faults {
	const struct profile_frame *frames; /* the leaf first */
	size_t nr_frames;		    /* 0: the stack is unknown */
	const char *comm;
	uint32_t pid;
	uint8_t kind; /* enum ft_kind */
	/* Sums over all the faults. With FT_UNKNOWN64 they count in profile__unknown() instead. */
	uint64_t weights[PROFILE_WEIGHTS];
};

/* How to show a profile. */
struct profile_view {
	enum profile_weight weight;
	const char *target;  /* "postgres (4242)": what was traced */
	uint64_t wall_ns;    /* begin of the run, since 1970; 0: unknown */
	uint64_t elapsed_ns; /* length of the run; 0: unknown */
};

/* Of memory: of a capture, which a stranger may have made, all stacks could be different. */
#define PROFILE_BYTES_MAX (256u << 20)

struct profile *profile__new(void);
/* As profile__new(), with another limit of memory than PROFILE_BYTES_MAX. */
struct profile *profile__new_within(size_t bytes);
void profile__free(struct profile *p);

void profile__add(struct profile *p, const struct profile_faults *faults);
/* The same, but with the frames of this stack; NULL: the stack is unknown. */
void profile__add_stack(struct profile *p, const struct stack *stack,
			const struct profile_faults *faults);

uint64_t profile__total(const struct profile *p, enum profile_weight weight);
/* Faults, weighted, whose stacks did not fit into memory: in the totals, with PROFILE_LEFT_OUT. */
uint64_t profile__left_out(const struct profile *p);
/* The number of faults whose weight is unknown, and not in profile__total(). */
uint64_t profile__unknown(const struct profile *p, enum profile_weight weight);

/*
 * The path of the main program, for formats that want one: of all modules that are files, but no
 * libraries, the one that is in the stacks of the most faults. "" if there is none.
 */
const char *profile__program(const struct profile *p);

/* One for each stack, thread name, pid and kind, in the order of their first faults. */
struct profile_sample {
	uint32_t stack; /* the innermost call; PROFILE_NO_CALL if the stack is unknown */
	const char *comm;
	uint32_t pid;
	uint8_t kind;
	const uint64_t *weights;
};

#define PROFILE_NO_CALL	 UINT32_MAX
/* The function in place of a stack that was left out. */
#define PROFILE_LEFT_OUT "[left out]"

/* A call is a frame (by number) and the call that made it. */
struct profile_call {
	uint32_t caller; /* PROFILE_NO_CALL: none is known */
	uint32_t frame;
};

/* What these return points into the profile, and is valid until faults are added. */
uint32_t profile__nr_samples(const struct profile *p);
struct profile_sample profile__sample(const struct profile *p, uint32_t i);
struct profile_call profile__call(const struct profile *p, uint32_t call);
uint32_t profile__nr_frames(const struct profile *p);
/* Texts that are not known are "". */
struct profile_frame profile__frame(const struct profile *p, uint32_t frame);

#endif /* FAULTS_PROFILE_H */
