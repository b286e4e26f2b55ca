/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between the kernel half and the user half: what crosses the
 * ring buffer, what is configured before loading, what is counted. Fixed
 * widths, asserted sizes, tag first. Values are stored and compared across
 * versions: never renumber, leave a hole where one is retired.
 */
#ifndef FT_RECORD_H
#define FT_RECORD_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define FT_COMM_LEN   16
#define FT_UNKNOWN64  (~0ULL) /* an unknown time or number */
#define FT_UNKNOWN32  (~0U)
#define FT_UNKNOWN8   0xff
#define FT_BATCH_CPUS 1024 /* CPUs beyond these send records one by one */

/* Begins the batch of a CPU: the records that wait there to be sent together. */
struct ft_batch_head {
	__u64 writers;
	__u64 batched; /* records that this CPU has put into its batch since tracing began */
	__u64 direct;  /* ... that it has sent without the batch */
	__u32 nr;      /* records in the batch now */
	__u32 pad;
};

/* Starts every record; size lets a reader skip what it does not know. */
struct ft_header {
	__u16 type; /* enum ft_record */
	__u16 size; /* of the whole record */
	__u32 cpu;
	__u64 time_ns; /* CLOCK_MONOTONIC; a fault's begin */
};

enum ft_record {
	FT_RECORD_FAULT = 1,
	FT_RECORD_NAME = 2,
	FT_RECORD_CODE = 3,
	FT_RECORD_STACK = 4,
	FT_RECORD_STACK_COPY = 5,
	FT_RECORD_THROTTLED = 6,
	FT_RECORD_CGROUP = 7,
};

enum ft_origin {
	FT_ORIGIN_USER = 0,   /* an instruction in user mode */
	FT_ORIGIN_KERNEL = 1, /* the kernel touching user memory */
	FT_ORIGIN_GUP = 2,    /* get_user_pages: no exception at all */
	FT_ORIGIN_COUNT
};

enum ft_access {
	FT_ACCESS_READ = 0,
	FT_ACCESS_WRITE = 1,
	FT_ACCESS_EXEC = 2,
	FT_ACCESS_COUNT,
	FT_ACCESS_UNKNOWN = FT_ACCESS_COUNT, /* gup, if the plan sees only its end */
};

enum ft_outcome {
	FT_OUTCOME_RESOLVED = 0,
	FT_OUTCOME_FAILED = 1,	    /* a signal, the OOM killer, or an error of a kernel access */
	FT_OUTCOME_INTERRUPTED = 2, /* a signal came first; the instruction faults again */
	FT_OUTCOME_SUPERSEDED = 3,  /* the end was not seen; the thread went on */
	FT_OUTCOME_EXITED = 4,	    /* the thread ended inside the fault */
	FT_OUTCOME_COUNT
};

/* The state of a page table entry, the same for all architectures. */
enum ft_pte {
	FT_PTE_UNKNOWN = 0, /* the page tables could not be read */
	FT_PTE_NONE = 1,
	FT_PTE_PRESENT = 2,
	FT_PTE_PROTNONE = 3, /* NUMA hint, if the VMA is accessible */
	FT_PTE_SWAP = 4,
	FT_PTE_MIGRATION = 5,
	FT_PTE_DEVICE = 6, /* device-private memory */
	FT_PTE_POISON = 7,
	FT_PTE_MARKER = 8,  /* uffd-wp, guard */
	FT_PTE_SPECIAL = 9, /* a non-swap entry of unknown type */
};

/* What the present entry maps. */
enum ft_page {
	FT_PAGE_UNKNOWN = 0,
	FT_PAGE_ANON = 1,
	FT_PAGE_KSM = 2,
	FT_PAGE_FILE = 3, /* page cache, shmem included */
	FT_PAGE_ZERO = 4, /* the shared zero page, small or huge */
	FT_PAGE_RAW = 5,  /* no struct page behind it: a PFN map */
};

enum ft_page_fact {
	FT_WAS_WRITABLE = 1 << 0, /* before the fault the page table entry allowed writes */
	FT_WAS_UFFD_WP = 1 << 1,  /* before the fault the entry had the uffd-wp bit */
	FT_IS_WRITABLE = 1 << 2,  /* after the fault the entry allows writes */
	FT_SAME_PAGE = 1 << 3,	  /* before and after the fault the entry maps the same page */
	/* Before the fault: no page table or a PROT_NONE entry, and the mm was being changed. */
	FT_WAS_CHANGING = 1 << 4,
	FT_READS_FILL = 1 << 5,	 /* reads of untouched memory get a page: no zero page that large */
	FT_WAS_RETRIED = 1 << 6, /* by VM_FAULT_RETRY, and not just for the missing anon_vma */
};

