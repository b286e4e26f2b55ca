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

cleanup() {
	local pid
	for pid in "${background[@]}"; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
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

ft() {
	"$FT" trace --plan "$PLAN" "$@"
}

# Which plan runs, for what differs between them.
plan_used() {
	ft -j -- true 2>/dev/null | jq -r 'select(.type == "start").plan'
}

# A number from the last record of a trace.
end_of() {
	jq -r "select(.type == \"end\") | $2" "$1"
}

# Wait up to ten seconds for a command to succeed.
eventually() {
	local i
	for ((i = 0; i < 100; i++)); do
		if "$@" 2>/dev/null; then
			return 0
		fi
		sleep 0.1
	done
	return 1
}
