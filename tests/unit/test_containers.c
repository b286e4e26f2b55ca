/* SPDX-License-Identifier: GPL-2.0-only */
/* Totals by cgroup: which faults are told of whom, how many series there are, and that none goes back. */
#include <stdlib.h>

#include "../../src/serve/containers.h"
#include "test.h"

#define SECOND 1000000000ULL
#define FIRST  (1000 * SECOND) /* the time of the first fault */

/* A machine whose cgroups are at "/ID", but for those that were given another path. */
struct machine {
	uint64_t gone_below;  /* cgroups with lower ids are gone */
	uint64_t unknown;     /* an id whose path is not known */
	uint64_t same_as, as; /* the cgroup same_as has the path of the other one */
	uint64_t born_ns;     /* of all cgroups; 0: it is not known */
	size_t long_labels;   /* labels are this much longer */
	unsigned int forgotten;
	unsigned int described; /* how often labels were asked for */
};

static const char *path_of(void *ctx, uint64_t id)
{
	static char path[64];
	const struct machine *machine = ctx;

	if (id == machine->unknown)
		return NULL;
	snprintf(path, sizeof(path), "/%llu",
		 (unsigned long long)(id && id == machine->same_as ? machine->as : id));
	return path;
}

static void forget(void *ctx, uint64_t id)
{
	struct machine *machine = ctx;

	(void)id;
	machine->forgotten++;
}

static bool exists(void *ctx, const char *path, uint64_t id, uint64_t *since_ns)
{
	const struct machine *machine = ctx;

	(void)path;
	if (since_ns && machine->born_ns)
		*since_ns = machine->born_ns;
	return id >= machine->gone_below;
}

static void add_labels(void *ctx, const char *path, struct buf *out)
{
	struct machine *machine = ctx;

	machine->described++;
	buf__addf(out, "cgroup=\"%s\"", path);
	for (size_t i = 0; i < machine->long_labels; i++)
		buf__addc(out, 'x');
}

static const struct containers_ops ops = { path_of, forget, exists, add_labels };

static struct containers containers;
static struct machine machine;

static void begin(unsigned int max_series, unsigned long long min_age_ns)
{
	const struct containers_options opts = { &ops, &machine, 1, max_series, min_age_ns };

	machine = (struct machine) { .unknown = ~0ULL };
	containers__init(&containers, &opts);
}

/* nr faults of 10 ns each, as many of them major ones of 30 ns. */
static void fault(uint64_t id, unsigned int nr, unsigned int major, unsigned long long now_ns)
{
	struct ft_row row = { .used = 1, .timed = 1, .major = major, .major_ns = major * 30ULL };

	row.sum_ns = (nr - major) * 10ULL + row.major_ns;
	row.buckets[ft_hist_bucket(10)] = nr - major;
	row.buckets[ft_hist_bucket(30)] = major;
	containers__add(&containers, true, id, &row, now_ns);
}

static const struct container_series *series_of(const char *labels)
{
	for (size_t i = 0; i < containers.series.nr; i++) {
		const struct container_series *series = key_map__at(&containers.series, i);

		if (series->is_shown && !strcmp(series->labels, labels))
			return series;
	}
	return NULL;
}

/* The faults that are told of a cgroup; -1: it has no series. */
static long long told(const char *labels)
{
	const struct container_series *series = series_of(labels);

	return series ? (long long)(series->sums.faults[0] + series->sums.faults[1]) : -1;
}

static unsigned long long other(void)
{
	return containers.other.faults[0] + containers.other.faults[1];
}

static void sweep_twice(unsigned long long now_ns)
{
	containers__sweep(&containers, now_ns);
	containers__sweep(&containers, now_ns + 11 * SECOND);
}

