# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the live tests: FT is the faulttrace to test, WORKLOADS the directory of the
# workloads, PLAN the plan to use.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
FT=${FT:-$here/../../build/faulttrace}
WORKLOADS=${WORKLOADS:-$here/../../build/tools/workloads}
PLAN=${PLAN:-auto}
work=$(mktemp -d)
background=()
traces=() # the files of tracers that start_tracer started, by pid

cleanups=()

# at_cleanup COMMAND..: to be run at the end whatever happens, the last one first, after all background processes ended.
at_cleanup() {
	cleanups+=("$(printf '%q ' "$@")")
}

gone() {
	[[ -z $(state_of "$1") || $(state_of "$1") == [ZX] ]]
}

# Politely first: the workloads have things to put back. A stopped process takes a signal when it goes on.
end_process() {
	kill -TERM "$1"
	kill -CONT "$1"
	DEADLINE=5 eventually gone "$1" || kill -KILL "$1"
	wait "$1"
	return 0
}

# Not in a child: a signal can come before it has become its program.
cleanup() {
	local pid i
	((BASHPID == $$)) || return 0
	for pid in "${background[@]}"; do
		kill -0 "$pid" 2>/dev/null && end_process "$pid" 2>/dev/null
	done
	for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do
		eval "${cleanups[i]}"
	done
	if [[ -e $work/unexplained ]]; then
		fail "faults that nothing explains" "$(<"$work/unexplained")"
	fi
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

ok() {
	echo "ok - $1"
}

fail() {
	echo "not ok - $1"
	shift
	if (($#)); then
		printf '    %s\n' "$@"
	fi
}

skip() {
	echo "skip - $1: $2"
}

# Runs a command whose output is of no interest, for check: a redirection of check itself would take its result, too.
quietly() {
	"$@" >/dev/null
}

# check NAME COMMAND..: passes when the command does.
check() {
	local name=$1
	shift
	if "$@"; then
		ok "$name"
	else
		fail "$name" "failed: $*"
	fi
}

# same NAME GOT WANTED
same() {
	if [[ $2 == "$3" ]]; then
		ok "$1"
	else
		fail "$1" "got:    $2" "wanted: $3"
	fi
}

# Every fault that the kernel counted is told, lost for a reason, or known to be get_user_pages'. Is it, in the trace in
# FILE? If not, that is told at the end: who runs a trace may have redirected what it prints. A test that makes some
# that nothing can explain sets expects_unexplained. Nobody knows which threads are in a fault when the programs are
# attached: with -a one on each processor, and one that waits for it, are no defect; of a process that runs already one
# on each processor (FILE.runs is there: see target_runs).
note_unexplained() {
	local allowed=0
	[[ ! -e $1.runs ]] || allowed=$(nproc --all)
	[[ -f $1 && -z ${expects_unexplained:-} ]] || return 0
	if [[ $(head -n 1 "$1") == *'"target":{"type":"all"'* ]]; then
		allowed=$((2 * $(nproc --all))) # also those that are offline by now
	fi
	if [[ $(tail -n 1 "$1") =~ \"unexplained\":([1-9][0-9]*) ]] && ((BASH_REMATCH[1] > allowed)); then
		echo "${1##*/}: ${BASH_REMATCH[1]} (${FUNCNAME[2]})" >>"$work/unexplained"
	fi
}

# target_runs ARGUMENT..: may a process or thread of -p or -t run while the programs are attached? Not if it is stopped.
target_runs() {
	local ids id
	while (($# > 1)); do
		if [[ $1 == -[pt] ]]; then
			IFS=, read -ra ids <<<"$2"
			for id in "${ids[@]}"; do
				[[ $(state_of "$id" 2>/dev/null) == T ]] || return 0
			done
		fi
		shift
	done
	return 1
}

ft() {
	local status=0 i runs=0
	target_runs "$@" && runs=1
	"$FT" trace --plan "$PLAN" "$@" || status=$?
	for ((i = 1; i < $#; i++)); do
		if [[ ${!i} == -o ]]; then
			((++i))
			rm -f "${!i}.runs"
			((runs)) && [[ -f ${!i} ]] && touch "${!i}.runs"
			note_unexplained "${!i}"
		fi
	done
	return $status
}

# Which plan runs, for what differs between them.
plan_used() {
	if [[ $PLAN != auto ]]; then
		echo "$PLAN"
	else
		ft -j -- true 2>/dev/null | jq -r 'select(.type == "start").plan'
	fi
}

# Does the plan see handle_mm_fault itself? Else gup faults have no address, and when looking up ends is not known.
sees_attempts() {
	[[ $(plan_used) == @(fentry|kprobe) ]]
}

# Where programs are preempted, the kernel skips a program at handle_mm_fault that is preempted already on that CPU. Plans
# fentry and kprobe have such programs. It happens on slow machines, and is counted as a loss. Is $1 such a plan here?
may_lose() {
	((${SLOW:-0})) && [[ $1 == @(fentry|kprobe) ]]
}

# Is this the plan that is taken where none is asked for, or the one that FIRST_PLAN chose for what is tested with one?
is_first_plan() {
	[[ $PLAN == auto || $PLAN == "${FIRST_PLAN:=$(PLAN=auto plan_used)}" ]]
}

# Can the kernel half take user stacks here?
has_stacks() {
	"$FT" features | grep -q 'user stacks *yes'
}

# For tests of what has nothing to do with the plan.
once_for_all_plans() {
	if ! is_first_plan; then
		skip "all of it" "the same with each plan, and tested with the one that is taken first"
		exit 0
	fi
}

# For tests that take long where everything does.
once_where_slow() {
	if ((${SLOW:-0})) && ! is_first_plan; then
		skip "all of it" "slow here, and tested with plan $FIRST_PLAN"
		exit 0
	fi
}

# A number from the last record of a trace.
end_of() {
	grep '"type":"end"' "$1" | jq -r "$2"
}

# How many events a trace has lost; and if there are any, which.
losses() {
	end_of "$1" '(.lost | add), (.lost | to_entries[] | select(.value > 0) | "\(.key)=\(.value)")' | xargs
}

# Wait for a command to succeed. The deadline is far away: machines may be slow. Whoever waits until then has failed,
# unless DEADLINE says how long it may be waited for.
eventually() {
	local until=$((SECONDS + ${DEADLINE:-${SLOW:+2}60}))
	until "$@" 2>/dev/null; do
		if ((SECONDS >= until)); then
			[[ -n ${DEADLINE:-} ]] || fail "waited in vain" "for: $*"
			return 1
		fi
		sleep 0.02
	done
}

# The longest line, in columns; some awks count bytes.
longest() {
	LC_ALL=C.UTF-8 wc -L
}

# Of a page; not every system has getconf.
page_bytes() {
	getconf PAGESIZE 2>/dev/null || "$FT" trace -j -q -- true | jq -r 'select(.type == "start").page_size'
}

has() {
	type -P "$1" >/dev/null
}

# Is there no zero page? Kernels of some virtual machines map a new page at the first read of memory.
lacks_zero_page() {
	local status=0
	"$WORKLOADS/zero" >/dev/null 2>&1 || status=$?
	((status == 77))
}

# skip_without_zero_page NAME: skips the test, and succeeds, where there is none.
skip_without_zero_page() {
	lacks_zero_page && skip "$1" "this kernel maps no zero page"
}

# skip_without NAME PROGRAM..: skips the test, and succeeds, when one of them is missing.
skip_without() {
	local name=$1 program
	shift
	for program in "$@"; do
		if ! has "$program"; then
			skip "$name" "no $program"
			return 0
		fi
	done
	return 1
}

# Under an emulator everything takes twenty times as long: scaled MANY FEW says how many it should be here.
scaled() {
	if grep -q 'QEMU TCG' /proc/cpuinfo; then
		echo "$2"
	else
		echo "$1"
	fi
}

# Does the kernel reclaim memory of which there is enough?
reclaims_idly() {
	grep -qsx 'kdamond\..*' /proc/[0-9]*/comm
}

# undisturbed TEST: of pages that nobody uses. DAMON takes them away at any time: then once more.
undisturbed() {
	local round
	for round in 1 2 3; do
		"$1" >"$work/results"
		grep -q '^not ok' "$work/results" && reclaims_idly || break
	done
	cat "$work/results"
}

# ---- Processes ------------------------------------------------------------------------------------------------------

# R, S, T and so on; nothing when it is gone.
state_of() {
	local stat
	{ stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
	stat=${stat##*) }
	echo "${stat%% *}"
}

is_stopped() {
	[[ $(state_of "$1") == T ]]
}

tids_of() {
	ls "/proc/$1/task"
}

has_threads() {
	[[ $(tids_of "$1" | wc -l) -eq $2 ]]
}

# launch FILE COMMAND..: in the background; its output to FILE and FILE.err, its pid in $pid. COMMAND is no function: $pid
# would be a shell's. Shells make background commands ignore SIGINT; these do not.
launch() {
	local file=$1
	shift
	# The files are emptied here, and not only when the command starts a little later: a test that waits for output must
	# not find what an earlier command has left there.
	: >"$file" 2>"$file.err"
	env --default-signal=INT "$@" >"$file" 2>"$file.err" </dev/null &
	pid=$!
	background+=("$pid")
}

# The same, but it waits for a SIGCONT before its exec.
launch_stopped() {
	local file=$1
	shift
	# Not sh: busybox's prefers its own programs to those in PATH.
	# shellcheck disable=SC2016 # for the shell there
	launch "$file" bash -c 'kill -STOP $$; exec "$@"' bash "$@"
	eventually is_stopped "$pid"
}

# finish PID: wait for a process of launch. Its exit status is in $status: "hangs" if it does not end.
# shellcheck disable=SC2034 # for the tests
finish() {
	local kept=() each
	status=hangs
	if eventually gone "$1"; then
		status=0
		wait "$1" || status=$?
		if [[ -n ${traces[$1]:-} ]]; then
			note_unexplained "${traces[$1]}"
		fi
		for each in "${background[@]}"; do
			[[ $each == "$1" ]] || kept+=("$each")
		done
		background=("${kept[@]}")
	fi
} 2>/dev/null # where the shell tells of those that a signal ended

# ---- Memory ---------------------------------------------------------------------------------------------------------

# make_cgroup BYTES: in $cgroup, with so much memory; false, after saying why in $reason, if that cannot be had. With v1
# the OOM killer is off there.
make_cgroup() {
	local v2 v1
	v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	v1=$(awk '$3 == "cgroup" && $4 ~ /(^|,)memory(,|$)/ { print $2; exit }' /proc/mounts)
	reason="no memory controller"
	if [[ -n $v1 ]]; then
		cgroup=$v1/faulttrace.$$
		limit=memory.limit_in_bytes
	elif grep -qs memory "$v2/cgroup.controllers"; then
		cgroup=$v2/faulttrace.$$
		limit=memory.max
		if ! grep -q memory "$v2/cgroup.subtree_control"; then
			echo +memory >"$v2/cgroup.subtree_control" || return
			at_cleanup eval "echo -memory >'$v2/cgroup.subtree_control'"
		fi
	else
		return 1
	fi
	reason="cannot make a cgroup"
	mkdir "$cgroup" || return
	at_cleanup rmdir "$cgroup"
	reason="cannot limit a cgroup"
	# What is still being written out may look like a lack of memory: wait for it.
	if [[ -e $cgroup/memory.oom_control ]]; then
		echo 1 >"$cgroup/memory.oom_control" || return
	fi
	echo "$1" >"$cgroup/$limit"
}

make_swap() {
	local file=$work/swap
	reason="no swap file to be had"
	head -c "$1" /dev/zero >"$file" && chmod 600 "$file" && mkswap "$file" >/dev/null && swapon "$file" || return
	at_cleanup swapoff "$file"
}

# ---- Refusals -------------------------------------------------------------------------------------------------------

# One error and nothing but hints after it; what else is in FILE is in the complaint.
one_error() {
	[[ $(head -n 1 "$1") == "faulttrace: cannot "* ]] && ! tail -n +2 "$1" | grep -qv '^faulttrace: hint: '
}

# refused NAME STATUS ARGUMENT..: one error, nothing on stdout. STATUS may be a pattern.
refused() {
	local name=$1 wanted=$2 status=0
	shift 2
	timeout 60 "$FT" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	# shellcheck disable=SC2053 # a pattern is wanted
	if [[ $status != $wanted ]]; then
		fail "refused: $name" "exit status $status, wanted $wanted" "$(<"$work/err")"
	elif ! one_error "$work/err"; then
		fail "refused: $name" "not one error:" "$(<"$work/err")"
	elif [[ -s $work/out ]]; then
		fail "refused: $name" "on stdout: $(head -n 3 "$work/out")"
	else
		ok "refused: $name"
	fi
}

# ---- Tracers in the background --------------------------------------------------------------------------------------

has_started() {
	grep -qs '"type":"start"' "$1" || gone "$2"
}

# start_tracer FILE ARGUMENT..: NDJSON to FILE; returns when it is attached, which is when its start record is there.
start_tracer() {
	local file=$1
	shift
	rm -f "$file" "$file.runs"
	target_runs "$@" && touch "$file.runs"
	launch "$file.tracer" "$FT" trace --plan "$PLAN" -j -o "$file" "$@"
	tracer=$pid
	traces[tracer]=$file
	eventually has_started "$file" "$tracer" && grep -qs '"type":"start"' "$file"
}

# Ends a tracer that does not end on its own.
stop_tracer() {
	kill -INT "$1"
	finish "$1"
}

# Where cgroups of version 2 are.
cgroup_mount() {
	awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}

# ---- Servers ----------------------------------------------------------------------------------------------------------

# start_server FILE ARGUMENT..: its pid is in $server, its address in $url; what it says is in FILE.err.
# shellcheck disable=SC2034 # for the tests
start_server() {
	local file=$1
	shift
	launch "$file" "$FT" serve --plan "$PLAN" --listen 127.0.0.1:0 "$@"
	server=$pid
	eventually grep -q 'serves http' "$file.err"
	url=$(grep -o 'http://[0-9.:]*' "$file.err")
}

scrape() {
	curl -sS -m 20 "$url/metrics" "${@:2}" >"$1"
}

# sum_of FILE SAMPLES: of all samples whose name and labels match, an extended regular expression.
sum_of() {
	awk -v want="^($2)\$" '$1 ~ want { sum += $2 } END { print sum + 0 }' "$1"
}

# ---- What others count ------------------------------------------------------------------------------------------------

# start_perf FILE PID: perf's count of a process and of what it creates, from now on to its end. It says when it counts.
start_perf() {
	local file=$1 control ack
	rm -f "$file" "$file.control" "$file.ack"
	mkfifo "$file.control" "$file.ack"
	exec {control}<>"$file.control" {ack}<>"$file.ack"
	launch "$file.log" perf stat -x, -o "$file" -D -1 --control "fifo:$file.control,$file.ack" \
		-e minor-faults,major-faults -p "$2"
	perf=$pid
	echo enable >&"$control"
	read -r -t 60 <&"$ack"
	exec {control}>&- {ack}>&-
}

# perf_count FILE minor|major
perf_count() {
	awk -F, -v event="$2-faults" 'index($3, event) == 1 { print $1 }' "$1"
}

# min_flt and maj_flt of a process, and with "follow" those of the children it has waited for.
kernel_count() {
	local stat
	stat=$(<"/proc/$1/stat")
	# From the state on, which is field 3: the name before it may hold anything.
	awk -v follow="${2:-}" '{ print $8 + $10 + (follow ? $9 + $11 : 0) }' <<<"${stat##*) }"
}

# trace_between_stops FILE FOLLOW SCRIPT [ARGUMENT..]: a shell that runs the script is traced between two stops, to
# FILE.trace. How far the kernel's own numbers moved is in $moved, the tracer's exit status in $status. Perf counts
# beside, to FILE.perf, if $count_with_perf is set.
trace_between_stops() {
	local file=$1 follow=$2 script=$3 target before traced
	shift 3
	rm -f "$file.done"
	launch "$file" bash -c "kill -STOP \$\$; $script; : >$file.done; kill -STOP \$\$"
	target=$pid
	eventually is_stopped "$target"
	[[ -z ${count_with_perf:-} ]] || start_perf "$file.perf" "$target"
	start_tracer "$file.trace" ${follow:+-f} -p "$target" "$@" ||
		fail "the tracer does not start" "$(<"$file.trace.tracer.err")"
	before=$(kernel_count "$target" "$follow")
	kill -CONT "$target"
	DEADLINE=${RUN_DEADLINE:-60} eventually test -e "$file.done" || fail "what is traced does not end in time"
	eventually is_stopped "$target"
	stop_tracer "$tracer"
	traced=$status
	moved=$(($(kernel_count "$target" "$follow") - before))
	if [[ -n ${count_with_perf:-} ]]; then
		kill -INT "$perf"
		finish "$perf"
	fi
	kill -CONT "$target"
	finish "$target"
	status=$traced
}

# ---- Traces -----------------------------------------------------------------------------------------------------------

# How many faults are in a trace; with a jq condition, only those for which it holds.
count_of() {
	grep -s '"type":"fault"' "$1" | if (($# > 1)); then jq -c "select($2)"; else cat; fi | wc -l
}

# same_faults FILE CONDITION [NAME]: those for which it holds, in a line each of what two tracers must agree on. NAME, in
# jq: what is compared of the mapping, its name unless told.
same_faults() {
	grep '"type":"fault"' "$1" | jq -c "select($2)
		| [.tid, .addr, .ip, .access, .origin, .kind, .cow_from, .major, .outcome, ${3:-.vma.name}, .signal]" 2>&1 | sort
}

# The ids, thread by thread, that a trace has faults of; "tid" or "pid".
seen() {
	grep '"type":"fault"' "$1" | jq ".$2" | sort -u
}

# What the workload in FILE says it did.
said() {
	jq -r "$2" "$1"
}

# Where the workloads' own ranges are; no system places anything there on its own.
# shellcheck disable=SC2034 # for the tests
WORKLOAD_RANGE=200000000000-300000000000
