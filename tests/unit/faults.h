/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One hand-made fault of every kind, and those that are hard to print. The
 * tests and the benchmark of formats show them.
 */
#ifndef TESTS_UNIT_FAULTS_H
#define TESTS_UNIT_FAULTS_H

#include <signal.h>
#include <stddef.h>

#include "../../src/faults/fault.h"

#define VMA_ANON    (FT_VMA_KNOWN | FT_VMA_COVERS | FT_VMA_READ | FT_VMA_WRITE | FT_VMA_ANON)
#define VMA_PRIVATE (FT_VMA_KNOWN | FT_VMA_COVERS | FT_VMA_READ | FT_VMA_FILE)
#define VMA_SHARED                                                                   \
	(FT_VMA_KNOWN | FT_VMA_COVERS | FT_VMA_READ | FT_VMA_WRITE | FT_VMA_SHARED | \
	 FT_VMA_MAYSHARE)
#define VMA_DEVICE (FT_VMA_KNOWN | FT_VMA_COVERS | FT_VMA_READ | FT_VMA_EXEC | FT_VMA_DEVICE)

/* Where it happened: mappings, one argument of FAULT() each. */
#define HEAP(flags)                                                                 \
	.vma.facts = VMA_ANON | (flags) | FT_VMA_HEAP, .vma.start = 0x55d0c8a00000, \
	.vma.end = 0x55d0c8a41000, .addr = 0x55d0c8a17008
#define STACK                                                              \
	.vma.facts = VMA_ANON | FT_VMA_STACK, .vma.start = 0x7ffe0a392000, \
	.vma.end = 0x7ffe0a3b3000, .addr = 0x7ffe0a3b1ff8
#define LIBRARY(flags)                                                         \
	.vma.facts = VMA_PRIVATE | (flags), .vma.start = 0x7f12a2600000,       \
	.vma.end = 0x7f12a4c7d000, .vma.offset = 0x1000, .vma.inode = 1048602, \
	.vma.dev = 8 << 20 | 2, .addr = 0x7f12a4c01010
#define SHARED(flags)                                                                              \
	.vma.facts = VMA_SHARED | (flags), .vma.start = 0x7f1200000000, .vma.end = 0x7f1200400000, \
	.vma.offset = 0x400000, .vma.inode = 77, .vma.dev = 259 << 20 | 1048575,                   \
	.addr = 0x7f1200003000

/* What it was: the entry before, and what is mapped now. */
#define WAS(entry) .before = FT_PTE_##entry
#define HAD(page_) .before = FT_PTE_PRESENT, .before_page = FT_PAGE_##page_
#define NOW(page_) .after = FT_PTE_PRESENT, .after_page = FT_PAGE_##page_
#define WRITES	   .access = FT_ACCESS_WRITE
#define EXECS	   .access = FT_ACCESS_EXEC

#define WHO(pid_, comm_, ip_, weight_) \
	.pid = (pid_), .tid = (pid_) + 1, .comm = comm_, .ip = (ip_), .weight = (weight_)
#define USER_IP	 0x55d0c7001234
#define POSTGRES WHO(4242, "postgres", USER_IP, 1)

#define FAULT(time_us, latency, ...)                                    \
	{                                                               \
		.h = { FT_RECORD_FAULT, sizeof(struct ft_fault), 3,     \
		       1000000000000 + (time_us)*1000ULL },             \
		.latency_ns = (latency), .cgroup_id = 4711, __VA_ARGS__ \
	}

struct sample {
	const char *name;
	struct ft_fault rec;
};

