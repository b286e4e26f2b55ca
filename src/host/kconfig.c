/* SPDX-License-Identifier: GPL-2.0-only */
#include "kconfig.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

/* gzopen() reads plain files as they are. */
static gzFile open_config(void)
{
	char path[256];
	struct utsname uts;
	gzFile file = gzopen("/proc/config.gz", "re");

	if (file || uname(&uts))
		return file;
	snprintf(path, sizeof(path), "/boot/config-%s", uts.release);
	return gzopen(path, "re");
}

bool kconfig_read(struct kconfig_option *options, size_t nr)
{
	gzFile file = open_config();
	char line[512];

	if (!file)
		return false;
	while (gzgets(file, line, sizeof(line))) {
		for (size_t i = 0; i < nr; i++) {
			size_t len = strlen(options[i].name);

			if (!strncmp(line, options[i].name, len) && line[len] == '=')
				options[i].on = line[len + 1] == 'y' || line[len + 1] == 'm';
		}
	}
	gzclose(file);
	return true;
}
