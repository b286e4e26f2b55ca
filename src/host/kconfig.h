/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's build configuration, from /proc/config.gz or /boot/config-RELEASE. */
#ifndef HOST_KCONFIG_H
#define HOST_KCONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct kconfig_option {
	const char *name; /* "CONFIG_MIGRATION" */
	bool on;	  /* out: =y or =m */
};

/* False: neither file can be read. */
bool kconfig_read(struct kconfig_option *options, size_t nr);

#endif /* HOST_KCONFIG_H */
