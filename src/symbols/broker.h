/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that starts the processes which work for the tracer, and ends those that are late. It
 * is forked before the tracer has anything of value open, and while it may still give a process to
 * another user; it reads nothing but the tracer's requests.
 */
#ifndef SYMBOLS_BROKER_H
#define SYMBOLS_BROKER_H

struct broker {
	int end; /* of a channel to it; -1: there is none */
	int pid;
};

/* What a helper does, until the other end of its channel is closed. parent: who it dies with. */
typedef void (*helper_main)(int end, int parent);

/* One that works for the tracer. */
struct helper {
	int end; /* of a channel to it; -1: there is none */
	int pid;
};

/* 0 or -errno. mains: what helpers may do, nr of them. */
int broker__start(const helper_main *mains, unsigned int nr, struct broker *ret);
void broker__stop(struct broker *broker);

/* Starts a helper that runs mains[which]. 0 or -errno, as when the broker is dead. */
int broker__start_helper(struct broker *broker, unsigned int which, struct helper *ret);
/* Ends it at once. It may live on where a system call does not end. */
void broker__end_helper(struct broker *broker, struct helper *helper);

#endif /* SYMBOLS_BROKER_H */
