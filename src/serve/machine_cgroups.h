/* SPDX-License-Identifier: GPL-2.0-only */
/* This machine's cgroups, as containers.h asks for them, and their labels. */
#ifndef SERVE_MACHINE_CGROUPS_H
#define SERVE_MACHINE_CGROUPS_H

#include "containers.h"

/* Their context is a struct known_cgroups. A label whose value is not known is empty. */
extern const struct containers_ops machine_cgroups_ops;

#endif /* SERVE_MACHINE_CGROUPS_H */
