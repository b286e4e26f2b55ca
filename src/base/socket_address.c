/* SPDX-License-Identifier: GPL-2.0-only */
#include "socket_address.h"

#include <arpa/inet.h>
#include <errno.h>

#include "parse.h"

#define LOCAL_PREFIX "unix:"

static int parse_path(const char *path, struct socket_address *ret)
{
	size_t len = strlen(path);

	if (!len || len >= sizeof(ret->local.sun_path))
		return -EINVAL;
	ret->local.sun_family = AF_UNIX;
	memcpy(ret->local.sun_path, path, len + 1);
	ret->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
	return 0;
}

static int parse_port(const char *text, in_port_t *ret)
{
	uint64_t port;

	if (parse_u64(text, &port) || port > UINT16_MAX)
		return -EINVAL;
	*ret = htons((uint16_t)port);
	return 0;
}

int socket_address__parse(const char *text, struct socket_address *ret)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	size_t len = colon ? (size_t)(colon - text) : 0;

	*ret = (struct socket_address) { 0 };
	if (!strncmp(text, LOCAL_PREFIX, strlen(LOCAL_PREFIX)))
		return parse_path(text + strlen(LOCAL_PREFIX), ret);
	if (!len || len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		ret->v6.sin6_family = AF_INET6;
		ret->len = sizeof(ret->v6);
		return inet_pton(AF_INET6, host + 1, &ret->v6.sin6_addr) == 1
			       ? parse_port(colon + 1, &ret->v6.sin6_port)
			       : -EINVAL;
	}
	ret->v4.sin_family = AF_INET;
	ret->len = sizeof(ret->v4);
	return inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1
		       ? parse_port(colon + 1, &ret->v4.sin_port)
		       : -EINVAL;
}

void socket_address__add_text(const struct socket_address *address, struct buf *out)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (address->any.sa_family == AF_UNIX) {
		buf__addf(out, LOCAL_PREFIX "%s", address->local.sun_path);
	} else if (address->any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof(text));
		buf__addf(out, "[%s]:%u", text, ntohs(address->v6.sin6_port));
	} else {
		inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof(text));
		buf__addf(out, "%s:%u", text, ntohs(address->v4.sin_port));
	}
}

bool socket_address__is_local(const struct socket_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
	if (address->any.sa_family == AF_INET)
		return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return true;
}
