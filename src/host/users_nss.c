/* SPDX-License-Identifier: GPL-2.0-only */
#include "users.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>

int users__uid_of(const char *name, uid_t *ret)
{
	const struct passwd *user = getpwnam(name);

	if (!user)
		return -ENOENT;
	*ret = user->pw_uid;
	return 0;
}

int users__set_groups(uid_t uid, gid_t gid)
{
	const struct passwd *user = getpwuid(uid);

	return (user ? initgroups(user->pw_name, gid) : setgroups(0, NULL)) ? -errno : 0;
}
