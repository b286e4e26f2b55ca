/* SPDX-License-Identifier: GPL-2.0-only */
#include "machine.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/units.h"

/* Block devices whose readahead is told. */
#define DEVICES_MAX 16

static void set_text(struct machine_setting *setting, const char *name, const struct buf *text)
{
	size_t len = text->len < sizeof(setting->value) ? text->len : sizeof(setting->value) - 1;

	setting->name = name;
	if (len)
		memcpy(setting->value, text->data, len);
	setting->value[len] = '\0';
}

static void set_bytes(struct machine_setting *setting, const char *name, uint64_t bytes)
{
	struct buf text = { 0 };

	units_add_bytes(&text, bytes);
	set_text(setting, name, &text);
	buf__free(&text);
}

/* The first line of a file. False: it cannot be read. */
static bool read_line(const char *path, char *line, int size)
{
	FILE *f __cleanup_fclose = fopen(path, "re");

	if (!f || !fgets(line, size, f))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/* The kernel shows all that can be chosen, and what is: "always [madvise] never". */
static bool read_choice(const char *path, struct machine_setting *setting, const char *name)
{
	char line[256], *from, *to;

	if (!read_line(path, line, sizeof(line)))
		return false;
	from = strchr(line, '[');
	to = from ? strchr(from, ']') : NULL;
	if (!to)
		return false;
	*to = '\0';
	setting->name = name;
	snprintf(setting->value, sizeof(setting->value), "%s", from + 1);
	return true;
}

/* Of devices that files are read from: "vda 128K". */
static bool read_readahead(const char *path, struct machine_setting *setting)
{
	static const char prefix[] = "/sys/block/";
	const char *device = path + sizeof(prefix) - 1;
	struct buf text = { 0 };
	unsigned long long kib;
	char line[32];

	if (!strncmp(device, "loop", 4) || !strncmp(device, "ram", 3) ||
	    !strncmp(device, "zram", 4) || !read_line(path, line, sizeof(line)) ||
	    sscanf(line, "%llu", &kib) != 1)
		return false;
	buf__addf(&text, "%.*s ", (int)strcspn(device, "/"), device);
	units_add_bytes(&text, kib << 10);
	set_text(setting, "readahead", &text);
	buf__free(&text);
	return true;
}

static size_t read_devices(struct machine_setting *ret)
{
	glob_t paths = { 0 };
	size_t nr = 0;

	if (glob("/sys/block/*/queue/read_ahead_kb", 0, NULL, &paths))
		return 0;
	for (size_t i = 0; i < paths.gl_pathc && nr < DEVICES_MAX; i++)
		nr += read_readahead(paths.gl_pathv[i], &ret[nr]);
	globfree(&paths);
	return nr;
}

size_t machine__read(struct machine_setting *ret)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct sysinfo info;
	size_t nr = 0;

	if (cpus > 0) {
		ret[nr].name = "cpus";
		snprintf(ret[nr].value, sizeof(ret[nr].value), "%ld", cpus);
		nr++;
	}
	if (!sysinfo(&info)) {
		set_bytes(&ret[nr++], "memory", (uint64_t)info.totalram * info.mem_unit);
		set_bytes(&ret[nr++], "swap", (uint64_t)info.totalswap * info.mem_unit);
	}
	nr += read_choice("/sys/kernel/mm/transparent_hugepage/enabled", &ret[nr], "thp");
	nr += read_choice("/sys/kernel/mm/transparent_hugepage/defrag", &ret[nr], "thp_defrag");
	return nr + read_devices(ret + nr);
}
