# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The parts of a step of the benchmarks: who takes faults, and who traces them. To be sourced by a script that has set
#
#   work  a directory for their files      bin   where toucher and floor are
#   ft    the faulttrace to measure        plan  the plan it takes
#
# and runs cleanup at its end.

say() {
	echo "bench: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# ---- What is started here is stopped here ---------------------------------------------------------

tracer=
declare -A toucher_pid=() toucher_in=() toucher_out=()

cleanup() {
	local pid
	trap - EXIT
	for pid in $tracer "${toucher_pid[@]}"; do
		kill "$pid" 2>/dev/null || continue
		wait "$pid" 2>/dev/null || true
	done
	if [[ -n $work ]]; then
		rm -rf "$work" "$bin/pages"
	fi
}

# ---- Touchers: who takes the faults ----------------------------------------------------------------

# start_toucher NAME ARG..
start_toucher() {
	local name=$1 in out ready
	shift
	mkfifo "$work/$name.in" "$work/$name.out"
	"$bin/toucher" "$@" <"$work/$name.in" >"$work/$name.out" &
	toucher_pid[$name]=$!
	exec {in}>"$work/$name.in" {out}<"$work/$name.out"
	toucher_in[$name]=$in toucher_out[$name]=$out
	rm "$work/$name.in" "$work/$name.out"
	read -r -t 60 -u "$out" ready || die "toucher $* did not start"
	[[ $ready == ready ]] || die "toucher $*: $ready"
}

stop_toucher() {
	local in=${toucher_in[$1]} out=${toucher_out[$1]}
	exec {in}>&- {out}<&-
	wait "${toucher_pid[$1]}" || true
	unset "toucher_pid[$1]" "toucher_in[$1]" "toucher_out[$1]"
}

# ask TOUCHER MODE:WORKERS:FAULTS: sets ns, mean, faults and kept.
ask() {
	echo "${2//:/ }" >&"${toucher_in[$1]}"
	read -r -t 120 -u "${toucher_out[$1]}" ns mean faults kept || die "toucher $1: no answer to $2"
}

# ---- Tracers ---------------------------------------------------------------------------------------

# CPU time of the tracer so far, in nanoseconds.
tracer_cpu() {
	local file ns _ sum=0
	for file in "/proc/$tracer/task/"*/schedstat; do
		read -r ns _ 2>/dev/null <"$file" && sum=$((sum + ns))
	done
	echo "$sum"
}

# Waiting for events is the first time that any of them waits in poll or epoll. Some kernels know no wchan: there it is
# the system call, poll, epoll_wait, ppoll or epoll_pwait of x86-64.
tracer_waits() {
	local call=
	read -r call _ 2>/dev/null <"/proc/$tracer/syscall" || true
	[[ $(cat "/proc/$tracer/wchan" 2>/dev/null) == *poll* || $call == @(7|232|271|281) ]]
}

start_tracer() {
	local i
	"$@" >"$work/stdout" 2>"$work/stderr" &
	tracer=$!
	for ((i = 0; i < 1000; i++)); do
		if tracer_waits && sleep 0.01 && tracer_waits; then
			return
		fi
		kill -0 "$tracer" 2>/dev/null || break
		sleep 0.01
	done
	say "$(tail -n 3 "$work/stderr")"
	die "did not attach: $*"
}

# Until it has read what there was to read.
settle_tracer() {
	local i before after
	after=$(tracer_cpu)
	for ((i = 0; i < 50; i++)); do
		before=$after
		sleep 0.05
		after=$(tracer_cpu)
		((after - before > 2000000)) || return 0
	done
}

# end_tracer SIGNAL
end_tracer() {
	local i
	kill "-$1" "$tracer"
	for ((i = 0; i < 1000; i++)); do
		kill -0 "$tracer" 2>/dev/null || break
		sleep 0.01
	done
	kill -KILL "$tracer" 2>/dev/null || true
	wait "$tracer" 2>/dev/null || true
	tracer=
}

# It then tells what it saw.
stop_tracer() {
	end_tracer INT
}

readonly bt_begin='tracepoint:exceptions:page_fault_user'

# Sets command for the tracer of a step, on the process $2.
tracer_command() {
	local pid=$2 out=$work/output
	local record=(perf record -e page-faults -c 1 -d -o "$out" -p "$pid")
	case $1 in
	floor-clock) command=("$bin/floor" -c "$plan" "$pid") ;;
	floor*) command=("$bin/floor" "$plan" "$pid") ;;
	begin) command=("$bin/floor" -b "$plan" "$pid") ;;
	end) command=("$bin/floor" -e "$plan" "$pid") ;;
	text) command=("$ft" --plan "$plan" -p "$pid" -o "$out") ;;
	json | bystander) command=("$ft" --plan "$plan" -p "$pid" -j -o "$out") ;;
	record) command=("$ft" record --plan "$plan" -p "$pid" -o "$out") ;;
	null) command=("$ft" --plan "$plan" -p "$pid" --sink null -o "$out") ;;
	stack) command=("$ft" --plan "$plan" -p "$pid" -s -j -o "$out") ;;
	cause) command=("$ft" --plan "$plan" -p "$pid" --cause -j -o "$out") ;;
	hist) command=("$ft" hist --plan "$plan" -p "$pid" -j -o "$out") ;;
	top-vma) command=("$ft" top --plan "$plan" --by vma -p "$pid" -j -o "$out") ;;
	filter) command=("$ft" --plan "$plan" -p "$pid" --min-latency 100ms -o "$out") ;;
	sample) command=("$ft" --plan "$plan" -p "$pid" --sample 100 -o "$out") ;;
	perf-stat) command=(perf stat -e "page-faults,minor-faults,major-faults" -p "$pid") ;;
	perf-record) command=("${record[@]}") ;;
	perf-record-g) command=("${record[@]}" -g) ;;
	perf-trace) command=(perf trace -F all --no-syscalls -o "$out" -p "$pid") ;;
	bpftrace-count) command=(bpftrace -e "$bt_begin /pid == $pid/ { @[comm] = count(); }") ;;
	bpftrace-hist)
		command=(bpftrace -e "$bt_begin /pid == $pid/ { @start[tid] = nsecs; }
			software:minor-faults:1 /@start[tid]/ {
				@ns = hist(nsecs - @start[tid]); delete(@start[tid]); }")
		;;
	bpftrace-printf)
		command=(bpftrace -e "$bt_begin /pid == $pid/ {
			printf(\"bench %d %s %lx %lx\n\", tid, comm, args->address, args->ip); }")
		;;
	mappings-* | threads-*) command=("$ft" --plan "$plan" -p "$pid" -j -o "$out") ;;
	processes-*) command=("$ft" --plan "$plan" -a -j -o "$out") ;;
	without-*) command=("$bin/without/${1#without-}/faulttrace" -p "$pid" --sink null -o "$out") ;;
	*) die "no such step: $1" ;;
	esac
}
