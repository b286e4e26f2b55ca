/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages between processes, each with at most one file descriptor. */
#ifndef SYMBOLS_CHANNEL_H
#define SYMBOLS_CHANNEL_H

#include <stddef.h>
#include <sys/types.h>

/* Both ends, for messages that arrive whole and in order. 0 or -errno. */
int channel__new(int ends[2]);
/* From now on channel__receive() waits at most so long. */
void channel__limit(int end, unsigned int ms);

/* passed: a descriptor that the other side gets a copy of; -1: none. 0 or -errno. */
int channel__send(int end, const void *bytes, size_t len, int passed);
/*
 * The length of a message, of at most max bytes; *passed as above. -EPIPE: the other side is gone;
 * -EAGAIN: nothing came in time, or a signal did; another -errno.
 */
ssize_t channel__receive(int end, void *bytes, size_t max, int *passed);

#endif /* SYMBOLS_CHANNEL_H */
