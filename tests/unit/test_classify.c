/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>

#include "../../bpf/contract/classify.h"
#include "../../src/faults/fault.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

#define COVERED	     (FT_VMA_KNOWN | FT_VMA_COVERS)
#define RW	     (FT_VMA_READ | FT_VMA_WRITE)
#define RX	     (FT_VMA_READ | FT_VMA_EXEC)
#define ANON	     (COVERED | RW | FT_VMA_ANON)
#define PRIVATE_FILE (COVERED | RW | FT_VMA_FILE)
#define SHARED_FILE  (COVERED | RW | FT_VMA_FILE | FT_VMA_SHARED | FT_VMA_MAYSHARE)
#define SHARED_SHMEM (COVERED | RW | FT_VMA_SHMEM | FT_VMA_SHARED | FT_VMA_MAYSHARE)
#define MISSING	     (FT_VMA_UFFD | FT_VMA_UFFD_MISSING)
#define MINOR	     (FT_VMA_UFFD | FT_VMA_UFFD_MINOR)
#define WP	     (FT_VMA_UFFD | FT_VMA_UFFD_WP)

/* What is not named is 0: a read by the user, resolved. */
struct facts {
	unsigned int vma;
	unsigned char access, origin, outcome;
	unsigned char before, before_page, after, after_page;
	unsigned char page, order, blocked, signal;
};

struct classify_case {
	const char *name;
	struct facts is;
	int kind, cow_from;
};

#define READ(vma_, ...)                                              \
	{                                                            \
		.vma = (vma_), .access = FT_ACCESS_READ, __VA_ARGS__ \
	}
#define WRITE(vma_, ...)                                              \
	{                                                             \
		.vma = (vma_), .access = FT_ACCESS_WRITE, __VA_ARGS__ \
	}
#define EXEC(vma_, ...)                                              \
	{                                                            \
		.vma = (vma_), .access = FT_ACCESS_EXEC, __VA_ARGS__ \
	}

#define NOTHING	       .before = FT_PTE_NONE
#define WAS(page_)     .before = FT_PTE_PRESENT, .before_page = (page_)
#define NOW(page_)     .after = FT_PTE_PRESENT, .after_page = (page_)
#define OUTCOME(which) .outcome = FT_OUTCOME_##which
#define KERNEL	       .origin = FT_ORIGIN_KERNEL
#define GUP	       .origin = FT_ORIGIN_GUP

