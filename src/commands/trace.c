/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace trace`: one fault, one line. */
#include "../base/log.h"
#include "../faults/stream.h"
#include "commands.h"
#include "session.h"

static int begin(struct session *session)
{
	stream__start(session->ctx, session->source, session->format, &session->out,
		      session->code_history, &session->end);
	return 0;
}

static void collected(struct session *session)
{
	stream__collected(session->ctx);
}

static bool done(const struct session *session)
{
	return stream__done(session->ctx);
}

static void end(struct session *session)
{
	stream__end(session->ctx);
}

static const struct session_ops ops = {
	.begin = begin,
	.collected = collected,
	.done = done,
	.end = end,
};

static int run(const struct options *opts)
{
	struct stream_options stream_options = options__of_stream(opts);
	struct stream *stream;
	struct session session;
	int status = STATUS_FAILED;

	if (stream__new(&stream_options, &stream))
		log_no_memory();
	else
		status = session__run(&session, opts, &ops, stream, stream__consumer(stream));
	stream__free(stream);
	return status;
}

const struct command trace_command = {
	.id = COMMAND_TRACE,
	.name = "trace",
	.usage = "[trace] TARGET [FILTER..] [OUTPUT..]",
	.what = "each page fault as it completes: its kind, where, how long it took",
	.examples = "  faulttrace -- ls -l /usr             each fault of a command\n"
		    "  faulttrace -p 4242 --major           what a process waits for the disk for\n"
		    "  faulttrace -a -k swap,file -d 10     the whole system, for ten seconds\n"
		    "  faulttrace -p 4242 --min-latency 1ms --json -o slow.ndjson\n",
	.run = run,
};
