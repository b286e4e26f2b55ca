/* SPDX-License-Identifier: GPL-2.0-only */
/* Of record --maps: the memory maps of the processes that -p names, or of CMD, in the capture. */
#ifndef COMMANDS_RECORD_MAPS_H
#define COMMANDS_RECORD_MAPS_H

#include "session.h"

/*
 * If they are asked for (--maps): writes the maps of those processes that live. What is too large, or
 * takes too long to read, is left out, and that is said. Takes the records that come meanwhile.
 */
void record_maps__take(struct session *session);

#endif /* COMMANDS_RECORD_MAPS_H */