static const struct classify_case missing[] = {
	{ "first touch", WRITE(ANON, NOTHING, NOW(FT_PAGE_ANON)), FT_KIND_ANON, 0 },
	{ "first touch, zapped before we looked", WRITE(ANON, NOTHING, .after = FT_PTE_NONE),
	  FT_KIND_ANON, 0 },
	{ "first touch, page tables unreadable after", WRITE(ANON, NOTHING), FT_KIND_ANON, 0 },
	{ "first touch by copy_to_user", WRITE(ANON, NOTHING, NOW(FT_PAGE_ANON), KERNEL),
	  FT_KIND_ANON, 0 },
	{ "first touch by mlock", WRITE(ANON, NOTHING, NOW(FT_PAGE_ANON), GUP), FT_KIND_ANON, 0 },
	{ "zero page", READ(ANON, NOTHING, NOW(FT_PAGE_ZERO)), FT_KIND_ZERO, 0 },
	{ "read that brings a huge page, without a huge zero page",
	  READ(ANON, NOTHING, NOW(FT_PAGE_ANON), .order = 9, .page = FT_READS_FILL), FT_KIND_ANON,
	  0 },
	{ "read without a zero page, result unseen",
	  READ(ANON, NOTHING, .after = FT_PTE_NONE, .page = FT_READS_FILL), FT_KIND_OTHER, 0 },
	{ "read of what another thread wrote, or khugepaged put together",
	  READ(ANON, NOTHING, NOW(FT_PAGE_ANON), .order = 9), FT_KIND_OTHER, 0 },
	{ "write while a huge page may have been put together",
	  WRITE(ANON, NOTHING, NOW(FT_PAGE_ANON), .order = 9, .page = FT_WAS_CHANGING),
	  FT_KIND_OTHER, 0 },
	{ "write while others map: no huge page",
	  WRITE(ANON, NOTHING, NOW(FT_PAGE_ANON), .page = FT_WAS_CHANGING), FT_KIND_ANON, 0 },
	{ "zero page while others map",
	  READ(ANON, NOTHING, NOW(FT_PAGE_ZERO), .page = FT_WAS_CHANGING), FT_KIND_ZERO, 0 },
	{ "read, result unseen: not guessed", READ(ANON, NOTHING), FT_KIND_OTHER, 0 },
	{ "read of a file", READ(PRIVATE_FILE, NOTHING, NOW(FT_PAGE_FILE)), FT_KIND_FILE, 0 },
	{ "code", EXEC(COVERED | RX | FT_VMA_FILE, NOTHING, NOW(FT_PAGE_FILE)), FT_KIND_FILE, 0 },
	{ "write to a private file page", WRITE(PRIVATE_FILE, NOTHING, NOW(FT_PAGE_ANON)),
	  FT_KIND_COW, FT_COW_FILE },
	{ "write to a private file page, result unseen", WRITE(PRIVATE_FILE, NOTHING), FT_KIND_COW,
	  FT_COW_FILE },
	{ "write to a missing page of a shared file",
	  WRITE(SHARED_FILE, NOTHING, NOW(FT_PAGE_FILE)), FT_KIND_FILE, 0 },
	{ "shared memory, written", WRITE(SHARED_SHMEM, NOTHING, NOW(FT_PAGE_FILE)), FT_KIND_SHMEM,
	  0 },
	{ "shared memory, read", READ(SHARED_SHMEM, NOTHING, NOW(FT_PAGE_FILE)), FT_KIND_SHMEM, 0 },
	{ "private mapping of tmpfs, read",
	  READ(COVERED | RW | FT_VMA_SHMEM, NOTHING, NOW(FT_PAGE_FILE)), FT_KIND_SHMEM, 0 },
	{ "private mapping of tmpfs, written",
	  WRITE(COVERED | RW | FT_VMA_SHMEM, NOTHING, NOW(FT_PAGE_ANON)), FT_KIND_COW,
	  FT_COW_FILE },
	{ "DAX", READ(SHARED_FILE | FT_VMA_DEVICE, NOTHING, NOW(FT_PAGE_RAW)), FT_KIND_DEVICE, 0 },
	{ "vdso", EXEC(COVERED | RX | FT_VMA_DEVICE, NOTHING, NOW(FT_PAGE_RAW)), FT_KIND_DEVICE,
	  0 },
	{ "mapping of no known sort", READ(COVERED | FT_VMA_READ, NOTHING, NOW(FT_PAGE_ANON)),
	  FT_KIND_OTHER, 0 },
	{ "marker left by uffd-wp, read", READ(SHARED_SHMEM, .before = FT_PTE_MARKER),
	  FT_KIND_SHMEM, 0 },
};

