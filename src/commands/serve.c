/* SPDX-License-Identifier: GPL-2.0-only */
/* `faulttrace serve`: sums of faults over HTTP, for Prometheus. */
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "../host/clock.h"
#include "../host/known_cgroups.h"
#include "../host/systemd.h"
#include "../serve/accept.h"
#include "../serve/http.h"
#include "../serve/listener.h"
#include "../serve/machine_cgroups.h"
#include "../serve/metrics.h"
#include "commands.h"
#include "session.h"

/* The kernel's counters have 32 bits: they are read before one can overflow. */
#define READ_NS	    60000000000ULL
/* The end of a target is noticed within this time. */
#define WAIT_MAX_MS 250

_Static_assert(SYSTEMD_SOCKETS_MAX <= HTTP_LISTENERS_MAX,
	       "each socket of systemd's has a listener");

#define TYPE_PLAIN	 "text/plain; charset=utf-8"
#define TYPE_HTML	 "text/html; charset=utf-8"
#define TYPE_TEXT	 "text/plain; version=0.0.4; charset=utf-8"
#define TYPE_OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"

struct serve {
	struct systemd systemd;
	struct socket_address address; /* of our own socket */
	size_t nr_fds;
	int fds[HTTP_LISTENERS_MAX];	  /* sockets that listen */
	bool listens[HTTP_LISTENERS_MAX]; /* this one is the server's, who closes it */
	struct http *http;
	struct mapping_names *names;
	struct totals totals;
	struct known_cgroups cgroups;
	struct containers containers;
	unsigned long long start_ns; /* CLOCK_REALTIME */
	bool is_ready;
	bool is_fresh; /* all is read: requests that come together get the same totals */
};

/* ---- Totals --------------------------------------------------------------------- */

/* A row of a kind and a cgroup is in both totals. */
static int add_row(void *ctx, const struct ft_key *key, const struct ft_row *parts, size_t nr_parts)
{
	struct serve *serve = ctx;

	for (size_t cpu = 0; cpu < nr_parts; cpu++)
		if (parts[cpu].used)
			containers__add(&serve->containers, key, key ? key->part[1].word[0] : 0,
					&parts[cpu], serve->totals.read_ns);
	return totals__add_row(&serve->totals, key, parts, nr_parts);
}

static int read_totals(struct session *session)
{
	struct serve *serve = session->ctx;
	struct totals *totals = &serve->totals;
	int err;

	totals->read_ns = source__now(session->source);
	err = source__take_rows(session->source, add_row, serve);
	/* The names that the rows refer to are in the ring by now. */
	source__poll(session->source, &session->consumer);
	totals__name_worst(totals, serve->names);
	containers__sweep(&serve->containers, totals->read_ns);
	if (err)
		log_error("cannot read the table: %s", strerror(-err));
	serve->is_ready = !err;
	return err;
}

static void on_name(void *ctx, const struct ft_name *record)
{
	const struct serve *serve = ctx;

	mapping_names__learn(serve->names, record);
}

static void on_cgroup(void *ctx, const struct ft_cgroup *record)
{
	struct serve *serve = ctx;

	containers__see(&serve->containers, record->id, clock_ns(CLOCK_MONOTONIC));
}

static struct record_consumer consumer_of(struct serve *serve)
{
	static const struct record_handlers handlers = { .name = on_name, .cgroup = on_cgroup };

	return (struct record_consumer) { &handlers, serve };
}

/* ---- Pages ---------------------------------------------------------------------- */

static void answer_metrics(struct session *session, const struct http_request *request,
			   struct http_reply *reply)
{
	struct serve *serve = session->ctx;
	struct source_info info = source__info(session->source);
	unsigned int openmetrics =
		accept__weight(request->accept, "application/openmetrics-text", "1.0.0");
	struct self_usage usage;
	struct metrics_page page = {
		.is_openmetrics = openmetrics && openmetrics >= accept__weight(request->accept,
									       "text/plain", NULL),
		.totals = &serve->totals,
		.containers = &serve->containers,
		.run = &session->start,
		.info = &info,
		.usage = &usage,
		.process_start_ns = serve->start_ns,
	};

