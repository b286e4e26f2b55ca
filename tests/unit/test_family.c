/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "../../src/map/family.h"
#include "expect.h"
#include "show.h"
#include "test.h"

#define PAGE 4096ULL
#define AT   0x10000ULL

static struct ft_fault fault_of(int pid, uint64_t page, uint64_t time_ns)
{
	return (struct ft_fault) {
		.h = { .time_ns = time_ns },
		.pid = (uint32_t)pid,
		.addr = AT + page * PAGE,
		.vma.start = AT,
		.vma.end = AT + 8 * PAGE,
		.vma.facts =
			FT_VMA_KNOWN | FT_VMA_COVERS | FT_VMA_READ | FT_VMA_WRITE | FT_VMA_ANON,
		.access = FT_ACCESS_WRITE,
		.after = FT_PTE_PRESENT,
		.after_page = FT_PAGE_ANON,
		.latency_ns = 10,
		.weight = 1,
	};
}

static struct family_member *add_fault(struct family *f, int pid, uint64_t page, uint64_t time_ns)
{
	struct ft_fault rec = fault_of(pid, page, time_ns);

	return family__add_fault(f, &rec, "");
}

/* A map with one mapping of eight pages, of which none is resident. */
static void set_map(struct memory_map *map, unsigned long long begin_ns, unsigned long long end_ns)
{
	map->rows = calloc(1, sizeof(*map->rows));
	map->rows[0] = (struct map_row) {
		.start = AT,
		.end = AT + 8 * PAGE,
		.perms = "rw-p",
		.name = strdup(""),
		.class = CLASS_ANON,
	};
	map->nr_rows = 1;
	map->knows_runs = true;
	map->begin_ns = begin_ns;
	map->end_ns = end_ns;
}

static void end_at(struct family_member *m, unsigned long long begin_ns, unsigned long long end_ns)
{
	set_map(&m->after, begin_ns, end_ns);
	m->touches.after_begin = begin_ns;
	m->touches.after_end = end_ns;
	m->trace.has_after = true;
}

static void test_faults(void)
{
	struct family f = { .page_size = PAGE };
	struct family_member *command = family__add(&f, 10), *child, *other;

	family_member__exec(command, 1000);
	child = family__add(&f, 11);
	set_map(&child->before, 2000, 2100);
	family_member__begin(child, 2200);
	CHECK(child->begin_ns == 2000 && !child->trace.is_from_exec);
	CHECK(command->trace.is_from_exec);

	CHECK(add_fault(&f, 10, 0, 1500) == command);
	CHECK(add_fault(&f, 11, 0, 1500) == NULL); /* before the first look at it */
	CHECK(add_fault(&f, 11, 0, 2500) == child);
	CHECK(add_fault(&f, 12, 0, 2500) == NULL);
	CHECK_EQ(child->trace.faults, 1);

	/* Another program: what was before does not count, in whatever order it comes. */
	family_member__exec(child, 3000);
	CHECK_EQ(child->trace.faults, 0);
	CHECK(child->trace.is_from_exec && !child->before.nr_rows && child->before.knows_runs);
	CHECK(add_fault(&f, 11, 1, 2900) == NULL);
	CHECK(add_fault(&f, 11, 1, 3100) == child);
	CHECK_EQ(child->touches.nr, 1);

	/* Its pid is used once more. */
	end_at(child, 4000, 4100);
	other = family__add(&f, 11);
	family_member__exec(other, 5000);
	CHECK(family__find(&f, 11) == other);
	CHECK(add_fault(&f, 11, 2, 3500) == child);
	CHECK(add_fault(&f, 11, 2, 4500) == NULL);
	CHECK(add_fault(&f, 11, 2, 5500) == other);
	CHECK_EQ(child->trace.faults, 2);
	CHECK_EQ(other->trace.faults, 1);
	family__free(&f);
	test_done("faults are of a process by pid and time");
}

static void test_bound(void)
{
	struct family f = { .page_size = PAGE };

	for (int i = 0; i < FAMILY_MAX; i++)
		CHECK(family__add(&f, 100 + i));
	CHECK(!family__add(&f, 1));
	CHECK(!family__add(&f, 2));
	CHECK_EQ(f.left_out, 2);
	CHECK(!family__find(&f, 1) && family__find(&f, 100 + FAMILY_MAX - 1));
	family__free(&f);
	test_done("no more than there is room for");
}

/* A command and its child, which was gone before it could be looked at. */
static void build(struct family *f, struct memory_map *shown, struct memory_map *sum)
{
	struct family_member *m = family__add(f, 4242);

	family_member__exec(m, 1000);
	end_at(m, 3000, 3100);
	strcpy(m->after.comm, "make");
	m->after.rows[0].n[FIELD_RSS] = PAGE;
	m->after.peak_rss = 3 * PAGE;
	m->after.all.mappings = 1;
	buf__add(&m->after.runs, (const char *)&(struct page_run) { AT, AT + PAGE },
		 sizeof(struct page_run));
	add_fault(f, 4242, 0, 2000);
	m = family__add(f, 4243);
	m->trace.parent = 4242;
	family_member__exec(m, 1500);
	strcpy(m->before.comm, "cc1");
	add_fault(f, 4243, 1, 2000);
	add_fault(f, 4243, 2, 2000);
	for (size_t i = 0; i < f->nr; i++) {
		m = f->members[i];
		m->trace.is_followed = true;
		m->trace.refaults_anon = MAP_UNKNOWN;
		account__build(&shown[i], &m->before, &m->after, &m->touches);
		shown[i].pid = m->pid;
		shown[i].trace = &m->trace;
		account__add_map(sum, &shown[i]);
	}
}

static void test_output(void)
{
	static const int pid = 4242;
	struct family f = { .page_size = PAGE };
	struct map_trace trace = {
		.is_followed = true, .processes = 2, .left_out = 7, .refaults_anon = MAP_UNKNOWN
	};
	struct memory_map shown[2], sum = { .is_complete = true, .trace = &trace };
	struct run_start run = { .target_ids = &pid, .nr_target_ids = 1, .columns = 80 };
	struct run_end end = { 0 };
	struct buf out = { 0 };

	build(&f, shown, &sum);
	SHOW_MAP(format_find("text"), account, &out, &run, start, &shown[0]);
	SHOW_MAP(format_find("text"), account, &out, &run, start, &shown[1]);
	f.members[1]->trace.still_runs = true;
	f.members[1]->trace.is_from_exec = false;
	SHOW_MAP(format_find("text"), account, &out, &run, start, &shown[1]);
	SHOW_MAP(format_find("text"), account, &out, &run, sum, shown, 2, &sum);
	compare(EXPECT_DIR "family.txt", &out);
	SHOW_MAP(format_find("json"), account, &out, &run, totals, &shown[1]);
	SHOW_MAP(format_find("json"), account, &out, &run, sum, shown, 2, &sum);
	SHOW_MAP(format_find("json"), account, &out, &run, end, &sum, &end);
	compare(EXPECT_DIR "family.ndjson", &out);
	for (size_t i = 0; i < 2; i++) {
		map__keep_totals(&shown[i]);
		map__free(&shown[i]);
	}
	map__free(&sum);
	family__free(&f);
	buf__free(&out);
	test_done("side by side");
}

int main(void)
{
	test_faults();
	test_bound();
	test_output();
	return test_status();
}
