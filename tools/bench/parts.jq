# SPDX-License-Identifier: GPL-2.0-only
# What each part of faulttrace costs a fault: with all, less with all but this one.
include "format";

def modes: ["anon", "file", "cow"];

def added($mode): .modes[$mode].added_ns.median // 0;

def row($title; $values): ($title | left(44)) + ($values | map(fixed(0) | right(12)) | join(""));

def costs($what): [modes[] as $mode | $what | added($mode)];

. as $s
| [$parts | split("\n")[] | select(test("^[a-z-]+@")) | split("@")] as $list
| costs($s.steps.null) as $all
| [$list[] as [$name, $file, $edit, $what] | {what: $what,
	cost: [modes[] as $mode | ($s.steps.null | added($mode))
		- ($s.steps["without-" + $name] | added($mode))]}] as $rows
| costs($s.steps["begin"]) as $begin | costs($s.steps["end"]) as $ends
| [range(modes | length) as $i | $all[$i] - $begin[$i] - $ends[$i]
	- ([$rows[].cost[$i]] | add // 0)] as $rest
| ("part" | left(44)) + (modes | map(right(12)) | join("")),
  row("called where a fault begins (empty programs)"; $begin),
  row("called where it ends (empty program)"; $ends),
  ($rows[] | row(.what; .cost)),
  row("the rest: whose it is, state, filling in"; $rest),
  row("all: what faulttrace adds"; $all)
