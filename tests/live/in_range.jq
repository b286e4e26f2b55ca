# SPDX-License-Identifier: GPL-2.0-only
# How many faults are in the range of a workload?
# Input: the trace, slurped. $said: the workload's line, in a list.

# Of the same number of digits, as these are, hex numbers compare like their text.
[.[] | select(.type == "fault" and .addr >= $said[0].start and .addr < $said[0].end)] | length
