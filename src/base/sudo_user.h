/* SPDX-License-Identifier: GPL-2.0-only */
/* The user who called sudo(8), which leaves the ids in the environment. */
#ifndef BASE_SUDO_USER_H
#define BASE_SUDO_USER_H

#include <sys/types.h>

struct sudo_user {
	uid_t uid;
	gid_t gid;
};

/*
 * 1: another user than root called sudo. 0: nobody did, or we are not root. -EINVAL: SUDO_UID is
 * set, but it or SUDO_GID is no id, so that the user is not known.
 */
int sudo_user__get(struct sudo_user *ret);

#endif /* BASE_SUDO_USER_H */
