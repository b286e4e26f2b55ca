/* SPDX-License-Identifier: GPL-2.0-only */
#include "sudo_user.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "parse.h"

/* (uid_t)-1 and (gid_t)-1 are no ids: to chown(2) they mean "unchanged". */
#define NO_ID 0xffffffffU

static bool read_id(const char *variable, unsigned int *ret)
{
	const char *text = getenv(variable);
	uint64_t id;

	if (!text || parse_u64(text, &id) || id >= NO_ID)
		return false;
	*ret = (unsigned int)id;
	return true;
}

int sudo_user__get(struct sudo_user *ret)
{
	if (geteuid() != 0 || !getenv("SUDO_UID"))
		return 0;
	if (!read_id("SUDO_UID", &ret->uid))
		return -EINVAL;
	if (!ret->uid)
		return 0;
	return read_id("SUDO_GID", &ret->gid) ? 1 : -EINVAL;
}
