# SPDX-License-Identifier: GPL-2.0-only
# Does a line of NDJSON have the types and words of the contract?
# Input: the lines. Output: those that do not, with what is wrong.

def count: type == "number" and . >= 0 and . == floor;
def maybe_count: . == null or count;
def address: type == "string" and test("^0x[0-9a-f]+$");
def one_of(words): . as $it | any(words; . == $it);

def fault_problems:
	(to_entries[] | select(.key | one_of("time_ns", "pid", "tid", "cpu", "order", "cgroup_id", "weight"))
		| select(.value | count | not) | .key),
	(to_entries[] | select(.key | one_of("latency_ns", "retries", "read_bytes", "run_delay_ns", "file_offset"))
		| select(.value | maybe_count | not) | .key),
	(select((.addr | address) or (.addr == null and .origin == "gup") | not) | "addr"),
	(select((.ip | address) or (.ip == null and .origin == "gup") | not) | "ip"),
	(select(.comm | type != "string") | "comm"),
	(select((.access | one_of("read", "write", "exec")) or (.access == null and .addr == null) | not) | "access"),
	(select(.origin | one_of("user", "kernel", "gup") | not) | "origin"),
	(select(.kind | one_of("anon", "zero", "cow", "reuse", "file", "shmem", "swap", "hugetlb", "mkwrite", "numa", "uffd",
		"migration", "device", "spurious", "error", "other") | not) | "kind"),
	(select(.major | one_of(true, false, null) | not) | "major"),
	(select(.outcome == "resolved" and .major == null) | "major of a resolved fault"),
	(select(.outcome | one_of("resolved", "failed", "interrupted", "superseded", "exited") | not) | "outcome"),
	(select((.blocked | type == "boolean") or (.blocked == null and .addr == null) | not) | "blocked"),
	(select(.cow_from | one_of(null, "anon", "file", "zero", "ksm") | not) | "cow_from"),
	(select((.kind == "cow") != (.cow_from != null)) | "cow_from and kind"),
	(select((.kind == "error") != (.outcome == "failed")) | "kind and outcome"),
	(select(.signal | one_of(null, "SIGSEGV", "SIGBUS", "OOM") | not) | "signal"),
	(select(.thp_fallback | one_of(true, false, null) | not) | "thp_fallback"),
	(select(.thp_fallback and .order >= 9) | "thp_fallback and order"),
	(select(.vma) | .vma
		| (select(([.start, .end] | all(address)) | not) | "vma.start, vma.end"),
		  (select(.perms | test("^[r-][w-][x-][ps]$") | not) | "vma.perms"),
		  (select(([.offset, .inode] | all(count)) | not) | "vma.offset, vma.inode"),
		  (select(.dev | test("^[0-9a-f]{2,}:[0-9a-f]{2,}$") | not) | "vma.dev"),
		  (select(.name | type != "string") | "vma.name"));

def end_problems:
	(select([.faults, .major, .minor, .errors, .elapsed_ns, .lost[], .in_progress] | all(count) | not) | "end"),
	(select(.lost.late != 0) | "lost.late"),
	(select(.faults != .major + .minor) | "major + minor"),
	(select([.unseen_gup, .overhead[]] | all(maybe_count) | not) | "end: unseen_gup, overhead");

. as $line
| (if .type == "fault" then fault_problems elif .type == "end" then end_problems else empty end)
| {problem: ., $line}