static void test_sums(void)
{
	const struct container_series *series;
	struct ft_row row = { .used = 1 };

	begin(2000, 0);
	fault(7, 5, 2, FIRST);
	fault(8, 1, 0, FIRST);
	fault(7, 1, 0, FIRST + 1);
	series = series_of("cgroup=\"/7\"");
	if (CHECK(series)) {
		CHECK_EQ(series->sums.faults[0], 4);
		CHECK_EQ(series->sums.faults[1], 2);
		CHECK_EQ(series->sums.ns[0], 40);
		CHECK_EQ(series->sums.ns[1], 60);
	}
	CHECK_EQ(told("cgroup=\"/8\""), 1);
	CHECK_EQ(other(), 0);
	/* Latencies that are not known; no row; a path that is not known. */
	row.buckets[FT_HIST_UNKNOWN] = 3;
	containers__add(&containers, true, 8, &row, FIRST);
	CHECK_EQ(told("cgroup=\"/8\""), 4);
	containers__add(&containers, false, 0, &row, FIRST);
	machine.unknown = 9;
	fault(9, 2, 0, FIRST);
	CHECK_EQ(other(), 5);
	CHECK_EQ(containers.reasons[CONTAINERS_ROWS], 3);
	CHECK_EQ(containers.reasons[CONTAINERS_UNKNOWN], 2);
	containers.weight = 10;
	fault(7, 1, 0, FIRST);
	CHECK_EQ(told("cgroup=\"/7\""), 16);
	containers__free(&containers);
	test_done("faults are told of their cgroup, or of none");
}

/* What was told of OTHER stays there. */
static void test_age(void)
{
	begin(2000, 30 * SECOND);
	fault(7, 5, 0, FIRST);
	fault(7, 5, 0, FIRST + 29 * SECOND);
	CHECK_EQ(told("cgroup=\"/7\""), -1);
	CHECK_EQ(other(), 10);
	CHECK_EQ(containers.reasons[CONTAINERS_YOUNG], 10);
	fault(7, 1, 0, FIRST + 30 * SECOND);
	CHECK_EQ(told("cgroup=\"/7\""), 1);
	CHECK_EQ(other(), 10);
	/* It was there before its first fault. */
	machine.born_ns = FIRST - 30 * SECOND;
	fault(8, 1, 0, FIRST);
	CHECK_EQ(told("cgroup=\"/8\""), 1);
	/* It was seen before its faults were read. */
	machine.born_ns = 0;
	containers__see(&containers, 9, FIRST);
	fault(9, 1, 0, FIRST + 30 * SECOND);
	CHECK_EQ(told("cgroup=\"/9\""), 1);
	/* A time that is still to come is none. */
	machine.born_ns = FIRST + SECOND;
	fault(10, 1, 0, FIRST);
	CHECK_EQ(told("cgroup=\"/10\""), -1);
	containers__free(&containers);
	test_done("young cgroups have no series");
}

static void test_limit(void)
{
	begin(3 * CONTAINERS_SERIES + 1, 0);
	for (uint64_t id = 1; id <= 5; id++)
		fault(id, 10, 0, FIRST);
	CHECK_EQ(containers.nr_shown, 3);
	CHECK_EQ(told("cgroup=\"/3\""), 10);
	CHECK_EQ(told("cgroup=\"/4\""), -1);
	CHECK_EQ(containers.reasons[CONTAINERS_SERIES_MAX], 20);
	CHECK_EQ(other(), 20);
	/* One that is gone keeps its place until it was told. */
	machine.gone_below = 2;
	sweep_twice(FIRST + 20 * SECOND);
	CHECK_EQ(machine.forgotten, 1);
	fault(4, 10, 0, FIRST + 40 * SECOND);
	CHECK_EQ(told("cgroup=\"/1\""), 10);
	CHECK_EQ(told("cgroup=\"/4\""), -1);
	containers__told(&containers, FIRST + 41 * SECOND);
	fault(4, 10, 0, FIRST + 42 * SECOND);
	CHECK_EQ(told("cgroup=\"/1\""), -1);
	CHECK_EQ(told("cgroup=\"/4\""), 10);
	CHECK_EQ(other(), 30);
	CHECK_EQ(containers.nr_shown, 3);
	containers__free(&containers);

	begin(1, 0);
	fault(1, 10, 0, FIRST);
	CHECK_EQ(other(), 10);
	containers__free(&containers);
	test_done("series are limited");
}

