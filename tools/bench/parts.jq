# SPDX-License-Identifier: GPL-2.0-only
# What each part of faulttrace costs a fault: all of it, less all but this part.
include "format";

def row($title; $values): ($title | left(50)) + ($values | map(fixed(0) | right(10)) | join(""));

def heading($title; $columns): ($title | left(50)) + ($columns | map(right(10)) | join(""));

def difference($a; $b): [range($a | length) as $i
	| if $a[$i] == null or $b[$i] == null then null else $a[$i] - $b[$i] end];

# As the kernel accounts the time inside BPF programs, and as the toucher sees it.
def costs($inside; $step): [.inside_ns[$inside], .steps[$step].modes.anon.added_ns.median?];

def without($part): costs("inside-" + $part; "without-" + $part);

. as $s
| costs("inside"; "null") as $all
| without("nothing") as $nothing
| [$parts | split("\n")[] | select(test("^[a-z-]+@")) | split("@") | select(.[0] != "nothing")]
| map(. as [$name, $file, $edit, $what]
	| {what: $what, cost: difference($all; $s | without($name))}) as $rows
| (reduce $rows[] as $row (difference($all; $nothing); difference(.; $row.cost))) as $rest
| ($s.machine | "\(.version); plan \(.plan); \(.kernel) \(.arch)\(.virtual); \(.rounds) rounds"),
  "",
  heading("ns per fault"; ["inside", "added"]),
  row("all"; $all),
  row("the hooks alone (empty programs)"; $s | costs("none"; "floor")),
  row("  where a fault begins"; $s | costs("none"; "begin")),
  row("  where it ends"; $s | costs("none"; "end")),
  row("for a process that is not wanted"; $nothing),
  "",
  "less, with this part left out",
  ($rows[] | row(.what; .cost)),
  row("what is in none of them"; $rest)