	if (!serve->is_fresh) {
		struct source_totals so_far = tracer__totals_so_far(session->tracer);

		read_totals(session);
		totals__update(&serve->totals, &so_far);
		serve->is_fresh = true;
	}
	self_usage__read(&usage);
	reply->type = page.is_openmetrics ? TYPE_OPENMETRICS : TYPE_TEXT;
	metrics__add(&page, &reply->body);
	if (!request->is_head)
		containers__told(&serve->containers, serve->totals.read_ns);
}

static void answer_ready(struct session *session, const struct http_request *request,
			 struct http_reply *reply)
{
	const struct serve *serve = session->ctx;

	(void)request;
	if (!serve->is_ready) {
		reply->status = 503;
		reply->reason = "Service Unavailable";
	}
	buf__adds(&reply->body, serve->is_ready ? "ready\n" : "cannot read the table\n");
}

static void answer_healthy(struct session *session, const struct http_request *request,
			   struct http_reply *reply)
{
	(void)session;
	(void)request;
	buf__adds(&reply->body, "healthy\n");
}

static void answer_home(struct session *session, const struct http_request *request,
			struct http_reply *reply)
{
	(void)request;
	reply->type = TYPE_HTML;
	buf__addf(&reply->body,
		  "<!doctype html>\n<html lang=\"en\"><title>faulttrace</title>\n"
		  "<h1>faulttrace %s</h1>\n<p>Page faults, by plan %s.</p>\n"
		  "<p><a href=\"/metrics\">Metrics</a></p>\n</html>\n",
		  session->start.version, session->start.plan);
}

static const struct {
	const char *path;
	void (*answer)(struct session *session, const struct http_request *request,
		       struct http_reply *reply);
} pages[] = {
	{ "/metrics", answer_metrics },
	{ "/-/healthy", answer_healthy },
	{ "/-/ready", answer_ready },
	{ "/", answer_home },
};

static void answer(void *ctx, const struct http_request *request, struct http_reply *reply)
{
	*reply = (struct http_reply) { .status = 200, .reason = "OK", .type = TYPE_PLAIN };
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(pages[i].path, request->path) != 0)
			continue;
		if (request->is_read) {
			pages[i].answer(ctx, request, reply);
			return;
		}
		reply->status = 405;
		reply->reason = "Method Not Allowed";
		buf__adds(&reply->body, "only GET and HEAD\n");
		return;
	}
	reply->status = 404;
	reply->reason = "Not Found";
	buf__adds(&reply->body, "no such page: /metrics, /-/healthy, /-/ready\n");
}

/* ---- The run -------------------------------------------------------------------- */

/* systemd's sockets, or else our own one. */
static int open_sockets(struct serve *serve, const char *listen)
{
	int fd;

	serve->nr_fds = serve->systemd.nr_sockets;
	memcpy(serve->fds, serve->systemd.sockets, sizeof(serve->systemd.sockets));
	if (serve->nr_fds)
		return 0;
	socket_address__parse(listen, &serve->address);
	fd = listener__open(&serve->address);
	if (fd < 0)
		return fd;
	serve->fds[serve->nr_fds++] = fd;
	return 0;
}

/* Before programs are attached: a port that is taken is told at once. */
static int open_all(struct session *session)
{
	struct serve *serve = session->ctx;
	int err = systemd__open(&serve->systemd);

	if (!err)
		err = open_sockets(serve, session->opts->listen);
	if (!err)
		systemd__tell(&serve->systemd, "STATUS=Attaching programs");
	return err;
}

static int listen_to_all(struct serve *serve)
{
	int err = 0;

	for (size_t i = 0; !err && i < serve->nr_fds; i++) {
		err = http__listen(serve->http, serve->fds[i]);
		if (!err)
			serve->listens[i] = true;
	}
	return err;
}

static int begin(struct session *session)
{
	struct serve *serve = session->ctx;
	int err = mapping_names__new(&serve->names);

	if (!err)
		err = http__new(answer, session, &serve->http);
	if (!err)
		err = listen_to_all(serve);
	if (err) {
		log_error("cannot serve: %s", strerror(-err));
		return err;
	}
	return read_totals(session);
}

