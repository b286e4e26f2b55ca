# SPDX-License-Identifier: GPL-2.0-only
# Single measurements to medians, ratios and targets. Input: the samples, slurped.

# The q-quantile of numbers, between neighbours.
def quantile(q): sort | . as $v | (length - 1) * q | . as $at | floor as $i
	| $v[$i] + (($v[$i + 1] // $v[$i]) - $v[$i]) * ($at - $i);

def median: quantile(0.5);
def mean: add / length;
def spread: {median: median, q1: quantile(0.25), q3: quantile(0.75)};
def tenth: if . == null then null else . * 10 | round / 10 end;
def hundredth: if . == null then null else . * 100 | round / 100 end;

# What was added in one round. Noise only ever adds: the best of six bursts on both sides.
def added: (.traced | min) - (.alone | min);

# [{round, ..}] of one step and one mode.
def samples($all; $step; $mode): [$all[] | select(.step == $step and .mode == $mode)];

def cost: {
	alone_ns: (map(.alone | min) | median | tenth),
	added_ns: (map(added) | spread | map_values(tenth)),
	added_mean_ns: (map((.traced_mean | mean) - (.alone_mean | mean)) | median | tenth),
	kept_percent: (map(.kept_percent | mean) | median | round),
	rounds: length
};

# How many times what $b adds is it that $a adds? Medians; the spread is that of $a.
def ratio($all; $a; $b; $mode):
	(samples($all; $b; $mode) | map(added)) as $of | samples($all; $a; $mode) as $x
	| if ($x | length) == 0 or ($of | length) == 0 or ($of | median) <= 0 then null else
		$x | map(added / ($of | median)) | spread | map_values(hundredth)
	end;

def target($name; $measured; $unit; $relation; $limit): {
	name: $name, measured: $measured, unit: $unit, relation: $relation, limit: $limit,
	ok: (if $measured == null then null
	     elif $relation == "<=" then $measured <= $limit else $measured >= $limit end)
};

. as $samples
| [$samples[] | select(.type == "fault")] as $faults
| [$samples[] | select(.type == "step")] as $runs
| [$samples[] | select(.type == "flood")] as $floods
| ([$faults[].step] | unique) as $steps

| def times($a; $b; $mode): ratio($faults; $a; $b; $mode) | .median?;
def flood_max(wanted; f): [$floods[] | select(.sink | wanted) | f] | max;

{
	machine: ([$samples[] | select(.type == "machine")][0] | del(.type, .round)
		+ {rounds: ([$samples[] | select(.type != "flood" and .type != "idle").round] | max)}),
	missing: ([$samples[] | select(.type == "missing") | {(.step): .why}] | add // {}),
	steps: ([$steps[] as $step | {($step): (
		[$runs[] | select(.step == $step)] as $r
		| {
			modes: ([$faults[] | select(.step == $step).mode] | unique
				| map({(.): (samples($faults; $step; .) | cost)}) | add),
			times_floor: ratio($faults; $step; "floor"; "anon"),
			times_perf_record: ratio($faults; $step; "perf-record"; "anon"),
			cpu_s_per_million: ([$r[] | .tracer_ns / .touched / 1000] | median | hundredth),
			seen: ([$r[].seen // empty] | if . == [] then null else add end),
			touched: ([$r[].touched] | add),
			lost: ([$r[].lost // empty] | if . == [] then null else add end),
			rss_mb: ([$r[].rss_kb] | max / 1024 | tenth)
		})}] | add // {}),
	inside_ns: ([$samples[] | select(.type == "inside")] | group_by(.step)
		| map({(.[0].step): (map(.ns) | min | tenth)}) | add // {}),
	floods: [$floods[] | {sink, threads, touched, seen, lost,
		bytes_per_fault: (.bytes / .touched | tenth),
		cpu_s_per_million: (.tracer_ns / .touched / 1000 | hundredth),
		rss_mb: (.rss_kb / 1024 | tenth)}],
	sinks: ([$samples[] | select(.type == "sink")] | group_by(.sink)
		| map({(.[0].sink): (map(.per_second) | {
			per_second: (median | round),
			ns: (1e9 / median | tenth),
			q1_ns: (1e9 / quantile(0.75) | tenth),
			q3_ns: (1e9 / quantile(0.25) | tenth)})}) | add // {}),
	attach_ms: ([$samples[] | select(.type == "attach").us / 1000]
		| if . == [] then null else spread | map_values(tenth) end),
	idle_cpu_percent: ([$samples[] | select(.type == "idle") | .cpu_ns / .us / 10][0]
		| if . then . * 1000 | round / 1000 else null end)
}
| . as $s
| .targets = [
	target("JSON: times perf record"; times("json"; "perf-record"; "anon"); "x"; "<="; 1.0),
	target("text: times perf record"; times("text"; "perf-record"; "anon"); "x"; "<="; 1.0),
	target("record: times perf record"; times("record"; "perf-record"; "anon"); "x"; "<="; 1.0),
	target("record: a first touch"; flood_max(. == "record"; .bytes / .touched)
		| if . then tenth else null end; "bytes"; "<="; 12),
	target("record: a million faults"; flood_max(. == "record"; .tracer_ns / .touched / 1000)
		| if . then hundredth else null end; "CPU s"; "<="; 0.25),
	target("record: peak memory"; flood_max(. == "record"; .rss_kb)
		| if . then . / 1024 | tenth else null end; "MB"; "<="; 32),
	target("JSON: perf trace costs"; times("perf-trace"; "json"; "anon"); "x"; ">="; 20),
	target("text: perf trace costs"; times("perf-trace"; "text"; "anon"); "x"; ">="; 20),
	target("lost at full speed, one thread"; [$floods[] | select(.threads == 1).lost] | max;
		""; "<="; 0),
	target("filtered: times the floor"; times("filter"; "floor"; "anon"); "x"; "<="; 1.6),
	target("hist: times the floor"; times("hist"; "floor"; "anon"); "x"; "<="; 1.6),
	target("hist: times bpftrace's"; times("hist"; "bpftrace-hist"; "anon"); "x"; "<="; 0.4),
	target("bystander: times empty programs"; times("bystander"; "floor-bystander"; "anon");
		"x"; "<="; 1.3),
	target("bystander: added"; $s.steps.bystander?.modes.anon.added_ns.median; "ns"; "<="; 100),
	target("60 000 mappings: times 10"; times("mappings-60000"; "mappings-10"; "anon");
		"x"; "<="; 1.2),
	target("60 000 mappings, hopping: times 10"; times("mappings-60000"; "mappings-10"; "hop");
		"x"; "<="; 1.2),
	target("1 000 processes: times 1"; times("processes-1000"; "processes-1"; "anon");
		"x"; "<="; 1.2),
	target("idle target"; $s.idle_cpu_percent; "% CPU"; "<="; 0.1),
	target("text sink"; $s.sinks.text?.per_second; "/s"; ">="; 2000000),
	target("JSON sink"; $s.sinks.json?.per_second; "/s"; ">="; 1000000),
	target("exec to attached"; $s.attach_ms?.median; "ms"; "<="; 150),
	target("peak memory"; flood_max(. != "record"; .rss_kb) | if . then . / 1024 | tenth else null end;
		"MB"; "<="; 24)
]