static const struct classify_case present[] = {
	{ "write after fork", WRITE(ANON, WAS(FT_PAGE_ANON), NOW(FT_PAGE_ANON)), FT_KIND_COW,
	  FT_COW_ANON },
	{ "write after fork, the last owner",
	  WRITE(ANON, WAS(FT_PAGE_ANON), NOW(FT_PAGE_ANON), .page = FT_SAME_PAGE | FT_IS_WRITABLE),
	  FT_KIND_REUSE, 0 },
	{ "write after a read of zeroes", WRITE(ANON, WAS(FT_PAGE_ZERO), NOW(FT_PAGE_ANON)),
	  FT_KIND_COW, FT_COW_ZERO },
	{ "KSM unmerge", WRITE(ANON, WAS(FT_PAGE_KSM), NOW(FT_PAGE_ANON)), FT_KIND_COW,
	  FT_COW_KSM },
	{ "write to a private file page that was read",
	  WRITE(PRIVATE_FILE, WAS(FT_PAGE_FILE), NOW(FT_PAGE_ANON)), FT_KIND_COW, FT_COW_FILE },
	{ "write after fork to a private page of a file mapping",
	  WRITE(PRIVATE_FILE, WAS(FT_PAGE_ANON), NOW(FT_PAGE_ANON)), FT_KIND_COW, FT_COW_ANON },
	{ "copy of a page that could not be told",
	  WRITE(ANON, WAS(FT_PAGE_UNKNOWN), NOW(FT_PAGE_ANON)), FT_KIND_COW, FT_COW_NONE },
	{ "copy or not: the result is unseen", WRITE(ANON, WAS(FT_PAGE_ANON)), FT_KIND_OTHER, 0 },
	{ "dirty tracking",
	  WRITE(SHARED_FILE, WAS(FT_PAGE_FILE), NOW(FT_PAGE_FILE),
		.page = FT_SAME_PAGE | FT_IS_WRITABLE),
	  FT_KIND_MKWRITE, 0 },
	{ "shared memory made writable",
	  WRITE(SHARED_SHMEM, WAS(FT_PAGE_FILE), NOW(FT_PAGE_FILE), .page = FT_SAME_PAGE),
	  FT_KIND_REUSE, 0 },
	{ "DAX made writable", WRITE(SHARED_FILE | FT_VMA_DEVICE, WAS(FT_PAGE_RAW)), FT_KIND_DEVICE,
	  0 },
	{ "another thread was faster, read",
	  READ(ANON, WAS(FT_PAGE_ANON), NOW(FT_PAGE_ANON), .page = FT_SAME_PAGE), FT_KIND_SPURIOUS,
	  0 },
	{ "another thread was faster, written",
	  WRITE(ANON, WAS(FT_PAGE_ANON), NOW(FT_PAGE_ANON), .page = FT_WAS_WRITABLE | FT_SAME_PAGE),
	  FT_KIND_SPURIOUS, 0 },
	{ "code that was there already",
	  EXEC(COVERED | RX | FT_VMA_FILE, WAS(FT_PAGE_FILE), NOW(FT_PAGE_FILE),
	       .page = FT_SAME_PAGE),
	  FT_KIND_SPURIOUS, 0 },
	{ "dropped by another thread while it faulted, read",
	  READ(ANON, WAS(FT_PAGE_ANON), NOW(FT_PAGE_ZERO)), FT_KIND_OTHER, 0 },
	{ "dropped by another thread while it faulted, written",
	  WRITE(ANON, WAS(FT_PAGE_ANON), NOW(FT_PAGE_ANON), .page = FT_WAS_WRITABLE), FT_KIND_OTHER,
	  0 },
	{ "dropped by another thread, before or after",
	  READ(ANON, WAS(FT_PAGE_ANON), .after = FT_PTE_NONE), FT_KIND_OTHER, 0 },
	{ "write-protected by uffd, asynchronously",
	  WRITE(ANON | WP, WAS(FT_PAGE_ANON), NOW(FT_PAGE_ANON),
		.page = FT_WAS_UFFD_WP | FT_SAME_PAGE),
	  FT_KIND_REUSE, 0 },
};

