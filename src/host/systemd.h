/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What systemd agrees on with a service, by its protocols themselves: sockets that it hands over
 * (sd_listen_fds(3)), and messages about the state of the service (sd_notify(3)).
 */
#ifndef HOST_SYSTEMD_H
#define HOST_SYSTEMD_H

#include <stddef.h>

#define SYSTEMD_SOCKETS_MAX 16

struct systemd {
	size_t nr_sockets;
	int sockets[SYSTEMD_SOCKETS_MAX]; /* the caller's; they listen, and do not block */
	int notify_fd;			  /* -1: nobody wants messages */
	unsigned long long watchdog_ns;	  /* how often systemd wants a sign of life; 0: never */
	unsigned long long alive_ns;	  /* when the next one is sent */
};

/*
 * Takes what the environment has for this process, and removes it from there: a command that is
 * started later is not the service. 0, or -errno after saying why.
 */
int systemd__open(struct systemd *systemd);
/* Closes what is not the caller's. */
void systemd__close(struct systemd *systemd);

/* Sends lines such as "READY=1". A message that cannot be sent is logged, and lost. */
void systemd__tell(const struct systemd *systemd, const char *lines);
/* Sends a sign of life if it is time for one. now_ns: CLOCK_MONOTONIC. */
void systemd__tell_alive(struct systemd *systemd, unsigned long long now_ns);

#endif /* HOST_SYSTEMD_H */
