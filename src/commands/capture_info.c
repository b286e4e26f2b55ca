/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture_info.h"

#include <time.h>

#include "../base/units.h"

/* Times at which faults were lost, of which the first ones are told. */
#define LOSSES_MAX 8

static void add_target(struct buf *out, const struct run_start *start)
{
	buf__addf(out, "target      %s", start->target);
	for (size_t i = 0; i < start->nr_target_ids; i++)
		buf__addf(out, i ? ",%d" : " %d", start->target_ids[i]);
	if (start->target_text) {
		buf__adds(out, ", ");
		buf__add_text(out, start->target_text);
	}
	buf__addc(out, '\n');
}

static void add_or_unknown(struct buf *out, const char *text)
{
	buf__add_text(out, text ? text : "unknown");
}

static void add_settings(struct buf *out, const struct player *player)
{
	size_t nr;
	const struct recording_setting *settings = player__settings(player, &nr);

	if (!nr)
		return;
	buf__adds(out, "settings    ");
	for (size_t i = 0; i < nr; i++) {
		buf__adds(out, i ? ", " : "");
		buf__add_text(out, settings[i].name);
		buf__addc(out, ' ');
		buf__add_text(out, settings[i].value);
	}
	buf__addc(out, '\n');
}

static void add_line(struct buf *out, const char *title, const char *text)
{
	buf__addf(out, "%-12s", title);
	add_or_unknown(out, text);
	buf__addc(out, '\n');
}

static void add_begin(struct buf *out, unsigned long long wall_ns)
{
	time_t seconds = (time_t)(wall_ns / 1000000000);
	struct tm tm;
	char text[64] = "unknown";

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%F %T %z", &tm);
	buf__adds(out, text);
}

static void add_length(struct buf *out, const struct run_start *start, unsigned long long end_ns)
{
	units_add_duration(out, end_ns > start->time_ns ? end_ns - start->time_ns : 0);
}

static void add_has(struct buf *out, struct player_has has)
{
	const struct {
		bool has;
		const char *name;
	} all[] = { { has.stacks, "stacks" },
		    { has.symbols, "symbols" },
		    { has.cause, "causes" },
		    { has.residency, "residency" } };

	buf__adds(out, "has         faults");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].has)
			buf__addf(out, ", %s", all[i].name);
	buf__addc(out, '\n');
}

/* When faults were lost: the first of the times. */
static void add_losses(struct buf *out, const struct capture_info *info)
{
	unsigned long long begin = info->start->time_ns;
	size_t nr;
	const struct loss_row *losses = player__losses(info->player, &nr);

	for (size_t i = 0; i < nr && i < LOSSES_MAX; i++) {
		const struct loss_row *loss = &losses[i];

		buf__addf(out, "            %llu between ", loss_row__sum(loss));
		units_add_duration(out, loss->since_ns > begin ? loss->since_ns - begin : 0);
		buf__adds(out, " and ");
		units_add_duration(out, loss->time_ns > begin ? loss->time_ns - begin : 0);
		buf__addc(out, '\n');
	}
	if (nr > LOSSES_MAX)
		buf__addf(out, "            and at %zu more times\n", nr - LOSSES_MAX);
}

void capture_info__add(const struct capture_info *info, struct buf *out)
{
	const struct run_start *start = info->start;
	const struct run_end *end = info->end;

	add_line(out, "recorded by", info->command_line);
	add_line(out, "version", start->version);
	add_line(out, "kernel", start->kernel);
	add_line(out, "machine", start->arch);
	add_settings(out, info->player);
	add_line(out, "plan", start->plan);
	add_target(out, start);
	buf__adds(out, "begin       ");
	add_begin(out, start->wall_ns);
	buf__adds(out, "\ntime        ");
	add_length(out, start, end ? start->time_ns + end->elapsed_ns : info->last_ns);
	buf__addc(out, '\n');
	add_has(out, info->has);
	buf__addf(out, "faults      %llu, %llu of them major\n", info->faults->faults,
		  info->faults->major);
	if (player__nr_maps(info->player))
		buf__addf(out, "maps        %zu\n", player__nr_maps(info->player));
	if (end)
		buf__addf(out, "lost        %llu\n", run_end__lost(end));
	add_losses(out, info);
	buf__addf(out, "complete    %s\n", end && !info->is_damaged ? "yes" : "no");
}

void capture_info__add_run(const struct run_start *start, const char *command_line,
			   unsigned long long end_ns, struct buf *out)
{
	add_or_unknown(out, command_line);
	buf__adds(out, "\nLinux ");
	add_or_unknown(out, start->kernel);
	buf__addc(out, ' ');
	add_or_unknown(out, start->arch);
	buf__adds(out, ", plan ");
	add_or_unknown(out, start->plan);
	buf__adds(out, ", ");
	add_begin(out, start->wall_ns);
	buf__adds(out, ", ");
	add_length(out, start, end_ns);
	buf__addc(out, '\n');
}
