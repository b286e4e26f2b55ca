/* SPDX-License-Identifier: GPL-2.0-only */
#include "vm_events.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../base/cleanup.h"

#define NR_VARIABLES 2

struct variable {
	const char *name;
	long long offset; /* in the memory of per-CPU variables */
	bool found;
};

static void found_at(struct variable *variables, const char *name, long long offset)
{
	for (size_t i = 0; i < NR_VARIABLES; i++) {
		if (!variables[i].found && !strcmp(variables[i].name, name)) {
			variables[i].offset = offset;
			variables[i].found = true;
		}
	}
}

static bool all_found(const struct variable *variables)
{
	return variables[0].found && variables[1].found;
}

/* BTF lists per-CPU variables in one section, with their offsets in it. */
static void look_into_btf(struct variable *variables, const struct btf *btf)
{
	int id = btf ? btf__find_by_name_kind(btf, ".data..percpu", BTF_KIND_DATASEC) : -ENOENT;
	const struct btf_type *section = id > 0 ? btf__type_by_id(btf, (unsigned int)id) : NULL;
	const struct btf_var_secinfo *info = section ? btf_var_secinfos(section) : NULL;

	for (int i = 0; section && i < btf_vlen(section); i++) {
		const struct btf_type *variable = btf__type_by_id(btf, info[i].type);

		found_at(variables, btf__name_by_offset(btf, variable->name_off), info[i].offset);
	}
}

/* Lines are "000000000002dd00 A runqueues", with a tab and "[ext4]" for a module's symbol. */
static void look_into_kallsyms(struct variable *variables)
{
	FILE *f __cleanup_fclose = fopen("/proc/kallsyms", "re");
	char line[1024];

	while (f && !all_found(variables) && fgets(line, sizeof(line), f)) {
		char *rest;
		unsigned long long address = strtoull(line, &rest, 16);

		line[strcspn(line, "\n")] = '\0';
		if (address && strlen(rest) > 3)
			found_at(variables, rest + 3, (long long)address);
	}
}

long long vm_events_from_rq(const struct btf *btf)
{
	struct variable variables[NR_VARIABLES] = {
		{ .name = "vm_event_states" },
		{ .name = "runqueues" },
	};

	look_into_btf(variables, btf);
	if (!all_found(variables)) {
		variables[0].found = variables[1].found = false;
		look_into_kallsyms(variables);
	}
	return all_found(variables) ? variables[0].offset - variables[1].offset : 0;
}

#define TRIES	     20
#define PROOFS	     2
/* Faults of the first try, each further one takes one more: no other counter changes like that. */
#define FAULTS_LEAST 61

/* Do nr faults of ours increase the counter by nr? False also if we are switched out meanwhile. */
static bool moves_with(const struct ft_calibration *calibration, bool (*run)(void *ctx), void *ctx,
		       size_t nr)
{
	size_t page_size = (size_t)getpagesize(), size = (nr + 1) * page_size;
	char *own = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct ft_calibration before;
	bool moved = false;

	if (own == MAP_FAILED)
		return false;
	madvise(own, size, MADV_NOHUGEPAGE);
	/* Before the count begins: the first fault of a mapping may be retried. */
	*(volatile char *)own = 1;
	if (run(ctx) && calibration->faults != FT_UNKNOWN64) {
		before = *calibration;
		for (size_t at = page_size; at < size; at += page_size)
			*(volatile char *)(own + at) = 1;
		moved = run(ctx) && calibration->switches == before.switches &&
			calibration->faults - before.faults == nr;
	}
	munmap(own, size);
	return moved;
}

bool vm_events_prove(const struct ft_calibration *calibration, bool (*run)(void *ctx), void *ctx)
{
	unsigned int proofs = 0;

	for (unsigned int i = 0; i < TRIES && proofs < PROOFS; i++)
		proofs += moves_with(calibration, run, ctx, FAULTS_LEAST + i);
	return proofs == PROOFS;
}
