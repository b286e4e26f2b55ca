/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace trace`: one fault, one line. */
#include "../trace/pipeline.h"
#include "run.h"
#include "../trace/session.h"

static int begin(struct session *session)
{
	pipeline__start(session->ctx, &session->start, &session->out, session->code_map,
			&session->end);
	return 0;
}

static void collected(struct session *session)
{
	output__flush(&session->out);
}

static bool done(const struct session *session)
{
	return pipeline__done(session->ctx);
}

static void end(struct session *session)
{
	pipeline__end(session->ctx);
}

static const struct session_ops ops = {
	.begin = begin,
	.record = pipeline__record,
	.collected = collected,
	.done = done,
	.end = end,
};

int run_trace(const struct options *opts)
{
	struct pipeline *pipeline;
	struct session session;
	int status = STATUS_FAILED;

	if (!pipeline__new(opts, &pipeline))
		status = session__run(&session, opts, &ops, pipeline);
	pipeline__free(pipeline);
	return status;
}
