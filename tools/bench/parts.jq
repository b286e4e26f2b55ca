# SPDX-License-Identifier: GPL-2.0-only
# What each part of faulttrace costs a fault: all of it, less all but this part.
include "format";

def row($title; $inside; $added): ($title | left(50)) + ($inside | fixed(0) | right(10))
	+ ($added | around | right(14));

# As the kernel accounts the time inside BPF programs, and as the toucher sees it.
def inside($step): .inside_ns[$step];
def added($step): .steps[$step].modes.anon.added_ns;

def less($a; $b): if $a == null or $b == null then null else $a - $b end;

# The quartiles of a difference: both spreads are in it.
def less_spread($a; $b): if $a == null or $b == null then null else
	{median: ($a.median - $b.median), q1: ($a.q1 - $b.q3), q3: ($a.q3 - $b.q1)} end;

. as $s
| [$parts | split("\n")[] | select(test("^[a-z-]+@")) | split("@") | select(.[0] != "nothing")]
| map(. as [$name, $file, $edit, $what] | {
	what: $what,
	inside: less($s | inside("inside"); $s | inside("inside-" + $name)),
	added: less_spread($s | added("null"); $s | added("without-" + $name))
}) as $rows
| less(less($s | inside("inside"); $s | inside("inside-nothing")); [$rows[].inside // 0] | add)
	as $rest
| ($s.machine | "\(.version); plan \(.plan); \(.kernel) \(.arch)\(.virtual); \(.rounds) rounds"),
  "",
  ("ns per fault" | left(50)) + ("inside" | right(10)) + ("added" | right(14)),
  row("all"; $s | inside("inside"); $s | added("null")),
  row("the hooks alone (empty programs)"; null; $s | added("floor")),
  row("  where a fault begins"; null; $s | added("begin")),
  row("  where it ends"; null; $s | added("end")),
  row("for a process that is not wanted"; $s | inside("inside-nothing");
	$s | added("without-nothing")),
  "",
  "less, with this part left out",
  ($rows[] | row(.what; .inside; .added)),
  row("what is in none of them"; $rest; null)
