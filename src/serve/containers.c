/* SPDX-License-Identifier: GPL-2.0-only */
#include "containers.h"

#include <stdlib.h>
#include <string.h>

/* How often it is looked which cgroups are gone. */
#define SWEEP_NS 10000000000ULL
/* More cgroups than this are in OTHER, as those beyond --max-series. */
#define SEEN_MAX 65536

/* A cgroup that has had a fault. */
struct seen_cgroup {
	uint64_t id;
	uint64_t series;	     /* the key of its series, or 0 */
	unsigned long long since_ns; /* it exists since then, or longer */
	bool is_gone;		     /* but rows of it may still come */
	bool is_long;		     /* its labels would be */
};

void containers__init(struct containers *containers, const struct containers_options *opts)
{
	*containers = (struct containers) {
		.ops = opts->ops,
		.ctx = opts->ctx,
		.weight = opts->weight,
		.max_shown = opts->max_series / CONTAINERS_SERIES,
		.min_age_ns = opts->min_age_ns,
		.cgroups = { .item_bytes = sizeof(struct seen_cgroup),
			     .key_bytes = sizeof(uint64_t) },
		.series = { .item_bytes = sizeof(struct container_series),
			    .key_bytes = sizeof(uint64_t) },
	};
}

void containers__free(struct containers *containers)
{
	for (size_t i = 0; i < containers->series.nr; i++)
		free(((struct container_series *)key_map__at(&containers->series, i))->labels);
	key_map__clear(&containers->series);
	key_map__clear(&containers->cgroups);
}

/* ---- Places ---------------------------------------------------------------------------- */

static struct container_series *series_at(const struct containers *containers, size_t i)
{
	return key_map__at(&containers->series, i);
}

static void remove_series(struct containers *containers, struct container_series *series)
{
	free(series->labels);
	key_map__remove(&containers->series, series);
}

/*
 * The series that is gone for the longest time, of those that are shown, or not; or NULL. Never the
 * one with the path hash `kept`.
 */
static struct container_series *oldest_gone(const struct containers *containers, bool is_shown,
					    uint64_t kept)
{
	struct container_series *oldest = NULL;

	for (size_t i = 0; i < containers->series.nr; i++) {
		struct container_series *series = series_at(containers, i);

		if (!series->nr_cgroups && series->is_told && series->is_shown == is_shown &&
		    series->path_hash != kept && (!oldest || series->gone_ns < oldest->gone_ns))
			oldest = series;
	}
	return oldest;
}

/* Its totals are kept as long as there is room: a service may be started again, at the same path. */
static void hide(struct containers *containers, struct container_series *series, uint64_t kept)
{
	series->is_shown = false;
	containers->nr_shown--;
	if (containers->series.nr - containers->nr_shown <= containers->max_shown)
		return;
	series = oldest_gone(containers, false, kept);
	if (series)
		remove_series(containers, series);
}

/* Makes sure that one more series can be shown: that of the path hash `kept`. */
static bool make_place(struct containers *containers, uint64_t kept)
{
	struct container_series *gone;

	if (containers->nr_shown < containers->max_shown)
		return true;
	gone = containers->may_have_gone ? oldest_gone(containers, true, kept) : NULL;
	containers->may_have_gone = gone;
	if (gone)
		hide(containers, gone, kept);
	return gone;
}

static struct container_series *add_series(struct containers *containers, uint64_t hash,
					   const char *path)
{
	struct container_series *series;
	struct buf labels = { 0 };

	containers->ops->add_labels(containers->ctx, path, &labels);
	if (labels.len > CONTAINERS_LABELS) {
		buf__free(&labels);
		return NULL;
	}
	buf__addc(&labels, '\0');
	series = key_map__add(&containers->series, &hash);
	series->labels = labels.data;
	return series;
}

/* The series of a path; NULL, and *reason: it cannot have one. */
static struct container_series *show_series(struct containers *containers, uint64_t hash,
					    const char *path, enum containers_reason *reason)
{
	struct container_series *series = key_map__find(&containers->series, &hash);

	if (series && series->is_shown)
		return series;
	*reason = CONTAINERS_SERIES_MAX;
	if (!make_place(containers, hash))
		return NULL;
	/* Others have moved. */
	series = key_map__find(&containers->series, &hash);
	if (!series)
		series = add_series(containers, hash, path);
	*reason = CONTAINERS_LONG;
	if (!series)
		return NULL;
	series->is_shown = true;
	containers->nr_shown++;
	return series;
}

/* ---- Cgroups --------------------------------------------------------------------------- */

static struct seen_cgroup *see(struct containers *containers, uint64_t id,
			       unsigned long long now_ns)
{
	struct seen_cgroup *cgroup = key_map__find(&containers->cgroups, &id);
	const char *path;
	uint64_t since_ns = now_ns;

	if (cgroup || containers->cgroups.nr >= SEEN_MAX)
		return cgroup;
	path = containers->ops->path(containers->ctx, id);
	if (!path)
		return NULL;
	if (!containers->ops->exists(containers->ctx, path, id, &since_ns) || since_ns > now_ns)
		since_ns = now_ns;
	cgroup = key_map__add(&containers->cgroups, &id);
	cgroup->since_ns = since_ns;
	return cgroup;
}

void containers__see(struct containers *containers, uint64_t id, unsigned long long now_ns)
{
	see(containers, id, now_ns);
}

