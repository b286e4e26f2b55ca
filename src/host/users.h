/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Users and their groups. users_nss.c asks the C library, which also knows users of a
 * directory service. A static program cannot do that: glibc would load the NSS modules
 * of whatever release it runs on, and crashes there. It has users_files.c, which reads
 * /etc/passwd and /etc/group only. The Makefile links one of the two.
 */
#ifndef HOST_USERS_H
#define HOST_USERS_H

#include <sys/types.h>

/* The uid of the user with this name: 0, or -ENOENT. */
int users__uid_of(const char *name, uid_t *ret);

/*
 * Sets the supplementary groups of this process to those of the user, and to none for
 * a user that is not known. 0 or -errno.
 */
int users__set_groups(uid_t uid, gid_t gid);

#endif /* HOST_USERS_H */