/*
 * Did the kernel fail to get a huge page? Known only of faults that find no page table in
 * anonymous memory, where a huge page fits.
 */
enum ft_thp {
	FT_THP_NONE = 0, /* no such fault, or this kernel does not tell */
	FT_THP_UNKNOWN = 1,
	FT_THP_NOT_REFUSED = 2,
	FT_THP_FELL_BACK = 3, /* to a smaller page */
};

enum ft_vma_fact {
	FT_VMA_KNOWN = 1 << 0,	/* the mapping was looked up */
	FT_VMA_COVERS = 1 << 1, /* ... and found: it has the address */
	FT_VMA_READ = 1 << 2,
	FT_VMA_WRITE = 1 << 3,
	FT_VMA_EXEC = 1 << 4,
	FT_VMA_SHARED = 1 << 5,	  /* writes go to the shared page: no COW */
	FT_VMA_MAYSHARE = 1 << 6, /* 's' in /proc/PID/maps */
	FT_VMA_ANON = 1 << 7,	  /* no vm_ops: private anonymous */
	FT_VMA_FILE = 1 << 8,	  /* a regular file or block device */
	FT_VMA_SHMEM = 1 << 9,
	FT_VMA_HUGETLB = 1 << 10,
	FT_VMA_DEVICE = 1 << 11, /* DAX, PFN map, driver, [vdso] */
	FT_VMA_UFFD = 1 << 12,	 /* registered with a userfaultfd */
	FT_VMA_HEAP = 1 << 13,	 /* "[heap]" */
	FT_VMA_STACK = 1 << 14,	 /* "[stack]" */
	/* What the userfaultfd is registered for. */
	FT_VMA_UFFD_WP = 1 << 15,
	FT_VMA_UFFD_MISSING = 1 << 16,
	FT_VMA_UFFD_MINOR = 1 << 17,
};

/* A mapping of a process. */
struct ft_vma {
	__u64 start;
	__u64 end;
	__u64 offset;  /* in the file, in bytes */
	__u64 inode;   /* with dev: the pair /proc/PID/maps shows */
	__u64 name_id; /* of an ft_name; 0: none or not taken */
	__u32 dev;     /* the kernel's: major << 20 | minor */
	__u32 facts;   /* enum ft_vma_fact */
};

/* One fault, finished. Facts only: ft_classify() decides its kind. */
struct ft_fault {
	struct ft_header h;
	__u64 addr;	   /* or FT_UNKNOWN64: gup, if the plan sees only its end */
	__u64 ip;	   /* 0 for gup */
	__u64 latency_ns;  /* or FT_UNKNOWN64: its end was not seen */
	struct ft_vma vma; /* as it was when the fault began */
	__u64 cgroup_id;
	__u64 read_bytes; /* of reads that the thread submitted; or FT_UNKNOWN64, as the next */
	__u64 run_delay_ns;
	__u64 stack_id; /* of an ft_stack; 0: none or not taken */
	__u32 pid;
	__u32 tid;
	char comm[FT_COMM_LEN];
	__u32 weight;	  /* the number of faults that it stands for (--sample) */
	__u8 access;	  /* enum ft_access */
	__u8 origin;	  /* enum ft_origin */
	__u8 outcome;	  /* enum ft_outcome */
	__u8 major;	  /* 0, 1, or FT_UNKNOWN8: never resolved */
	__u8 before;	  /* enum ft_pte, at the begin */
	__u8 before_page; /* enum ft_page */
	__u8 after;	  /* enum ft_pte, at the end */
	__u8 after_page;
	__u8 page;    /* enum ft_page_fact */
	__u8 order;   /* of the folio mapped at the end */
	__u8 retries; /* FT_UNKNOWN8: the plan cannot see them */
	__u8 blocked; /* the thread slept inside the fault, or FT_UNKNOWN8 */
	__u8 signal;  /* 0, SIGSEGV, SIGBUS, or SIGKILL for OOM */
	__s8 si_code;
	__u8 thp; /* enum ft_thp */
	__u8 pad;
	__u32 read_pages; /* file pages that it read in, or FT_UNKNOWN32 (--residency) */
	__u32 uid;	  /* of the thread, its real one; only if that was asked for */
	__u32 pad2;
};

