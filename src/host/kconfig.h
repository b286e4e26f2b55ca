/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running kernel's build configuration, where it is to be had: /proc/config.gz
 * or /boot/config-RELEASE.
 */
#ifndef HOST_KCONFIG_H
#define HOST_KCONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct kconfig_option {
	const char *name; /* "CONFIG_MIGRATION" */
	bool on;	  /* out: =y or =m */
};

/* false: this machine does not say. */
bool kconfig_read(struct kconfig_option *options, size_t nr);

#endif /* HOST_KCONFIG_H */
