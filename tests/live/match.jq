# SPDX-License-Identifier: GPL-2.0-only
# Do the faults in the workloads' ranges match what they say they did?
# Input: the faults of all of them, slurped. $said: the workloads' lines, in a list. $gup: gup faults are seen.
# Output: lines of what is wrong, each after the workload's name and a tab; nothing when all is right.

# Of the same length hex numbers compare like their text; as these arrays any do.
def hex: [length, .];

def matches($want): . as $fault
	| all($want[]; .value == (if .key == "name" then $fault.vma.name else $fault[.key] end));

def wanted: to_entries | map(select(.value != null and (.key | startswith("count") | not)));

def shown: "\(.kind) cow_from=\(.cow_from) \(.origin) \(.access) major=\(.major) order=\(.order) "
	+ "\(.outcome) signal=\(.signal) name=\(.vma.name)";

def problems($said; $faults):
	[$said.expect[] | select($gup or .origin != "gup")] as $expect
	| ($expect | map(wanted)) as $wanted
	# Of each fault, which of them it is.
	| [$faults[] | . as $fault | [$wanted | keys[] | select(. as $i | $fault | matches($wanted[$i]))]] as $matched
	| ([$faults | keys[] | select($matched[.] == []) | $faults[.]]
		| group_by(shown) | map("not expected: \(length) x \(.[0] | shown)") | .[]),
	  ($expect | keys[] | . as $i | $expect[$i] | ([$matched[] | select(index($i))] | length) as $got
		| if .count_min then
			if $got < .count_min or (.count_max and $got > .count_max) then
				"got \($got), wanted at least, or at most: \(tojson)" else empty end
		  elif $got != .count then "got \($got), wanted: \(tojson)" else empty end),
	  ($faults[] | select(.vma and .outcome == "resolved")
		| select((.addr | hex) as $a | $a < (.vma.start | hex) or $a >= (.vma.end | hex))
		| "outside its mapping: \(tojson)"),
	  # The workload's own getrusage(): every resolved fault, gup or not. (NUMA balancing also hints elsewhere.)
	  (if $gup and $said.minflt != null and all($said.expect[]; .count_min == null) then
		([$faults[] | select(.outcome == "resolved")] | length) as $got
		| if $got != $said.minflt + $said.majflt then
			"\($got) resolved, getrusage counted \($said.minflt) + \($said.majflt)" else empty end
	   else empty end);

# A workload's processes are named as it is, but for the kernel's workers.
map(if .comm | startswith("iou-wrk-") then .comm = "uring" else . end)
| (group_by(.comm) | map({key: .[0].comm, value: .}) | from_entries) as $by_name
| $said[] | . as $this | (.start | hex) as $low | (.end | hex) as $high
| [$by_name[.workload][]? | select($this.pid == null or .pid == $this.pid)
	| select((.addr | hex) as $a | $a >= $low and $a < $high)] as $faults
| "\(.workload)\t" + problems($this; $faults)
