/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace report FILE top` with a profile: --folded, --pprof, --flamegraph. */
#include <errno.h>
#include <stdlib.h>

#include "../../bpf/contract/takes.h"
#include "../faults/jit_advice.h"
#include "report.h"
#include "write_profile.h"

struct profile_of_capture {
	struct profile *profile;
	struct profile_files files;
	struct jit_advice jits;
	unsigned int page_shift;
};

static int begin(struct report *r)
{
	struct profile_of_capture *view = r->state = calloc(1, sizeof(*view));

	if (!view)
		return -ENOMEM;
	*view = (struct profile_of_capture) {
		.profile = profile__new(),
		.files = PROFILE_FILES_NONE,
		.jits.of_stacks = true,
		.page_shift = player__info(r->player).page_shift,
	};
	return profile_files__open(&view->files, r->opts);
}

static void add_fault(struct report *r, const struct fault *fault)
{
	struct profile_of_capture *view = r->state;
	const struct ft_fault *rec = fault->rec;
	bool is_counted = ft_is_in_table(rec, fault->verdict.kind, r->opts->filter.kinds);
	bool has_latency = rec->latency_ns != FT_UNKNOWN64;
	const struct profile_faults faults = {
		.comm = rec->comm,
		.pid = rec->pid,
		.kind = (uint8_t)fault->verdict.kind,
		.weights = {
			[PROFILE_COUNT] = rec->weight,
			[PROFILE_LATENCY] = has_latency ? rec->latency_ns * rec->weight
							: FT_UNKNOWN64,
			[PROFILE_BYTES] = ft_fault_bytes(rec, view->page_shift) * rec->weight,
		},
	};

	report__count(r, fault, is_counted);
	if (!is_counted)
		return;
	profile__add_stack(view->profile, fault->stack, &faults);
	jit_advice__count(&view->jits, fault->stack ? fault->stack->made_by : JIT_NONE,
			  rec->weight);
}

static void end(struct report *r)
{
	struct profile_of_capture *view = r->state;
	const struct profile_request request = { r->opts, &r->start, &r->end, view->profile };

	r->failed |= write_profile(&request, &view->files, &r->out.buf);
	if (!r->opts->quiet)
		jit_advice__give(&view->jits);
}

static void free_view(struct report *r)
{
	struct profile_of_capture *view = r->state;

	if (!view)
		return;
	profile_files__close(&view->files);
	profile__free(view->profile);
	free(view);
}

const struct report_view report_profile = {
	.begin = begin,
	.fault = add_fault,
	.end = end,
	.free = free_view,
};
