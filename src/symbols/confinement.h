/* SPDX-License-Identifier: GPL-2.0-only */
/* What the processes that work for the tracer give up: each call is for good. */
#ifndef SYMBOLS_CONFINEMENT_H
#define SYMBOLS_CONFINEMENT_H

/* What could not be given up, as bits. */
enum confinement {
	CONFINE_USER = 1U << 0,	   /* there is no other user to become */
	CONFINE_SECCOMP = 1U << 1, /* the kernel does not filter system calls */
};

/*
 * Closes all descriptors but this one, opens /dev/null as the first three, and leaves the terminal
 * and its signals to the tracer.
 */
void confine__stand_alone(int keep);
/*
 * For a process that reads strangers' bytes: a user that has nothing, no capabilities, little
 * memory, and no system calls but those for reading, sending, memory, clocks and the end: others
 * fail. Dies with its parent. An or of enum confinement.
 */
unsigned int confine__reader(int parent);

#endif /* SYMBOLS_CONFINEMENT_H */