/* The series that the faults of a cgroup belong to now; NULL: to OTHER, and *reason says why. */
static struct container_series *series_of(struct containers *containers, uint64_t id,
					  unsigned long long now_ns, enum containers_reason *reason)
{
	bool is_full = containers->cgroups.nr >= SEEN_MAX;
	struct seen_cgroup *cgroup = see(containers, id, now_ns);
	struct container_series *series;
	const char *path;
	uint64_t hash;

	*reason = is_full ? CONTAINERS_SERIES_MAX : CONTAINERS_UNKNOWN;
	if (!cgroup)
		return NULL;
	if (cgroup->series)
		return key_map__find(&containers->series, &cgroup->series);
	*reason = CONTAINERS_LONG;
	if (cgroup->is_long)
		return NULL;
	*reason = CONTAINERS_YOUNG;
	if (now_ns - cgroup->since_ns < containers->min_age_ns)
		return NULL;
	*reason = CONTAINERS_UNKNOWN;
	path = containers->ops->path(containers->ctx, id);
	hash = path ? hash64_text(path) | 1 : 0;
	series = path ? show_series(containers, hash, path, reason) : NULL;
	if (!series) {
		cgroup->is_long = *reason == CONTAINERS_LONG;
		return NULL;
	}
	series->nr_cgroups++;
	cgroup->series = hash;
	return series;
}

/* ---- Faults ---------------------------------------------------------------------------- */

static struct container_sums sums_of(const struct ft_row *part, unsigned int weight)
{
	struct container_sums sums = {
		.faults[1] = part->major * weight,
		.ns = { (part->sum_ns - part->major_ns) * weight, part->major_ns * weight },
	};

	for (size_t slot = 0; slot < FT_HIST_SLOTS; slot++)
		sums.faults[0] += (unsigned long long)part->buckets[slot] * weight;
	sums.faults[0] -= sums.faults[1];
	return sums;
}

static void add_sums(struct container_sums *to, const struct container_sums *sums)
{
	for (size_t i = 0; i < 2; i++) {
		to->faults[i] += sums->faults[i];
		to->ns[i] += sums->ns[i];
	}
}

void containers__add(struct containers *containers, bool has_id, uint64_t id,
		     const struct ft_row *part, unsigned long long now_ns)
{
	struct container_sums sums = sums_of(part, containers->weight);
	enum containers_reason reason = CONTAINERS_ROWS;
	struct container_series *series =
		has_id ? series_of(containers, id, now_ns, &reason) : NULL;

	if (series) {
		add_sums(&series->sums, &sums);
		series->is_told = false;
	} else {
		add_sums(&containers->other, &sums);
		containers->reasons[reason] += sums.faults[0] + sums.faults[1];
	}
}

/* ---- The end of cgroups ---------------------------------------------------------------- */

static void forget(struct containers *containers, struct seen_cgroup *cgroup,
		   unsigned long long now_ns)
{
	struct container_series *series =
		cgroup->series ? key_map__find(&containers->series, &cgroup->series) : NULL;

	if (series && !--series->nr_cgroups) {
		series->gone_ns = now_ns;
		containers->may_have_gone = true;
	}
	containers->ops->forget(containers->ctx, cgroup->id);
	key_map__remove(&containers->cgroups, cgroup);
}

/*
 * Forgets a cgroup at the second sweep that does not find it: between them its last rows were read.
 * From the last one on: what takes the place of one that is removed was looked at.
 */
static void sweep_cgroups(struct containers *containers, unsigned long long now_ns)
{
	const struct containers_ops *ops = containers->ops;

	for (size_t i = containers->cgroups.nr; i-- > 0;) {
		struct seen_cgroup *cgroup = key_map__at(&containers->cgroups, i);
		const char *path = ops->path(containers->ctx, cgroup->id);

		if (path && ops->exists(containers->ctx, path, cgroup->id, NULL)) {
			cgroup->is_gone = false;
			continue;
		}
		if (cgroup->is_gone)
			forget(containers, cgroup, now_ns);
		else
			cgroup->is_gone = true;
	}
}

static bool is_told_for_long(const struct container_series *series, unsigned long long now_ns)
{
	return series->is_shown && !series->nr_cgroups && series->is_told &&
	       now_ns - series->gone_ns > CONTAINERS_KEEP_NS;
}

/* A series that is hidden may remove another one, which the last one replaces. */
static void sweep_series(struct containers *containers, unsigned long long now_ns)
{
	size_t i = 0;

	while (i < containers->series.nr) {
		struct container_series *series = series_at(containers, i);

		if (is_told_for_long(series, now_ns))
			hide(containers, series, 0);
		else
			i++;
	}
}

void containers__sweep(struct containers *containers, unsigned long long now_ns)
{
	if (now_ns - containers->swept_ns < SWEEP_NS)
		return;
	containers->swept_ns = now_ns;
	sweep_cgroups(containers, now_ns);
	sweep_series(containers, now_ns);
}

void containers__told(struct containers *containers, unsigned long long now_ns)
{
	for (size_t i = 0; i < containers->series.nr; i++) {
		struct container_series *series = series_at(containers, i);

		if (!series->is_told && !series->nr_cgroups) {
			series->gone_ns = now_ns;
			containers->may_have_gone = true;
		}
		series->is_told |= series->is_shown;
	}
}
