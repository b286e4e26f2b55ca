/* SPDX-License-Identifier: GPL-2.0-only */
#include "http.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/log.h"
#include "../host/clock.h"
#include "accept.h"
#include "connections.h"
#include "gzip.h"

#define HEADERS_MAX  8192
#define BODY_MAX     4096
#define IDLE_SECONDS 3

/* How often connections are looked at, and how often where there are too many. */
#define LOOK_NS	   1000000000ULL
#define FULL_NS	   100000000ULL
#define FULL_MS	   100
/* A smaller answer is not packed. */
#define GZIP_BYTES 1024

/* All that libevent knows, so that the answer refuses those that are not meant. */
#define METHODS                                                                                    \
	(EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | \
	 EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH)

struct http {
	http_answer_fn *answer;
	void *ctx;
	struct event_base *base;
	struct evhttp *server;
	size_t nr_listeners;
	struct evconnlistener *listeners[HTTP_LISTENERS_MAX];
	bool is_full; /* no connection is accepted, for a while */
	struct event *timer;
	struct event *watch; /* of the descriptor that is waited for, too */
	struct connections connections;
	unsigned long long look_ns; /* when connections are looked at next */
};

static void stop_accepting(struct http *http, unsigned long long now_ns)
{
	for (size_t i = 0; i < http->nr_listeners; i++)
		evconnlistener_disable(http->listeners[i]);
	http->is_full = true;
	http->look_ns = now_ns + FULL_NS;
}

static void go_on_accepting(struct http *http, unsigned long long now_ns)
{
	for (size_t i = 0; i < http->nr_listeners; i++)
		evconnlistener_enable(http->listeners[i]);
	http->is_full = false;
	http->look_ns = now_ns + LOOK_NS;
}

static void look(struct http *http, unsigned long long now_ns)
{
	connections__look(&http->connections, http->base, now_ns);
	if (connections__are_full(&http->connections))
		stop_accepting(http, now_ns);
	else
		go_on_accepting(http, now_ns);
}

/* Called before each connection is set up. */
static struct bufferevent *on_connection(struct event_base *base, void *ctx)
{
	struct http *http = ctx;

	(void)base;
	look(http, clock_ns(CLOCK_MONOTONIC));
	return NULL; /* libevent makes it as usual */
}

/* No descriptor is left for a connection: libevent would try again at once, and for ever. */
static void on_accept_error(struct evconnlistener *listener, void *ctx)
{
	(void)listener;
	stop_accepting(ctx, clock_ns(CLOCK_MONOTONIC));
}

static void on_time(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	(void)ctx;
}

/* ---- A request ------------------------------------------------------------------ */

static void pack(struct evkeyvalq *headers, struct buf *body)
{
	struct buf packed = { 0 };

	if (gzip__pack(body, &packed)) {
		buf__free(&packed);
		return;
	}
	evhttp_add_header(headers, "Content-Encoding", "gzip");
	buf__free(body);
	*body = packed;
}

static void send_reply(struct evhttp_request *request, const struct http_request *asked,
		       struct http_reply *reply)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	struct evbuffer *body = evbuffer_new();
	char length[24];

	if (!body) {
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
		return;
	}
	if (reply->body.len >= GZIP_BYTES && accept__weight(asked->accept_encoding, "gzip", NULL))
		pack(headers, &reply->body);
	snprintf(length, sizeof(length), "%zu", reply->body.len);
	evhttp_add_header(headers, "Content-Type", reply->type);
	evhttp_add_header(headers, "Content-Length", length);
	evhttp_add_header(headers, "Vary", "Accept, Accept-Encoding");
	evhttp_add_header(headers, "Connection", "close");
	if (reply->status == HTTP_BADMETHOD)
		evhttp_add_header(headers, "Allow", "GET, HEAD");
	if (!asked->is_head)
		evbuffer_add(body, reply->body.data, reply->body.len);
	evhttp_send_reply(request, reply->status, reply->reason, body);
	evbuffer_free(body);
}

static void on_request(struct evhttp_request *request, void *ctx)
{
	const struct http *http = ctx;
	struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	enum evhttp_cmd_type method = evhttp_request_get_command(request);
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	struct http_request asked = {
		.is_read = method == EVHTTP_REQ_GET || method == EVHTTP_REQ_HEAD,
		.is_head = method == EVHTTP_REQ_HEAD,
		.path = path ? path : "",
		.accept = evhttp_find_header(headers, "Accept"),
		.accept_encoding = evhttp_find_header(headers, "Accept-Encoding"),
	};
	struct http_reply reply = { 0 };

	http->answer(http->ctx, &asked, &reply);
	send_reply(request, &asked, &reply);
	buf__free(&reply.body);
}

/* ---- The server ----------------------------------------------------------------- */

static void on_log(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		log_info("http: %s", text);
}

static int set_up(struct http *http)
{
	event_set_log_callback(on_log);
	http->base = event_base_new();
	http->server = http->base ? evhttp_new(http->base) : NULL;
	http->timer = http->base ? evtimer_new(http->base, on_time, NULL) : NULL;
	if (!http->server || !http->timer)
		return -ENOMEM;
	evhttp_set_allowed_methods(http->server, METHODS);
	evhttp_set_max_headers_size(http->server, HEADERS_MAX);
	evhttp_set_max_body_size(http->server, BODY_MAX);
	evhttp_set_timeout(http->server, IDLE_SECONDS);
	evhttp_set_gencb(http->server, on_request, http);
	evhttp_set_bevcb(http->server, on_connection, http);
	return 0;
}

int http__listen(struct http *http, int listen_fd)
{
	struct evhttp_bound_socket *bound;
	struct evconnlistener *listener;

	if (http->nr_listeners == HTTP_LISTENERS_MAX)
		return -ENOSPC;
	bound = evhttp_accept_socket_with_handle(http->server, listen_fd);
	if (!bound)
		return -ENOMEM;
	listener = evhttp_bound_socket_get_listener(bound);
	evconnlistener_set_error_cb(listener, on_accept_error);
	http->listeners[http->nr_listeners++] = listener;
	return 0;
}

int http__new(http_answer_fn *answer, void *ctx, struct http **ret)
{
	struct http *http = calloc(1, sizeof(*http));
	int err;

	*ret = http;
	if (!http)
		return -ENOMEM;
	http->answer = answer;
	http->ctx = ctx;
	err = set_up(http);
	if (err) {
		http__free(http);
		*ret = NULL;
	}
	return err;
}

void http__free(struct http *http)
{
	if (!http)
		return;
	if (http->watch)
		event_free(http->watch);
	if (http->timer)
		event_free(http->timer);
	if (http->server)
		evhttp_free(http->server);
	if (http->base)
		event_base_free(http->base);
	free(http);
}

/* The descriptor is the same each time. */
static void watch(struct http *http, int fd)
{
	if (!http->watch)
		http->watch = event_new(http->base, fd, EV_READ, on_time, NULL);
	if (http->watch)
		event_add(http->watch, NULL);
}

void http__wait(struct http *http, int fd, int ms)
{
	unsigned long long now_ns = clock_ns(CLOCK_MONOTONIC);
	struct timeval time;

	if (now_ns >= http->look_ns)
		look(http, now_ns);
	if (http->is_full && ms > FULL_MS)
		ms = FULL_MS;
	time = (struct timeval) { ms / 1000, ms % 1000 * 1000L };
	watch(http, fd);
	evtimer_add(http->timer, &time);
	event_base_loop(http->base, EVLOOP_ONCE);
}
