# SPDX-License-Identifier: GPL-2.0-only
# Do the faults in the ranges of the torture's steps match what it says of them?
# Input: the faults in its ranges, slurped. $said: its lines, in a list. $gup: faults of get_user_pages have addresses.
# Output: lines of what is wrong; nothing when all is right.

# Each step has its own 16 MiB, of addresses that all have the same length: they compare like their text.
def slot: .[:8];

def page: .[:-3];

def shown: "\(.kind) cow_from=\(.cow_from) \(.origin) \(.access) \(.outcome)";

# A fork by another thread protects a page that was there already, also just before it is written. So does the kernel
# when it writes a file to its disk, which a machine with much to do does at any time. $seen: the last access.
def is_again($seen): .kind == "spurious"
	or ($seen and (.kind == "reuse" or (.kind == "cow" and .cow_from == "anon")))
	or ($seen == "write" and (.kind == "mkwrite" or (.kind == "file" and .access == "write")));

# Without those that came again.
def firsts: reduce (sort_by(.time_ns)[] | select(.outcome == "resolved" or .outcome == "failed")) as $fault
	({seen: {}, faults: []};
	 "\($fault.pid) \($fault.addr | page)" as $where | .seen[$where] as $seen
	 | if $fault | is_again($seen) then . else .faults += [$fault] end
	 | .seen[$where] = $fault.access)
	| .faults;

# The thread that waits for a userfaultfd is woken by a stop of its process, and may find the page there. Where only ends
# are seen, its next fault may have come after some of get_user_pages.
def interrupted_pages: map(select(.outcome | IN("interrupted", "superseded")).addr | page) | unique;

def wrong_accounts($faults):
	(.expect | any(.kind == "uffd")) as $uffd
	| (if $uffd then $faults | interrupted_pages else [] end) as $interrupted
	| ([$faults[] | select((.addr | page) as $page | $interrupted | index($page) | not)] | firsts
		| group_by(shown) | map({key: (.[0] | shown), value: length}) | from_entries) as $got
	| (.expect | map(select($gup or .origin != "gup")
		| .outcome = (if .kind == "error" then "failed" else "resolved" end)
		| {key: shown, value: (.count - ($interrupted | length))}
		| select(.value > 0)) | from_entries) as $wanted
	| if $got == $wanted then empty else "got \($got | tojson), wanted \($wanted | tojson)" end;

def wrong_kinds($faults): .never as $never
	| $faults | map(select([.kind, "\(.kind):\(.cow_from)"] | any(. as $kind | $never | index($kind))))
	| group_by(shown) | map("never \(.[0] | shown), but \(length) times, first \(.[0] | tojson)") | .[];

(group_by(.addr | slot) | map({key: (.[0].addr | slot), value: .}) | from_entries) as $by_slot
| $said[] | select(.start) | . as $this
| [$by_slot[.start | slot][]? | select(.addr >= $this.start and .addr < $this.end)] as $faults
| "\(.torture) (thread \(.thread), step \(.step)): "
	+ if .expect then wrong_accounts($faults) else wrong_kinds($faults) end