static void test_end(void)
{
	begin(2000, 0);
	fault(1, 10, 0, FIRST);
	machine.gone_below = 2;
	containers__sweep(&containers, FIRST + 20 * SECOND);
	/* Its last rows come when it is gone. */
	fault(1, 3, 0, FIRST + 21 * SECOND);
	containers__sweep(&containers, FIRST + 31 * SECOND);
	CHECK_EQ(told("cgroup=\"/1\""), 13);
	/* Nobody asked, for an hour. */
	containers__sweep(&containers, FIRST + 3600 * SECOND);
	CHECK_EQ(told("cgroup=\"/1\""), 13);
	containers__told(&containers, FIRST + 3601 * SECOND);
	containers__sweep(&containers, FIRST + 3700 * SECOND);
	CHECK_EQ(told("cgroup=\"/1\""), 13);
	containers__sweep(&containers, FIRST + 4000 * SECOND);
	CHECK_EQ(told("cgroup=\"/1\""), -1);
	CHECK_EQ(containers.cgroups.nr, 0);
	/* The service is started again: another cgroup at the same path. */
	machine.same_as = 17;
	machine.as = 1;
	fault(17, 2, 0, FIRST + 4001 * SECOND);
	CHECK_EQ(told("cgroup=\"/1\""), 15);
	CHECK_EQ(other(), 0);
	containers__free(&containers);
	test_done("a cgroup that is gone is told, and its totals do not go back");
}

/* The only place is another one's, and the series that wants it back is the oldest of the hidden ones. */
static void test_return(void)
{
	begin(CONTAINERS_SERIES, 0);
	fault(1, 10, 0, FIRST);
	machine.gone_below = 2;
	sweep_twice(FIRST + 20 * SECOND);
	containers__told(&containers, FIRST + 40 * SECOND);
	fault(2, 5, 0, FIRST + 41 * SECOND);
	CHECK_EQ(told("cgroup=\"/1\""), -1);
	machine.gone_below = 3;
	sweep_twice(FIRST + 60 * SECOND);
	containers__told(&containers, FIRST + 80 * SECOND);
	machine.same_as = 17;
	machine.as = 1;
	fault(17, 2, 0, FIRST + 81 * SECOND);
	CHECK_EQ(told("cgroup=\"/1\""), 12);
	CHECK_EQ(other(), 0);
	containers__free(&containers);
	test_done("a series that gets its place back goes on with its totals");
}

static void test_long(void)
{
	begin(2000, 0);
	machine.long_labels = CONTAINERS_LABELS;
	fault(1, 10, 0, FIRST);
	fault(1, 10, 0, FIRST + SECOND);
	CHECK_EQ(containers.nr_shown, 0);
	CHECK_EQ(containers.reasons[CONTAINERS_LONG], 20);
	CHECK_EQ(machine.described, 1);
	containers__free(&containers);
	test_done("labels that would be too long");
}

/* Cgroups that come and go for ever take no more memory than there is room for. */
static void test_churn(void)
{
	unsigned long long now = FIRST, sum = 0;

	begin(20 * CONTAINERS_SERIES, 0);
	for (uint64_t id = 1; id <= 20000; id++) {
		now += SECOND;
		fault(id, 1, 0, now);
		machine.gone_below = id > 10 ? id - 10 : 0;
		if (!(id % 5))
			containers__told(&containers, now);
		containers__sweep(&containers, now);
		CHECK(containers.nr_shown <= 20 && containers.series.nr <= 41);
		CHECK(containers.cgroups.nr <= 60);
	}
	for (size_t i = 0; i < CONTAINERS_REASONS; i++)
		sum += containers.reasons[i];
	CHECK_EQ(sum, other());
	containers__free(&containers);
	test_done("cgroups that come and go");
}

/* More than a day of faults: 10^12 of them, as counters of 32 bits tell them. */
static void test_many(void)
{
	struct ft_row row = { .used = 1,
			      .major = 1000000000,
			      .sum_ns = 5000000000000000ULL,
			      .major_ns = 1000000000000000ULL };
	struct container_sums before = { 0 };
	const struct container_series *series;
	bool is_back = false;

	row.buckets[ft_hist_bucket(1000)] = 4000000000U;
	begin(2000, 0);
	for (int i = 0; i < 1000; i++) {
		containers__add(&containers, true, 7, &row, FIRST);
		series = series_of("cgroup=\"/7\"");
		if (!CHECK(series))
			return;
		for (size_t major = 0; major < 2; major++)
			is_back |= series->sums.faults[major] <= before.faults[major] ||
				   series->sums.ns[major] <= before.ns[major];
		before = series->sums;
	}
	CHECK(!is_back);
	CHECK_EQ(before.faults[0] + before.faults[1], 4000000000000);
	CHECK_EQ(before.ns[0] + before.ns[1], 5000000000000000000ULL);
	containers__free(&containers);
	test_done("10^12 faults neither wrap nor go back");
}

int main(void)
{
	test_sums();
	test_age();
	test_limit();
	test_end();
	test_return();
	test_long();
	test_churn();
	test_many();
	return test_status();
}
