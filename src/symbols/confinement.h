/* SPDX-License-Identifier: GPL-2.0-only */
/* How the processes that work for the tracer give up privileges, which they cannot get back. */
#ifndef SYMBOLS_CONFINEMENT_H
#define SYMBOLS_CONFINEMENT_H

/* What could not be given up, as bits. */
enum confinement {
	CONFINE_USER = 1U << 0,	   /* its user id: setresuid(2) to another one failed */
	CONFINE_SECCOMP = 1U << 1, /* system calls: the kernel has no seccomp filters */
};

/*
 * Closes all descriptors but this one, opens /dev/null as descriptors 0, 1 and 2, and begins a
 * session of its own, so that signals of the terminal reach the tracer only.
 */
void confine__stand_alone(int keep);
/*
 * For a process that reads strangers' bytes: a user that has nothing, no capabilities, little
 * memory, and no system calls but those for reading, sending, memory, clocks and the end: others
 * fail. The process is killed when its parent ends. Returns an or of enum confinement.
 */
unsigned int confine__reader(int parent);

#endif /* SYMBOLS_CONFINEMENT_H */
