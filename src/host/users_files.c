/* SPDX-License-Identifier: GPL-2.0-only */
#include "users.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../base/cleanup.h"

#define GROUPS_MAX 256 /* a user in more groups gets the first ones: fewer rights, never more */

/* The user's entry in /etc/passwd: the one with this name, or, without a name, this uid. */
static const struct passwd *find_user(const char *name, uid_t uid)
{
	FILE *f __cleanup_fclose = fopen("/etc/passwd", "re");
	const struct passwd *user;

	while (f && (user = fgetpwent(f)))
		if (name ? !strcmp(user->pw_name, name) : user->pw_uid == uid)
			return user;
	return NULL;
}

static bool is_member(const struct group *group, const char *name)
{
	for (char **member = group->gr_mem; *member; member++)
		if (!strcmp(*member, name))
			return true;
	return false;
}

int users__uid_of(const char *name, uid_t *ret)
{
	const struct passwd *user = find_user(name, 0);

	if (!user)
		return -ENOENT;
	*ret = user->pw_uid;
	return 0;
}

int users__set_groups(uid_t uid, gid_t gid)
{
	const struct passwd *user = find_user(NULL, uid);
	FILE *f __cleanup_fclose = user ? fopen("/etc/group", "re") : NULL;
	const struct group *group;
	gid_t groups[GROUPS_MAX];
	size_t nr = 0;

	if (user)
		groups[nr++] = gid;
	while (f && nr < GROUPS_MAX && (group = fgetgrent(f)))
		if (group->gr_gid != gid && is_member(group, user->pw_name))
			groups[nr++] = group->gr_gid;
	return setgroups(nr, groups) ? -errno : 0;
}