static const struct sample samples[] = {
	{ "[heap]", FAULT(412, 1310, POSTGRES, HEAP(0), WRITES, WAS(NONE), NOW(ANON)) },
	{ "", FAULT(500, 900, POSTGRES, .vma.facts = VMA_ANON, .vma.start = 0x7f1100000000,
		    .vma.end = 0x7f1100200000, .addr = 0x7f1100000123, .order = 9, WAS(NONE),
		    NOW(ZERO)) },
	{ "[stack]", FAULT(655, 2070, POSTGRES, STACK, WRITES, HAD(ANON), NOW(ANON)) },
	{ "/usr/lib/libc.so.6",
	  FAULT(700, 2999, POSTGRES, LIBRARY(FT_VMA_WRITE), WRITES, WAS(NONE), NOW(ANON)) },
	{ "[heap]", FAULT(701, 15, POSTGRES, HEAP(0), WRITES, HAD(ZERO), NOW(ANON)) },
	{ "[heap]", FAULT(702, 1555, WHO(4194303, "postgres", USER_IP, 1), HEAP(0), WRITES,
			  HAD(KSM), NOW(ANON)) },
	{ "[heap]", FAULT(703, 640, POSTGRES, HEAP(0), WRITES, HAD(ANON), NOW(ANON),
			  .page = FT_SAME_PAGE | FT_IS_WRITABLE) },
	{ "/usr/lib/x86_64-linux-gnu/libicudata.so.72.1",
	  FAULT(913, 184200, POSTGRES, LIBRARY(0), WAS(NONE), NOW(FILE), .major = 1, .blocked = 1,
		.read_bytes = 131072, .run_delay_ns = 2100, .retries = 1, .order = 4) },
	{ "/usr/bin/postgres",
	  FAULT(1000, 420, POSTGRES, LIBRARY(FT_VMA_EXEC), EXECS, WAS(NONE), NOW(FILE)) },
	{ "/dev/shm/PostgreSQL.1804289383",
	  FAULT(1100, 3210, POSTGRES, SHARED(FT_VMA_SHMEM), WRITES, WAS(NONE), NOW(FILE)) },
	{ "[anon:glibc: malloc arena]",
	  FAULT(1200, 12345678, POSTGRES, HEAP(0), WAS(SWAP), NOW(ANON), .major = 1, .blocked = 1,
		.read_bytes = 4096) },
	{ "/dev/hugepages/x", FAULT(1300, 99000, POSTGRES, SHARED(FT_VMA_HUGETLB), WRITES,
				    WAS(NONE), NOW(FILE), .order = 9) },
	{ "/var/lib/db/data (deleted)", FAULT(1400, 5100, POSTGRES, SHARED(FT_VMA_FILE), WRITES,
					      HAD(FILE), NOW(FILE), .page = FT_SAME_PAGE) },
	{ "[heap]", FAULT(1500, 2500, POSTGRES, HEAP(0), WAS(PROTNONE), NOW(ANON)) },
	{ "[heap]", FAULT(1600, 45000, POSTGRES, HEAP(FT_VMA_UFFD | FT_VMA_UFFD_MISSING), WRITES,
			  WAS(NONE), .blocked = 1) },
	{ "[heap]",
	  FAULT(1700, 30000, POSTGRES, HEAP(0), WAS(MIGRATION), NOW(ANON), .blocked = 1) },
	{ "[vdso]",
	  FAULT(1800, 300, POSTGRES, .vma.facts = VMA_DEVICE, .vma.start = 0x7ffe0a3fe000,
		.vma.end = 0x7ffe0a400000, .addr = 0x7ffe0a3fe6d0, EXECS, WAS(NONE), NOW(RAW)) },
	{ "[heap]",
	  FAULT(1900, 250, POSTGRES, HEAP(0), HAD(ANON), NOW(ANON), .page = FT_SAME_PAGE) },
	/* No mapping; beyond the end of the file; memory that ran out; EFAULT. */
	{ "", FAULT(2000, 800, POSTGRES, .vma.facts = FT_VMA_KNOWN, .addr = 0xdeadbeef, WRITES,
		    .outcome = FT_OUTCOME_FAILED, .major = FT_UNKNOWN8, .signal = SIGSEGV,
		    .si_code = 1) },
	{ "/var/lib/db/data",
	  FAULT(2100, 800, POSTGRES, SHARED(FT_VMA_FILE), WAS(NONE), .outcome = FT_OUTCOME_FAILED,
		.major = FT_UNKNOWN8, .signal = SIGBUS, .si_code = 2) },
	{ "[heap]", FAULT(2200, FT_UNKNOWN64, POSTGRES, HEAP(0), WRITES, WAS(NONE),
			  .outcome = FT_OUTCOME_FAILED, .major = FT_UNKNOWN8, .signal = SIGKILL) },
	{ "", FAULT(2300, FT_UNKNOWN64, WHO(4242, "postgres", 0xffffffff81a3c3d4, 1),
		    .vma.facts = FT_VMA_KNOWN, .addr = 0, WRITES, .origin = FT_ORIGIN_KERNEL,
		    .outcome = FT_OUTCOME_SUPERSEDED, .major = FT_UNKNOWN8) },
	/* Ends that were not seen, facts that are not known, a weight. */
	{ "[heap]",
	  FAULT(2400, FT_UNKNOWN64, POSTGRES, HEAP(0), WAS(SWAP), .outcome = FT_OUTCOME_INTERRUPTED,
		.major = FT_UNKNOWN8, .read_bytes = FT_UNKNOWN64, .run_delay_ns = FT_UNKNOWN64,
		.retries = FT_UNKNOWN8) },
	{ "",
	  FAULT(2500, 700, WHO(4242, "postgres", USER_IP, 100), .addr = 0x7f0000000000, WRITES) },
	{ "[heap]", FAULT(2600, 1000, WHO(4242, "postgres", 0, 100), HEAP(0), WRITES,
			  .origin = FT_ORIGIN_GUP, WAS(NONE), NOW(ANON)) },
	/* Names that would break a line, drive a terminal, or are no text at all. */
	{ "/tmp/a\nb\033[2J\xff.so",
	  FAULT(2700, 1000, WHO(4242, "ev\til\033[31m\xc3\x28", USER_IP, 1), LIBRARY(0), WAS(NONE),
		NOW(FILE)) },
	{ "/tmp/\"q\\\xe4\xb8\xad\xe6\x96\x87",
	  FAULT(2800, 1000, WHO(4242, "caf\xc3\xa9 \"quoted\"", USER_IP, 1), LIBRARY(0), WAS(NONE),
		NOW(FILE)) },
	{ "/opt/a-directory/a-name-that-is-much-longer-than-any-terminal-likes-it.so.1.2.3",
	  FAULT(2900, 1000, WHO(4242, "fifteen-letters", USER_IP, 1), LIBRARY(0), WAS(NONE),
		NOW(FILE)) },
	/* It began before the run did. */
	{ "[heap]", FAULT(-20, 1000, POSTGRES, HEAP(0), WRITES, WAS(NONE), NOW(ANON)) },
};

#define NR_SAMPLES (sizeof(samples) / sizeof(samples[0]))

static inline struct fault sample_fault(size_t i)
{
	return (struct fault) {
		.rec = &samples[i].rec,
		.verdict = ft_classify(&samples[i].rec),
		.name = samples[i].name,
	};
}

#endif /* TESTS_UNIT_FAULTS_H */