_Static_assert(sizeof(struct ft_header) == 16, "ft_header is a contract");
_Static_assert(sizeof(struct ft_fault) == 176, "ft_fault is a contract");

/* Where a fault's time went. */
enum ft_cause {
	FT_CAUSE_OTHER = 0,   /* asleep, the reason is unknown */
	FT_CAUSE_LOOKUP = 1,  /* before handle_mm_fault: finding and locking the VMA */
	FT_CAUSE_LOCK = 2,    /* mmap_lock, or a page that somebody else has locked */
	FT_CAUSE_IO = 3,      /* asleep until a page is read */
	FT_CAUSE_RECLAIM = 4, /* direct and memory cgroup reclaim */
	FT_CAUSE_COMPACT = 5,
	FT_CAUSE_UFFD = 6,  /* asleep until the userfaultfd handler answers */
	FT_CAUSE_SCHED = 7, /* runnable, but not running */
	FT_CAUSE_CPU = 8,   /* running, for none of the above */
	FT_CAUSE_COUNT
};

/*
 * Follows an ft_fault inside its record with --cause: h.size tells. The parts that are
 * known add up to latency_ns, if that is known.
 */
struct ft_causes {
	__u64 ns[FT_CAUSE_COUNT]; /* FT_UNKNOWN64: not seen, its time is in FT_CAUSE_CPU */
	__u64 disk_bytes;	  /* that the thread asked disk_dev for; 0: no disk was asked */
	__u64 disk_ns;		  /* from the first request to the last answer, or FT_UNKNOWN64 */
	__u32 disk_dev;		  /* the kernel's: major << 20 | minor */
	__u32 pad;
};

_Static_assert(sizeof(struct ft_causes) == 96, "ft_causes is a contract");

/*
 * Follows an ft_fault and its ft_causes in a record of type FT_RECORD_THROTTLED: the
 * fault was sent before, and then memory.high throttled the thread.
 */
struct ft_throttled {
	__u64 began_ns; /* CLOCK_MONOTONIC */
	__u64 ns;
};

_Static_assert(sizeof(struct ft_throttled) == 16, "ft_throttled is a contract");

enum ft_name_form {
	FT_NAME_PATH = 1,	/* components, the leaf first, each NUL-ended */
	FT_NAME_DELETED = 2,	/* the same; the file has no name any more */
	FT_NAME_SIMPLE = 3,	/* "/NAME (deleted)": memfd, SYSV, /dev/zero */
	FT_NAME_ANONFD = 4,	/* "anon_inode:NAME" */
	FT_NAME_VERBATIM = 5,	/* as it is: "[vdso]" */
	FT_NAME_ANON = 6,	/* "[anon:NAME]" */
	FT_NAME_ANON_SHMEM = 7, /* "[anon_shmem:NAME]" */
	FT_NAME_SOCKET = 8,	/* "socket:[INODE]" */
};

/* A flag of FT_NAME_PATH and FT_NAME_DELETED: the components next to the root are missing. */
#define FT_NAME_CUT 0x100

#define FT_NAME_MAX  4096 /* as PATH_MAX */
#define FT_NAME_PART 256  /* NAME_MAX and its NUL */

/* A mapping's name, sent before the first fault that has its id. */
struct ft_name {
	struct ft_header h;
	__u64 id;
	__u64 inode;
	__u32 form; /* enum ft_name_form */
	__u32 len;  /* bytes of text used */
	char text[FT_NAME_MAX];
};

#define FT_STACK_MAX 127 /* frames; as kernel.perf_event_max_stack */

/* A stack that is met again is sent again if one to two times so many others were sent since. */
#define FT_STACKS_TURN 16384

/* Why the last frame is the last. */
enum ft_stack_end {
	FT_STACK_OUTERMOST = 0, /* its frame has 0 for the caller */
	FT_STACK_FULL = 1,	/* FT_STACK_MAX frames */
	FT_STACK_ASTRAY = 2,	/* its caller's frame pointer is invalid */
};

/* A user stack, sent before the first fault that has its id. */
struct ft_stack {
	struct ft_header h;
	__u64 id;
	__u32 pid;
	__u16 nr;
	__u16 end;		 /* enum ft_stack_end */
	__u64 ips[FT_STACK_MAX]; /* nr of them, the leaf first */
};

