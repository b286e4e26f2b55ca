/* SPDX-License-Identifier: GPL-2.0-only */
#include "side_capture.h"

#include <errno.h>

#include "../recording/recorder.h"
#include "cgroups_to_record.h"

int side_capture__new(struct side_capture *capture, const struct options *opts)
{
	struct stream_options stream = options__of_stream(opts);

	if (!opts->side_capture)
		return 0;
	stream.stacks = options__wants_stacks(opts);
	stream.symbols = stream.lines = row_spec__has_code(&opts->rows);
	stream.quiet = true;
	known_cgroups__open(&capture->cgroups, opts->host_root);
	return stream__new(&stream, &capture->stream);
}

void side_capture__free(struct side_capture *capture)
{
	if (capture->stream)
		known_cgroups__close(&capture->cgroups);
	stream__free(capture->stream);
	format__free(capture->format);
	output__close(&capture->out);
}

int side_capture__begin(struct side_capture *capture, const struct session *session)
{
	struct recorder_options options = { .command_line = "", .stacks = true };
	int err;

	if (!capture->stream)
		return 0;
	err = output__open(&capture->out, session->opts->side_capture);
	if (err)
		return err;
	capture->format = format__new(&capture_format, &capture->out.buf, &session->start);
	if (!capture->format)
		return -ENOMEM;
	options.fd = capture->out.fd;
	options.name = capture->out.name;
	options.info = source__info(session->source);
	options.cgroups = cgroups_to_record(&capture->cgroups);
	err = recorder__open(capture->format, &options);
	if (!err)
		stream__start(capture->stream, session->source, capture->format, &capture->out,
			      session->code_history, &capture->end);
	return err;
}

void side_capture__collected(struct side_capture *capture)
{
	if (capture->stream)
		stream__collected(capture->stream);
}

void side_capture__end(struct side_capture *capture, const struct session *session)
{
	struct run_end end = session->end;
	unsigned long long dropped;

	if (!capture->stream)
		return;
	end.faults = capture->end.faults;
	end.major = capture->end.major;
	end.minor = capture->end.minor;
	end.latency_ns = capture->end.latency_ns;
	capture->end = end;
	recorder__count_losses(capture->format, &capture->end);
	stream__end(capture->stream);
	recorder__close(capture->format, &dropped);
}
