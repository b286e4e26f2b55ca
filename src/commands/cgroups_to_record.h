/* SPDX-License-Identifier: GPL-2.0-only */
/* This machine's cgroups, as captures have them. */
#ifndef COMMANDS_CGROUPS_TO_RECORD_H
#define COMMANDS_CGROUPS_TO_RECORD_H

#include "../host/known_cgroups.h"
#include "../recording/recorder.h"

struct recorded_cgroups cgroups_to_record(struct known_cgroups *known);

#endif /* COMMANDS_CGROUPS_TO_RECORD_H */