#define FT_STACK_COPY_MAX      16384
#define FT_STACK_COPY_PIECE    512 /* bytes per read: one beyond the end of the stack fails */
#define FT_STACK_RED_ZONE      128 /* below rsp, what leaf functions keep there */
/* Aligned: a piece is within one page. */
#define FT_STACK_COPY_FROM(sp) (((sp)-FT_STACK_RED_ZONE) & ~(FT_STACK_COPY_PIECE - 1ULL))

/* For code without frame pointers: registers and stack of one fault. */
struct ft_stack_copy {
	struct ft_header h;
	__u64 id;
	__u32 pid;
	__u32 generation; /* of its code: in another one the same addresses are other code */
	__u64 len;	  /* bytes of the stack that follow, from FT_STACK_COPY_FROM(sp) on */
	__u64 ip, sp, bp, bx, r12, r13, r14, r15;
	char bytes[FT_STACK_COPY_MAX];
};

/*
 * The mapping of an instruction, sent for each new row (--by symbol and line): when the
 * reader looks the address up, the process may be gone.
 */
struct ft_code {
	struct ft_header h;
	__u64 ip;
	struct ft_vma vma; /* its facts are 0: not known */
	__u32 pid;
	__u32 generation; /* of the process's code */
};

/*
 * A cgroup that has got a row and had none before (--by cgroup and container): when the reader takes
 * the row, the cgroup may be gone.
 */
struct ft_cgroup {
	struct ft_header h;
	__u64 id;
};

/* Who is traced. Chosen: those in the map `chosen`, and what they create. */
enum ft_target {
	FT_TARGET_CHOSEN = 0,
	FT_TARGET_ALL = 1,
	FT_TARGET_CGROUP = 2,
};

/* Where this kernel keeps its page tables and pages, and how it encodes an entry. */
struct ft_layout {
	__u64 page_offset; /* of the direct map; 0: page tables cannot be read */
	__u64 vmemmap;	   /* of the struct pages; 0: not known */
	__u64 encrypted;   /* the bit of an entry that marks an encrypted page; 0: none */
	__u32 levels;	   /* of the page tables */
	__u32 swap_types;  /* a swap entry's type below this is a swap area */
	/* Types that are no swap area (of migration: the first one); 0: not known. */
	__u32 migration_type;
	__u32 nr_migration_types;
	__u32 poison_type;
	__u32 marker_type;
};

/* A test of a layout on a page of the loader; and counters of the loader and its CPU. */
struct ft_calibration {
	__u64 addr;	 /* in: of a page that the loader has written to */
	__u64 pgd;	 /* out: a pointer into the direct map */
	__u64 some_page; /* out: a pointer into the struct pages */
	__u32 walked;	 /* out: a present leaf was reached */
	__u32 proved;	 /* out: and its struct page is that of addr */
	__u64 switches;	 /* out: how often the loader was switched out */
	__u64 faults;	 /* out: page faults of this CPU, or FT_UNKNOWN64 */
};

/*
 * Events that are counted and not sent one by one. Each CPU has its own counters; the reader adds
 * them up. lost_* are losses.
 */
struct ft_counters {
	__u64 lost_ring;	 /* the ring was full; weighted */
	__u64 lost_storage;	 /* no room for the thread's state */
	__u64 lost_unpaired;	 /* ends whose begin was not seen */
	__u64 lost_unexplained;	 /* min_flt + maj_flt grew, and no fault was seen for it */
	__u64 in_progress;	 /* faults still open when tracing ended; weighted */
	__u64 in_progress_ended; /* those of in_progress that ended later and were sent */
	__u64 missed_ends;	 /* resolved faults without a latency: the end was not seen */
	__u64 gup; /* min_flt + maj_flt grew between two faults; if the plan does not see gup */
	__u64 probe_faults;  /* page faults of BPF probe reads, which the kernel does not count */
	__u64 lost_stacks;   /* stacks dropped: their faults are sent without one */
	__u64 errors;	     /* faults of kind error, with hist and top; weighted */
	__u64 thp_fell_back; /* ... of FT_THP_FELL_BACK, and of FT_THP_UNKNOWN; weighted */
	__u64 thp_unknown;
	__u64 throttled_ns; /* that memory.high throttled threads after faults; weighted */
	__u64 exits;	    /* threads whose exit began and that may still fault */
	__u64 exits_closed; /* those of exits that were closed: their last faults are sent */
	__u64 errors_segv;  /* those of errors that ended in SIGSEGV, and so on */
	__u64 errors_bus;
	__u64 errors_oom;
	__u64 errors_none; /* without a signal: EFAULT */
};

#endif /* FT_RECORD_H */
