# SPDX-License-Identifier: GPL-2.0-only
# Do the faults in a workload's range match what it says it did?
# Input: the trace, slurped. $said: the workload's line. $gup: gup faults are seen.
# Output: the lines of what is wrong; nothing when all is right.

def hex: ltrimstr("0x") | explode
	| reduce .[] as $c (0; . * 16 + (if $c >= 97 then $c - 87 else $c - 48 end));

def matches($want): . as $fault
	| all($want | to_entries[]; .value == null or .key == "count" or .key == "count_min"
		or .value == (if .key == "name" then $fault.vma.name else $fault[.key] end));

def shown: "\(.kind) cow_from=\(.cow_from) \(.origin) \(.access) major=\(.major) order=\(.order) "
	+ "\(.outcome) signal=\(.signal) name=\(.vma.name)";

($said.start | hex) as $low | ($said.end | hex) as $high
| [.[] | select(.type == "fault" and ($said.pid == null or .pid == $said.pid))
	| select((.addr | hex) as $a | $a >= $low and $a < $high)] as $faults
| [$said.expect[] | select($gup or .origin != "gup")] as $expect
| ($faults | map(select(. as $f | any($expect[]; . as $want | $f | matches($want)) | not))
	| group_by(shown) | map("not expected: \(length) x \(.[0] | shown)") | .[]),
  ($expect[] | . as $want | ($faults | map(select(matches($want))) | length) as $got
	| if .count_min then
		if $got < .count_min then "got \($got), wanted at least: \(tojson)" else empty end
	  elif $got != .count then "got \($got), wanted: \(tojson)" else empty end),
  ($faults[] | select(.vma and .outcome == "resolved")
	| select((.addr | hex) as $a | $a < (.vma.start | hex) or $a >= (.vma.end | hex))
	| "outside its mapping: \(tojson)"),
  ([.[] | select(.type == "end")] as $ends | if ($ends | length) != 1 then "\($ends | length) end records"
	else $ends[0].lost | to_entries[] | select(.value != 0) | "lost: \(.key) \(.value)" end),
  # The workload's own getrusage(): every resolved fault, gup or not. (NUMA balancing also hints elsewhere.)
  (if $gup and $said.minflt != null and all($said.expect[]; .count_min == null) then
	([$faults[] | select(.outcome == "resolved")] | length) as $got
	| if $got != $said.minflt + $said.majflt then
		"\($got) resolved, getrusage counted \($said.minflt) + \($said.majflt)" else empty end
   else empty end)
