/* SPDX-License-Identifier: GPL-2.0-only */
#include "read_run.h"

#include <stdlib.h>
#include <string.h>

#include "../base/array.h"
#include "../base/must.h"

#define CGROUPS_MAX (64u << 10)
#define LOSSES_MAX  (64u << 10)

struct read_cgroup {
	uint64_t id;
	char *path;
	char *container; /* NULL: not known */
};

static const struct key_map no_cgroups = { .item_bytes = sizeof(struct read_cgroup),
					   .key_bytes = sizeof(uint64_t) };

static void free_cgroup(struct read_cgroup *cgroup)
{
	free(cgroup->path);
	free(cgroup->container);
}

void read_run__free(struct read_run *run)
{
	for (size_t i = 0; i < run->nr_strings; i++)
		free(run->strings[i]);
	for (size_t i = 0; i < run->cgroups.nr; i++)
		free_cgroup(key_map__at(&run->cgroups, i));
	key_map__clear(&run->cgroups);
	free(run->losses);
}

/* NULL: there is none, or it was lost. */
static const char *find_string(const struct capture_reader *reader, string_id id)
{
	size_t len;

	return capture_reader__string(reader, id, &len);
}

static const char *copy_string(struct read_run *run, const struct capture_reader *reader,
			       string_id id)
{
	const char *string = find_string(reader, id);

	if (!string)
		return NULL;
	return run->strings[run->nr_strings++] = must(strdup(string));
}

static unsigned int sound_page_size(uint32_t size)
{
	bool is_sound = size >= 512 && size <= 1U << 20 && !(size & (size - 1));

	return is_sound ? size : 4096;
}

void read_run__add_start(struct read_run *run, const struct start_row *row,
			 const struct capture_reader *reader)
{
	const char *target = copy_string(run, reader, row->target);

	run->has_start = true;
	run->start = (struct run_start) {
		.version = copy_string(run, reader, row->version),
		.plan = copy_string(run, reader, row->plan),
		.kernel = copy_string(run, reader, row->kernel),
		.arch = copy_string(run, reader, row->arch),
		.target = target ? target : "unknown",
		.target_text = copy_string(run, reader, row->target_text),
		.target_ids = run->target_ids,
		.page_size = sound_page_size(row->page_size),
		.time_ns = row->time_ns,
		.wall_ns = row->wall_ns,
		.sees_gup = row->sees_gup,
	};
	run->command_line = copy_string(run, reader, row->command_line);
	run->has = (struct player_has) {
		.stacks = row->stacks,
		.symbols = row->wide,
		.cause = row->cause,
		.residency = row->residency,
		.uids = row->uids,
	};
	run->cut = (struct player_cut) { row->faults_before, row->segment_ns, row->is_dump };
	run->info = (struct source_info) {
		.page_shift = (unsigned int)__builtin_ctz(run->start.page_size),
		.sees_lookup = row->sees_lookup,
		.sees_throttling = row->sees_throttling,
		.sees_pages = row->sees_pages,
	};
}

bool read_run__add_target(struct read_run *run, uint32_t id)
{
	if (run->start.nr_target_ids == READ_TARGET_IDS_MAX || id > INT32_MAX)
		return false;
	run->target_ids[run->start.nr_target_ids++] = (int)id;
	return true;
}

bool read_run__add_setting(struct read_run *run, const struct setting_row *row,
			   const struct capture_reader *reader)
{
	if (!find_string(reader, row->name) || !find_string(reader, row->value))
		return true;
	if (run->nr_settings == READ_SETTINGS_MAX)
		return false;
	run->settings[run->nr_settings++] = (struct recording_setting) {
		.name = copy_string(run, reader, row->name),
		.value = copy_string(run, reader, row->value),
	};
	return true;
}

/* Each segment has the rows of its cgroups. */
bool read_run__add_cgroup(struct read_run *run, const struct cgroup_row *row,
			  const struct capture_reader *reader)
{
	const char *path = find_string(reader, row->path);
	const char *container = find_string(reader, row->container);
	struct read_cgroup *cgroup;

	if (!path || read_run__cgroup(run, row->id))
		return true;
	if (run->cgroups.nr == CGROUPS_MAX)
		return false;
	if (!run->cgroups.nr)
		run->cgroups = no_cgroups;
	cgroup = key_map__add(&run->cgroups, &row->id);
	cgroup->path = must(strdup(path));
	cgroup->container = container ? must(strdup(container)) : NULL;
	return true;
}

const char *read_run__cgroup(const struct read_run *run, uint64_t id)
{
	const struct read_cgroup *cgroup =
		run->cgroups.nr ? key_map__find(&run->cgroups, &id) : NULL;

	return cgroup ? cgroup->path : NULL;
}

const char *read_run__container(const struct read_run *run, uint64_t id)
{
	const struct read_cgroup *cgroup =
		run->cgroups.nr ? key_map__find(&run->cgroups, &id) : NULL;

	return cgroup ? cgroup->container : NULL;
}

bool read_run__add_loss(struct read_run *run, const struct loss_row *row)
{
	if (run->nr_losses == LOSSES_MAX)
		return false;
	run->losses = must(array_reserve(run->losses, run->nr_losses, &run->size_losses,
					 sizeof(*run->losses)));
	run->losses[run->nr_losses++] = *row;
	return true;
}