static const struct classify_case special[] = {
	{ "swap", READ(ANON, .before = FT_PTE_SWAP, NOW(FT_PAGE_ANON)), FT_KIND_SWAP, 0 },
	{ "swap, written: still swap", WRITE(ANON, .before = FT_PTE_SWAP, NOW(FT_PAGE_ANON)),
	  FT_KIND_SWAP, 0 },
	{ "swap of a private file page", READ(PRIVATE_FILE, .before = FT_PTE_SWAP), FT_KIND_SWAP,
	  0 },
	{ "migration", READ(ANON, .before = FT_PTE_MIGRATION, .blocked = 1), FT_KIND_MIGRATION, 0 },
	{ "device memory", READ(ANON, .before = FT_PTE_DEVICE), FT_KIND_DEVICE, 0 },
	{ "NUMA hint", READ(ANON, .before = FT_PTE_PROTNONE), FT_KIND_NUMA, 0 },
	{ "NUMA hint, or what mprotect is about to allow",
	  READ(ANON, .before = FT_PTE_PROTNONE, .page = FT_WAS_CHANGING), FT_KIND_OTHER, 0 },
	{ "NUMA hint on a read-only mapping, written by ptrace",
	  WRITE(COVERED | FT_VMA_READ | FT_VMA_ANON, .before = FT_PTE_PROTNONE, GUP), FT_KIND_OTHER,
	  0 },
	{ "huge page of hugetlbfs", WRITE(COVERED | RW | FT_VMA_HUGETLB, NOTHING), FT_KIND_HUGETLB,
	  0 },
	{ "huge page, copied", WRITE(COVERED | RW | FT_VMA_HUGETLB, WAS(FT_PAGE_ANON)),
	  FT_KIND_HUGETLB, 0 },
	{ "huge page, migrating", READ(COVERED | RW | FT_VMA_HUGETLB, .before = FT_PTE_MIGRATION),
	  FT_KIND_HUGETLB, 0 },
	{ "poison that resolved", READ(ANON, .before = FT_PTE_POISON), FT_KIND_OTHER, 0 },
	{ "entry of a new sort", READ(ANON, .before = FT_PTE_SPECIAL), FT_KIND_OTHER, 0 },
	{ "page tables unreadable", WRITE(ANON, .before = FT_PTE_UNKNOWN), FT_KIND_OTHER, 0 },
	{ "mapping unknown", WRITE(0, NOTHING, NOW(FT_PAGE_ANON)), FT_KIND_OTHER, 0 },
};

static const struct classify_case uffd[] = {
	{ "missing", WRITE(ANON | MISSING, NOTHING, .blocked = 1), FT_KIND_UFFD, 0 },
	{ "missing, read", READ(SHARED_SHMEM | MISSING, NOTHING, .blocked = 1), FT_KIND_UFFD, 0 },
	{ "missing, of what is in the page cache",
	  READ(SHARED_SHMEM | MINOR, NOTHING, .blocked = 1), FT_KIND_UFFD, 0 },
	{ "write-protected",
	  WRITE(ANON | WP, WAS(FT_PAGE_ANON), .page = FT_WAS_UFFD_WP, .blocked = 1), FT_KIND_UFFD,
	  0 },
	{ "a marker, missing pages are asked for",
	  WRITE(SHARED_SHMEM | WP | MISSING, .before = FT_PTE_MARKER, .blocked = 1), FT_KIND_UFFD,
	  0 },
	{ "huge page", READ(COVERED | RW | FT_VMA_HUGETLB | MISSING, NOTHING, .blocked = 1),
	  FT_KIND_UFFD, 0 },
	{ "missing, but only write protection is asked about",
	  WRITE(ANON | WP, NOTHING, NOW(FT_PAGE_ANON), .blocked = 1), FT_KIND_ANON, 0 },
	{ "missing and read, but only write protection is asked about",
	  READ(ANON | WP, NOTHING, NOW(FT_PAGE_ZERO), .blocked = 1), FT_KIND_ZERO, 0 },
	{ "a marker: a page comes first, the write faults again",
	  WRITE(SHARED_SHMEM | WP, .before = FT_PTE_MARKER, NOW(FT_PAGE_FILE), .blocked = 1),
	  FT_KIND_SHMEM, 0 },
	{ "write-protected once, but not registered for it",
	  WRITE(ANON | MISSING, WAS(FT_PAGE_ANON), NOW(FT_PAGE_ANON),
		.page = FT_WAS_UFFD_WP | FT_SAME_PAGE, .blocked = 1),
	  FT_KIND_REUSE, 0 },
	{ "registered, but did not wait",
	  WRITE(SHARED_SHMEM | MISSING, NOTHING, NOW(FT_PAGE_FILE), .blocked = 0), FT_KIND_SHMEM,
	  0 },
	{ "registered, provided before the thread slept, or by another",
	  WRITE(ANON | MISSING, NOTHING, NOW(FT_PAGE_ANON)), FT_KIND_OTHER, 0 },
	{ "preempted after it asked, until the answer was there",
	  WRITE(ANON | MISSING, NOTHING, NOW(FT_PAGE_ANON), .page = FT_WAS_RETRIED), FT_KIND_UFFD,
	  0 },
	{ "shared memory, retried without sleep",
	  WRITE(SHARED_SHMEM | MISSING, NOTHING, NOW(FT_PAGE_FILE), .page = FT_WAS_RETRIED),
	  FT_KIND_SHMEM, 0 },
	{ "retried, but not registered",
	  WRITE(ANON, NOTHING, NOW(FT_PAGE_ANON), .page = FT_WAS_RETRIED), FT_KIND_ANON, 0 },
	{ "registered, provided before the thread slept, and read",
	  READ(ANON | MISSING, NOTHING, NOW(FT_PAGE_ZERO)), FT_KIND_OTHER, 0 },
	{ "registered, but waited for swap",
	  READ(ANON | MISSING, .before = FT_PTE_SWAP, .blocked = 1), FT_KIND_SWAP, 0 },
	{ "write-protected, but read",
	  READ(ANON | WP, WAS(FT_PAGE_ANON), NOW(FT_PAGE_ANON),
	       .page = FT_WAS_UFFD_WP | FT_SAME_PAGE, .blocked = 1),
	  FT_KIND_SPURIOUS, 0 },
	{ "waited, but not registered", WRITE(ANON, NOTHING, NOW(FT_PAGE_ANON), .blocked = 1),
	  FT_KIND_ANON, 0 },
	{ "interrupted while the handler took its time",
	  WRITE(ANON | MISSING, NOTHING, .blocked = 1, OUTCOME(INTERRUPTED)), FT_KIND_UFFD, 0 },
};

