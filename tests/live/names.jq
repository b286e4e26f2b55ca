# SPDX-License-Identifier: GPL-2.0-only
# Are the mappings of a trace those of /proc/PID/maps?
# Input: the trace, slurped. $maps: the text of the maps file, taken after the faults. $pid: whose it is.
# $wanted: a name that must have been met.
# Output: the lines of what is wrong; nothing when all is right.

def plain: sub("^0+(?=.)"; "");

def number: explode | reduce .[] as $c (0; . * 16 + (if $c >= 97 then $c - 87 else $c - 48 end));

def mapping: capture("^(?<start>[0-9a-f]+)-(?<end>[0-9a-f]+) (?<perms>[-a-z]+) (?<offset>[0-9a-f]+) "
		+ "(?<dev>[0-9a-f]+:[0-9a-f]+) (?<inode>[0-9]+) *(?<name>.*)$")
	| .start |= "0x" + plain | .end |= "0x" + plain | .offset |= number | .inode |= tonumber;

# Mappings that have changed since the fault, grown ones for example, have no line of their own any more.
($maps | split("\n") | map(select(. != "") | mapping) | map({key: "\(.start)-\(.end)", value: .}) | from_entries) as $lines
| [.[] | select(.type == "fault" and .pid == $pid)] as $faults
| ($faults | map(.vma | select(.)) | unique) as $met
| ($met | map(. as $vma | $lines["\($vma.start)-\($vma.end)"] | select(.) | {vma: $vma, line: .})) as $pairs
| ($pairs[] | select(.vma != .line) | "got:    \(.vma | tojson)", "wanted: \(.line | tojson)"),
  (if any($met[]; .name == $wanted) then empty else
	"no fault on \($wanted | tojson), but on: \([$met[].name] | unique | tojson)" end),
  # A test that compares nothing would pass, too.
  (if ($pairs | length) < 5 or all($pairs[]; .vma.name != $wanted) then
	"only compared: \([$pairs[].vma.name] | tojson)" else empty end),
  ($faults[] | select(.vma)
	| select((.addr[2:] | number) as $a | $a < (.vma.start[2:] | number) or $a >= (.vma.end[2:] | number))
	| "outside its mapping: \(tojson)")