static void tell_address(int fd)
{
	struct socket_address address;
	struct buf text = { 0 };

	if (listener__address(fd, &address))
		return;
	socket_address__add_text(&address, &text);
	log_note(address.any.sa_family == AF_UNIX ? "serves /metrics on %.*s"
						  : "serves http://%.*s/metrics",
		 (int)text.len, text.data);
	if (!socket_address__is_local(&address))
		log_note("whoever reaches this address can read it");
	buf__free(&text);
}

static int started(struct session *session)
{
	const struct serve *serve = session->ctx;

	systemd__tell(&serve->systemd, "READY=1\nSTATUS=Tracing");
	for (size_t i = 0; !session->opts->quiet && i < serve->nr_fds; i++)
		tell_address(serve->fds[i]);
	return 0;
}

static unsigned long long when(const struct session *session)
{
	const struct serve *serve = session->ctx;

	return serve->totals.read_ns + READ_NS;
}

static void collected(struct session *session)
{
	struct serve *serve = session->ctx;

	serve->is_fresh = false;
	if (source__now(session->source) >= when(session) ||
	    source__rows_are_scarce(session->source))
		read_totals(session);
}

static void serve_for(struct session *session, int fd, int ms)
{
	struct serve *serve = session->ctx;

	systemd__tell_alive(&serve->systemd, clock_ns(CLOCK_MONOTONIC));
	http__wait(serve->http, fd, ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS);
}

static void stopping(struct session *session)
{
	const struct serve *serve = session->ctx;

	systemd__tell(&serve->systemd, "STOPPING=1\nSTATUS=Detaching programs");
}

/* The summary is of all that was served, and of what came after the last request. */
static void end(struct session *session)
{
	const struct serve *serve = session->ctx;

	read_totals(session);
	for (size_t i = 0; i < FT_KIND_COUNT; i++) {
		const struct kind_totals *kind = &serve->totals.kinds[i];

		session->end.faults += kind->faults;
		session->end.major += kind->major;
		session->end.minor += kind->faults - kind->major;
		session->end.latency_ns += kind->sum_ns;
	}
}

static const struct session_ops ops = {
	.open = open_all,
	.begin = begin,
	.started = started,
	.when = when,
	.collected = collected,
	.wait = serve_for,
	.stopping = stopping,
	.end = end,
};

static void close_all(struct serve *serve)
{
	if (serve->nr_fds && !serve->systemd.nr_sockets)
		listener__remove(&serve->address);
	for (size_t i = 0; i < serve->nr_fds; i++)
		if (!serve->listens[i])
			close(serve->fds[i]);
	http__free(serve->http);
}

static int run(const struct options *opts)
{
	struct serve serve = {
		.systemd.notify_fd = -1,
		.totals.weight = opts->filter.sample,
		.start_ns = clock_ns(CLOCK_REALTIME),
	};
	const struct containers_options of_containers = {
		.ops = &machine_cgroups_ops,
		.ctx = &serve.cgroups,
		.weight = opts->filter.sample,
		.max_series = opts->max_series,
		.min_age_ns = opts->min_age_ns,
	};
	struct session session;
	int status;

	known_cgroups__open(&serve.cgroups, opts->host_root);
	containers__init(&serve.containers, &of_containers);
	status = session__run(&session, opts, &ops, &serve, consumer_of(&serve));
	close_all(&serve);
	systemd__close(&serve.systemd);
	mapping_names__free(serve.names);
	containers__free(&serve.containers);
	known_cgroups__close(&serve.cgroups);
	return status;
}

const struct command serve_command = {
	.id = COMMAND_SERVE,
	.name = "serve",
	.usage = "serve TARGET [--listen ADDR:PORT] [--cause] [FILTER..]",
	.what = "metrics of page faults over HTTP, for Prometheus",
	.examples = "  faulttrace serve -a                       http://127.0.0.1:9843/metrics\n"
		    "  faulttrace serve -c /system.slice --cause\n"
		    "  faulttrace serve -a --host-root /host --max-series 8000\n"
		    "  faulttrace serve -a --listen unix:/run/faulttrace.sock\n",
	.run = run,
};