static const struct classify_case unresolved[] = {
	{ "wild pointer", READ(FT_VMA_KNOWN, OUTCOME(FAILED), .signal = SIGSEGV), FT_KIND_ERROR,
	  0 },
	{ "write to a read-only page",
	  WRITE(COVERED | FT_VMA_READ | FT_VMA_ANON, WAS(FT_PAGE_ANON), OUTCOME(FAILED),
		.signal = SIGSEGV),
	  FT_KIND_ERROR, 0 },
	{ "beyond the end of a file",
	  READ(PRIVATE_FILE, NOTHING, OUTCOME(FAILED), .signal = SIGBUS), FT_KIND_ERROR, 0 },
	{ "out of memory", WRITE(ANON, NOTHING, OUTCOME(FAILED), .signal = SIGKILL), FT_KIND_ERROR,
	  0 },
	{ "failed where the mapping is unknown", READ(0, OUTCOME(FAILED), .signal = SIGSEGV),
	  FT_KIND_ERROR, 0 },
	{ "EFAULT: the kernel at a wild address", WRITE(FT_VMA_KNOWN, KERNEL, OUTCOME(SUPERSEDED)),
	  FT_KIND_ERROR, 0 },
	{ "EFAULT: the kernel writes to what is read-only",
	  WRITE(COVERED | FT_VMA_READ | FT_VMA_ANON, KERNEL, OUTCOME(SUPERSEDED)), FT_KIND_ERROR,
	  0 },
	{ "execution of data, made executable meanwhile", EXEC(ANON, NOTHING, OUTCOME(SUPERSEDED)),
	  FT_KIND_OTHER, 0 },
	{ "a call of the vsyscall page", EXEC(FT_VMA_KNOWN, OUTCOME(SUPERSEDED)), FT_KIND_OTHER,
	  0 },
	{ "a wild jump", EXEC(FT_VMA_KNOWN, OUTCOME(FAILED), .signal = SIGSEGV), FT_KIND_ERROR, 0 },
	{ "EFAULT: the kernel reads what is PROT_NONE",
	  READ(COVERED | FT_VMA_ANON, .before = FT_PTE_PROTNONE, KERNEL, OUTCOME(EXITED)),
	  FT_KIND_ERROR, 0 },
	{ "read of a write-only mapping is allowed",
	  READ(COVERED | FT_VMA_WRITE | FT_VMA_ANON, NOTHING, OUTCOME(INTERRUPTED)), FT_KIND_OTHER,
	  0 },
	{ "get_user_pages may go where the user may not",
	  WRITE(COVERED | FT_VMA_READ | FT_VMA_ANON, WAS(FT_PAGE_ANON), GUP, OUTCOME(SUPERSEDED)),
	  FT_KIND_OTHER, 0 },
	{ "interrupted, mapping unknown", READ(0, OUTCOME(INTERRUPTED)), FT_KIND_OTHER, 0 },
	{ "interrupted, nothing mapped yet", READ(PRIVATE_FILE, NOTHING, OUTCOME(INTERRUPTED)),
	  FT_KIND_OTHER, 0 },
	{ "interrupted, a copy to be made", WRITE(ANON, WAS(FT_PAGE_ANON), OUTCOME(INTERRUPTED)),
	  FT_KIND_OTHER, 0 },
	{ "interrupted swap-in", READ(ANON, .before = FT_PTE_SWAP, OUTCOME(INTERRUPTED)),
	  FT_KIND_SWAP, 0 },
	{ "exited while it waited for a migration",
	  READ(ANON, .before = FT_PTE_MIGRATION, OUTCOME(EXITED)), FT_KIND_MIGRATION, 0 },
};

