/* SPDX-License-Identifier: GPL-2.0-only */
#include "helpers.h"

static int session;

void helpers__set_session(int id)
{
	session = id;
}

int helpers__session(void)
{
	return session;
}
