/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small server of HTTP, by libevent: bounded in what a client can make it keep or wait for. It runs
 * in the caller's thread, only while http__wait() does.
 */
#ifndef SERVE_HTTP_H
#define SERVE_HTTP_H

#include <stdbool.h>

#include "../base/buf.h"

struct http;

struct http_request {
	bool is_read; /* GET or HEAD */
	bool is_head; /* the body is not sent */
	const char *path;
	const char *accept, *accept_encoding; /* NULL: not given */
};

struct http_reply {
	int status;
	const char *reason;
	const char *type;
	struct buf body; /* freed by the server */
};

/* Answers a request; called for GET and HEAD, and for others, which it is to refuse. */
typedef void http_answer_fn(void *ctx, const struct http_request *request,
			    struct http_reply *reply);

#define HTTP_LISTENERS_MAX 16

int http__new(http_answer_fn *answer, void *ctx, struct http **ret);
/* Serves the connections of a socket that listens, too, and closes it at the end. 0 or -errno. */
int http__listen(struct http *http, int listen_fd);
void http__free(struct http *http);

/* Serves until a request was worked on, fd is readable, or ms are over. */
void http__wait(struct http *http, int fd, int ms);

#endif /* SERVE_HTTP_H */