static struct ft_fault record_of(const struct facts *is)
{
	return (struct ft_fault) {
		.vma.facts = is->vma,
		.access = is->access,
		.origin = is->origin,
		.outcome = is->outcome,
		.before = is->before,
		.before_page = is->before_page,
		.after = is->after,
		.after_page = is->after_page,
		.page = is->page,
		.order = is->order,
		.blocked = is->blocked,
		.signal = is->signal,
	};
}

static unsigned int kinds_seen;

static void check_cases(const char *name, const struct classify_case *cases, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct ft_fault rec = record_of(&cases[i].is);
		struct ft_verdict v = ft_classify(&rec);

		if (!CHECK(v.kind == cases[i].kind && v.cow_from == cases[i].cow_from))
			printf("#   %s: %s, from %d\n", cases[i].name, kind_names[v.kind],
			       v.cow_from);
		kinds_seen |= 1U << v.kind;
	}
	test_done(name);
}

/* Whatever the bytes are: a kind that has a name, a source only for a copy. */
static void test_any_bytes(void)
{
	unsigned int random = 1;

	for (unsigned int i = 0; i < 200000; i++) {
		struct ft_fault rec = { 0 };
		struct ft_verdict v;

		for (size_t at = 0; at < sizeof(rec); at++) {
			random = random * 1103515245 + 12345;
			((unsigned char *)&rec)[at] = (unsigned char)(random >> 16);
		}
		rec.before &= 15;
		rec.outcome &= 7;
		v = ft_classify(&rec);
		if (!CHECK(v.kind < FT_KIND_COUNT && v.cow_from < FT_COW_COUNT) ||
		    !CHECK(!v.cow_from || v.kind == FT_KIND_COW))
			break;
	}
	test_done("any bytes");
}

static void test_words(void)
{
	for (int i = 0; i < FT_KIND_COUNT; i++)
		CHECK(kind_names[i] && *kind_names[i]);
	for (int i = 0; i < FT_COW_COUNT; i++)
		CHECK(!cow_from_names[i] == (i == FT_COW_NONE));
	for (int i = 0; i < FT_ACCESS_COUNT; i++)
		CHECK(access_names[i]);
	for (int i = 0; i < FT_ORIGIN_COUNT; i++)
		CHECK(origin_names[i]);
	for (int i = 0; i < FT_OUTCOME_COUNT; i++)
		CHECK(outcome_names[i]);
	test_done("every value has a name");
}

int main(void)
{
	check_cases("nothing was mapped", missing, NR(missing));
	check_cases("something was mapped", present, NR(present));
	check_cases("special entries", special, NR(special));
	check_cases("userfaultfd", uffd, NR(uffd));
	check_cases("not resolved", unresolved, NR(unresolved));
	CHECK_EQ(kinds_seen, (1U << FT_KIND_COUNT) - 1);
	test_done("no kind was left out");
	test_any_bytes();
	test_words();
	return test_status();
}
