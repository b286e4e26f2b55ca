/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace record`: faults into a file, for `faulttrace report`. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/terminal.h"
#include "../base/whole_file.h"
#include "../base/units.h"
#include "../faults/stream.h"
#include "../format/formats.h"
#include "../host/clock.h"
#include "../host/machine.h"
#include "../recording/recorder.h"
#include "cgroups_to_record.h"
#include "command_line.h"
#include "commands.h"
#include "flight.h"
#include "record_files.h"
#include "record_maps.h"
#include "session.h"

/* How often what has come is handed to the file, and told on a terminal. */
#define TICK_NS 1000000000ULL

/* A segment of a file in a series: so small that the last one of a file leaves little room. */
#define SEGMENT_SHARE	  2 /* of the file's limit, before it is compressed */
#define SEGMENT_BYTES_MIN (256ULL << 10)
#define SEGMENT_BYTES_MAX (64ULL << 20)

/* Of a flight recorder that keeps a time: the most memory; and how many segments that time has. */
#define KEEP_BYTES_MAX (256ULL << 20)
#define KEEP_SEGMENTS  8

/* For a test: what `trace --json` would have printed of the faults that are in the file. */
struct tee {
	struct run_start start;
	struct output out;
	struct format *format; /* NULL: not asked for */
};

struct record {
	struct stream *stream;
	struct whole_file file;
	struct record_files files;
	struct flight flight;
	struct capture_keep keep;
	bool is_flight;		 /* recorder: what is kept in memory is written now and then */
	bool has_files;		 /* in a series; or one file */
	_Atomic(uint64_t) bytes; /* of the files that are kept */
	const char *old_name;	 /* what an existing file is renamed to; NULL: it is replaced */
	struct buf command_line;
	struct known_cgroups cgroups;
	struct machine_setting machine[MACHINE_SETTINGS_MAX];
	struct recording_setting settings[MACHINE_SETTINGS_MAX];
	struct tee tee;
	unsigned long long next_ns;
	unsigned long long faults; /* when losses were written last */
	bool has_ticked;
	bool tells; /* the progress */
	bool has_told;
};

static int open_tee(struct tee *tee, const struct session *session)
{
	int err = session->opts->tee ? output__open(&tee->out, session->opts->tee) : 0;

	if (err || !session->opts->tee)
		return err;
	tee->start = session->start;
	tee->start.command = trace_command.name;
	tee->format = format__new(&json_format, &tee->out.buf, &tee->start);
	return tee->format ? 0 : -ENOMEM;
}

static int close_tee(struct tee *tee)
{
	format__free(tee->format);
	output__flush(&tee->out);
	return output__close(&tee->out);
}

/* Of a flight recorder there is no file until a condition holds. */
static int open_nothing(struct session *session)
{
	struct record *record = session->ctx;

	record->files.number = 0;
	session->out.name = session->opts->output;
	session->out.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return session->out.fd < 0 ? -errno : 0;
}

/* The file is there when CMD runs: a run that does not begin leaves what was there. */
static int open_file(struct session *session)
{
	struct record *record = session->ctx;
	const char *path = session->opts->output;
	int err = record->has_files || record->is_flight ? record_files__open(&record->files, path)
							 : 0;

	if (!err && record->is_flight)
		return open_nothing(session);
	if (!err && record->has_files)
		path = record->files.first;
	if (!err)
		err = whole_file__open(&record->file, path);
	if (err)
		return err;
	session->out.name = record->file.direct.fd >= 0 ? record->file.direct.name : path;
	session->out.fd = whole_file__begin(&record->file);
	if (session->out.fd < 0)
		return session->out.fd;
	record->files.first_fd = session->out.fd;
	if (!isatty(session->out.fd))
		return 0;
	log_error("cannot write a capture to a terminal");
	log_hint("-o FILE, or a pipe to faulttrace report -");
	return -EINVAL;
}

static int keep_file(struct session *session)
{
	struct record *record = session->ctx;
	int err;

	if (!record->has_files && !record->is_flight)
		return whole_file__keep(&record->file, record->old_name);
	err = record_files__clear(&record->files, record->old_name);
	return err || record->is_flight ? err : whole_file__keep(&record->file, NULL);
}

static int started(struct session *session)
{
	int err = keep_file(session);

	/* A command has next to nothing yet, and may be over soon: its map is read later. */
	if (!err && !session->child.pid)
		record_maps__take(session);
	return err;
}

static size_t read_settings(struct record *record)
{
	size_t nr = machine__read(record->machine);

	for (size_t i = 0; i < nr; i++)
		record->settings[i] = (struct recording_setting) { record->machine[i].name,
								   record->machine[i].value };
	return nr;
}

/* What each file of a series ends with. */
static struct run_end so_far(void *ctx)
{
	struct session *session = ctx;
	struct run_end end = session__losses_so_far(session);

	end.faults = session->end.faults;
	end.major = session->end.major;
	end.minor = session->end.minor;
	end.errors = session->end.errors;
	end.latency_ns = session->end.latency_ns;
	end.elapsed_ns = clock_ns(CLOCK_MONOTONIC) - session->start.time_ns;
	end.unseen_gup = end.throttled_ns = end.bpf_run_ns = end.bpf_runs = -1;
	return end;
}

static void see_fault(void *ctx, const struct fault *fault)
{
	const struct session *session = ctx;
	struct record *record = session->ctx;

	flight__see(&record->flight, fault);
}

static uint64_t clamp(uint64_t n, uint64_t min, uint64_t max)
{
	return n < min ? min : n > max ? max : n;
}

/* What a flight recorder keeps. Its segments, which are dropped one by one, are parts of that. */
static void add_keep(struct session *session, struct recorder_options *options)
{
	const struct options *opts = session->opts;
	struct record *record = session->ctx;
	uint64_t bytes = opts->keep.bytes ? opts->keep.bytes : KEEP_BYTES_MAX;

	record->keep = (struct capture_keep) {
		.bytes = bytes,
		.ns = opts->keep.ns ? opts->keep.ns + opts->after_ns : 0,
	};
	options->keep = &record->keep;
	options->files = &record->files.next;
	options->file_ns = opts->keep.ns / KEEP_SEGMENTS;
	options->segment_bytes =
		clamp(bytes / SEGMENT_SHARE, SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX / 2);
	options->seen = see_fault;
	options->so_far = so_far;
	options->ctx = session;
	flight__begin(&record->flight, opts, session->child.pid);
}

/* Files that follow the first one, as the options say. */
static void add_files(struct session *session, struct recorder_options *options)
{
	const struct options *opts = session->opts;
	struct record *record = session->ctx;
	struct capture_files *next = &record->files.next;

	if (record->is_flight)
		add_keep(session, options);
	if (!record->has_files)
		return;
	next->keeps_two = opts->max_size;
	next->file_bytes = opts->max_size ? opts->max_size / 2 : opts->split.bytes;
	options->files = next;
	options->file_ns = opts->split.ns;
	options->so_far = so_far;
	options->ctx = session;
	if (next->file_bytes)
		options->segment_bytes = clamp(next->file_bytes / SEGMENT_SHARE, SEGMENT_BYTES_MIN,
					       SEGMENT_BYTES_MAX);
}

static int begin(struct session *session)
{
	struct record *record = session->ctx;
	struct recorder_options options = {
		.fd = session->out.fd,
		.name = session->out.name,
		.command_line = record->command_line.data,
		.info = source__info(session->source),
		.stacks = session->opts->stack != STACK_NONE,
		.uids = true,
		.settings = record->settings,
		.nr_settings = read_settings(record),
		.cgroups = cgroups_to_record(&record->cgroups),
		.bytes = &record->bytes,
	};
	int err;

	add_files(session, &options);

	err = open_tee(&record->tee, session);
	options.tee = record->tee.format;
	if (!err)
		err = recorder__open(session->format, &options);
	if (err)
		return err;
	record->next_ns = clock_ns(CLOCK_MONOTONIC) + TICK_NS;
	record->tells = !session->opts->quiet && terminal_takes_escapes(STDERR_FILENO);
	stream__start(record->stream, session->source, session->format, &session->out,
		      session->code_history, &session->end);
	return 0;
}

/* The size of the file, or of all of a series that are kept; nothing if it is no file. */
static void add_size(struct buf *text, const struct session *session)
{
	const struct record *record = session->ctx;
	struct stat st;

	if (fstat(session->out.fd, &st) || !S_ISREG(st.st_mode))
		return;
	buf__adds(text, ", ");
	units_add_bytes(text, record->bytes);
}

static void tell_progress(const struct session *session)
{
	struct buf text = { 0 };

	buf__addf(&text, "\r\033[K%llu faults, %llu lost", session->end.faults,
		  session->lost_told + recorder__lost(session->format));
	add_size(&text, session);
	fwrite(text.data, 1, text.len, stderr);
	buf__free(&text);
}

/* Faults are lost where many come. */
static void write_losses(struct session *session, unsigned long long now)
{
	struct record *record = session->ctx;
	struct run_end so_far;

	if (session->end.faults == record->faults)
		return;
	record->faults = session->end.faults;
	so_far = session__losses_so_far(session);
	recorder__tell_losses(session->format, now, &so_far);
}

/* Writes what is kept if it is time to. Where it cannot be written now, it is tried again. */
static void dump_if_due(struct session *session, unsigned long long now)
{
	struct record *record = session->ctx;

	if (!record->is_flight || !flight__is_due(&record->flight, now) ||
	    recorder__dump(session->format, now))
		return;
	flight__dumped(&record->flight);
	if (!session->opts->quiet)
		log_note("%s.%04u has what was kept", session->opts->output,
			 record->flight.nr_dumps);
}

static void collected(struct session *session)
{
	struct record *record = session->ctx;
	unsigned long long now = clock_ns(CLOCK_MONOTONIC);

	stream__collected(record->stream);
	output__flush(&record->tee.out);
	dump_if_due(session, now);
	if (now < record->next_ns)
		return;
	record->next_ns = now + TICK_NS;
	write_losses(session, now);
	if (session->child.pid && !record->has_ticked)
		record_maps__take(session);
	record->has_ticked = true;
	recorder__flush(session->format);
	if (!record->tells)
		return;
	tell_progress(session);
	record->has_told = true;
}

static unsigned long long when(const struct session *session)
{
	const struct record *record = session->ctx;
	unsigned long long dump_ns =
		record->is_flight ? flight__when(&record->flight) : record->next_ns;

	return dump_ns < record->next_ns ? dump_ns : record->next_ns;
}

/* Also if the file cannot be written any more. */
static bool done(const struct session *session)
{
	const struct record *record = session->ctx;

	return recorder__error(session->format) || stream__done(record->stream) ||
	       flight__is_done(&record->flight);
}

/* Did CMD die of a signal? */
static bool has_crashed(struct session *session)
{
	return session->child.pid && child__ended(&session->child) &&
	       WIFSIGNALED(session->child.status);
}

static void tell_flight(const struct session *session)
{
	const struct record *record = session->ctx;
	unsigned int nr = record->flight.nr_dumps;

	if (nr)
		log_note("%u capture%s: %s.0001%s", nr, plural(nr), session->opts->output,
			 nr > 1 ? " and so on" : "");
	else
		log_note("no condition of --dump-on held: nothing was written");
}

static void tell_files(const struct session *session, int len, const char *size)
{
	const struct record *record = session->ctx;
	unsigned int last = record->files.number;
	unsigned int first = record->files.next.keeps_two && last > 1 ? last - 1 : 1;

	if (!record->has_files)
		log_note("%s%.*s", session->out.name, len, size);
	else if (first == last)
		log_note("%s.%04u%.*s", session->opts->output, last, len, size);
	else
		log_note("%s.%04u to .%04u%.*s", session->opts->output, first, last, len, size);
}

static void tell_file(const struct session *session)
{
	const struct record *record = session->ctx;
	struct buf size = { 0 };

	add_size(&size, session);
	if (record->is_flight)
		tell_flight(session);
	else if (size.len)
		tell_files(session, (int)size.len, size.data);
	buf__free(&size);
}

static void end(struct session *session)
{
	struct record *record = session->ctx;
	unsigned long long dropped;
	int err;

	if (record->has_told)
		fputs("\r\033[K", stderr);
	recorder__tell_losses(session->format, session->ended_ns, &session->end);
	recorder__count_losses(session->format, &session->end);
	stream__end(record->stream);
	if (record->is_flight && flight__is_due_at_end(&record->flight, has_crashed(session)) &&
	    !recorder__dump(session->format, session->ended_ns))
		flight__dumped(&record->flight);
	err = recorder__close(session->format, &dropped);
	/* Faults that were not resolved are not in `faults`. */
	session->end.faults -= dropped < session->end.faults ? dropped : session->end.faults;
	session->end.lost_file += dropped;
	/* The reader of a pipe that has left is no failure. */
	if (err == -EPIPE)
		session->out.reader_gone = true;
	else if (err)
		session->failed = err;
	if (!session->opts->quiet)
		tell_file(session);
}

/* What comes while the maps are read is recorded, too: tracing ends after that. */
static void stopping(struct session *session)
{
	record_maps__take(session);
	if (session->opts->maps && !targets__gone(&session->targets))
		session->ended_ns = clock_ns(CLOCK_MONOTONIC);
}

static const struct session_ops ops = {
	.open = open_file,
	.begin = begin,
	.started = started,
	.collected = collected,
	.when = when,
	.done = done,
	.stopping = stopping,
	.end = end,
};

static int run_session(struct record *record, const struct options *opts)
{
	struct stream_options stream_options = options__of_stream(opts);
	struct session session;

	if (stream__new(&stream_options, &record->stream)) {
		log_no_memory();
		return STATUS_FAILED;
	}
	return session__run(&session, opts, &ops, record, stream__consumer(record->stream));
}

static int run(const struct options *opts)
{
	struct record record = { .tee.out.fd = -1,
				 .file = WHOLE_FILE_NONE,
				 .files = RECORD_FILES_NONE };
	struct options own = *opts;
	int status;

	own.format = &capture_format;
	if (!own.output) {
		own.output = CAPTURE_FILE_DEFAULT;
		record.old_name = CAPTURE_FILE_DEFAULT ".old";
	}
	record.is_flight = opts->keep.bytes || opts->keep.ns;
	record.has_files = opts->max_size || opts->split.bytes || opts->split.ns;
	command_line__read(&record.command_line);
	known_cgroups__open(&record.cgroups, opts->host_root);
	status = run_session(&record, &own);
	stream__free(record.stream);
	whole_file__close(&record.file);
	record_files__close(&record.files);
	buf__free(&record.command_line);
	known_cgroups__close(&record.cgroups);
	if (close_tee(&record.tee) && !status)
		status = STATUS_FAILED;
	return status;
}

const struct command record_command = {
	.id = COMMAND_RECORD,
	.name = "record",
	.usage = "record TARGET [FILTER..] [OUTPUT..]",
	.what = "each page fault, into a file that report reads anywhere",
	.examples = "  faulttrace record -p 4242 -d 10           ten seconds, into faulttrace.ft\n"
		    "  faulttrace record -s -w -- make           with stacks and symbols\n"
		    "  faulttrace record -a --max-size 1G         for days: the newest gigabyte\n"
		    "  faulttrace record -o - -a | faulttrace report - trace\n",
	.run = run,
};
