# SPDX-License-Identifier: GPL-2.0-only
# The summary as tables of 80 columns.
include "format";

def labels: [
	["floor", "empty programs (floor)"], ["floor-clock", "... that read the clock"],
	["text", "faulttrace, text"],
	["json", "faulttrace, JSON"], ["null", "faulttrace, no output"],
	["record", "faulttrace record"],
	["stack", "faulttrace -s, JSON"], ["cause", "faulttrace --cause, JSON"],
	["hist", "faulttrace hist"],
	["top-vma", "faulttrace top --by vma"], ["filter", "faulttrace --min-latency"], ["sample", "faulttrace --sample 100"],
	["perf-stat", "perf stat"], ["perf-record", "perf record -d"],
	["perf-record-g", "perf record -d -g"], ["perf-trace", "perf trace -F all"],
	["bpftrace-count", "bpftrace, count"], ["bpftrace-hist", "bpftrace, histogram"],
	["bpftrace-printf", "bpftrace, printf"],
	["floor-bystander", "bystander, empty"], ["bystander", "bystander, faulttrace"]
];

def growth: [
	["mappings-10", "10 mappings"], ["mappings-1000", "1 000 mappings"],
	["mappings-60000", "60 000 mappings"], ["processes-1", "-a, 1 process"],
	["processes-100", "-a, 100 processes"], ["processes-1000", "-a, 1 000 processes"],
	["threads-1", "1 thread"], ["threads-4", "4 threads"], ["threads-16", "16 threads"],
	["threads-64", "64 threads"]
];

def modes: ["anon", "anon-many", "file", "cow"];

def alone_row: . as $s | ($s.steps | to_entries
		| map(select(.key | test("mappings|processes|threads|bystander") | not).value.modes)) as $m
	| ("nothing attached (total)" | left(26)) + ([modes[] as $mode
		| [$m[][$mode].alone_ns // empty] | sort | if . == [] then "-" else .[length / 2 | floor]
			| fixed(0) end | right(13)] | join(""));

def cost_rows: . as $s | labels[] | . as [$step, $title]
	| if $s.steps[$step] then ($title | left(26)) + ([modes[] as $mode
		| $s.steps[$step].modes[$mode].added_ns | around | right(13)] | join(""))
	  elif $s.missing[$step] then ($title | left(26)) + "      " + $s.missing[$step]
	  else empty end;

# What a peer does not count itself: what was touched and did not come out.
def lost: if .lost != null then .lost elif .seen != null then [.touched - .seen, 0] | max
	else null end;

def against_rows: . as $s | labels[] | . as [$step, $title] | $s.steps[$step] // empty
	| ($title | left(24)) + (.times_floor | times | right(19))
		+ (.times_perf_record | times | right(19)) + (.cpu_s_per_million | fixed(2) | right(8))
		+ (lost // "-" | right(9));

def growth_rows: . as $s | growth[] | . as [$step, $title] | $s.steps[$step].modes // empty
	| ($title | left(26)) + (.anon.alone_ns | fixed(0) | right(13))
		+ (.anon.added_ns | around | right(13)) + (.hop.alone_ns | fixed(0) | right(13))
		+ (.hop.added_ns | around | right(13));

def flood_rows: .floods[] | ("\(.sink), \(.threads) thread\(if .threads > 1 then "s" else "" end)"
		| left(26))
	+ (.touched | right(13)) + (.cpu_s_per_million | fixed(2) | right(13))
	+ (.rss_mb | fixed(1) | right(13)) + (.lost // "-" | right(13));

def sink_rows: .sinks | to_entries[] | (.key | left(26)) + (.value.per_second | right(13))
	+ (.value.ns | fixed(1) | right(13))
	+ ("\(.value.q1_ns | fixed(0))-\(.value.q3_ns | fixed(0))" | right(13));

def target_rows: .targets[] | (.name | left(36))
	+ (if .measured == null then "-" else
		(if .unit == "x" then .measured | fixed(2) else .measured end | tostring) + " " + .unit
		end | right(16))
	+ "   " + ((if .relation == "<=" then "at most " else "at least " end)
		+ (.limit | tostring) | left(18))
	+ (if .ok == null then "not measured" elif .ok then "PASS" else "FAIL" end);

def heading($title; $columns): "", ($title | left(26)) + ($columns | join(""));

def machine: .machine
	| "\(.version); plan \(.plan); \(.kernel) \(.arch)\(.virtual)",
	  "\(.cpus) CPUs: \(.cpu); load at the start \(.load)",
	  ([.perf, .bpftrace, "\(.rounds) rounds"] | map(select(. != "")) | join("; "));

machine,
heading("ns added per fault"; ["anonymous", "\(.machine.cpus) threads", "file cache", "copy-on-wr."]
	| map(right(13))), alone_row, cost_rows,
heading("anonymous, one thread"; [("times the floor" | right(17)),
	("times perf record" | right(19)), ("CPU s/M" | right(8)), ("lost" | right(9))]),
	against_rows,
heading("growth: ns per fault"; ["alone", "added", "hopping", "added"] | map(right(13))),
	growth_rows,
heading("full speed"; ["faults", "CPU s/M", "peak MB", "lost"] | map(right(13))), flood_rows,
heading("sinks alone"; ["records/s", "ns/record", "quartiles"] | map(right(13))), sink_rows,
"",
(if .attach_ms then "exec to attached: \(.attach_ms.median) ms (\(.attach_ms.q1)-\(.attach_ms.q3))"
	else empty end),
(if .idle_cpu_percent then "idle target: \(.idle_cpu_percent) % of a CPU" else empty end),
heading("targets"; []), target_rows
