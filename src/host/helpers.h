/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes that work for this one are in a session of their own, by whose id the BPF programs
 * leave their faults out.
 */
#ifndef HOST_HELPERS_H
#define HOST_HELPERS_H

void helpers__set_session(int id);
/* 0: there are none. */
int helpers__session(void);

#endif /* HOST_HELPERS_H */
