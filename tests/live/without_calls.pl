#!/usr/bin/env perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs a command for which PAGEMAP_SCAN and cachestat(2) fail as they do on kernels, and in containers, without them.
use strict;
use warnings;

my ($LD, $JEQ, $RET, $ALLOW, $FAIL) = (0x20, 0x15, 0x06, 0x7fff0000, 0x00050000);
my ($IOCTL, $CACHESTAT, $PAGEMAP_SCAN, $ENOTTY, $ENOSYS) = (16, 451, 0xc0606610, 25, 38);
my @program = (
	[$LD, 0, 0, 0], # the number of the call
	[$JEQ, 3, 0, $CACHESTAT],
	[$JEQ, 0, 3, $IOCTL],
	[$LD, 0, 0, 24], # the low half of its second argument
	[$JEQ, 2, 1, $PAGEMAP_SCAN],
	[$RET, 0, 0, $FAIL | $ENOSYS],
	[$RET, 0, 0, $ALLOW],
	[$RET, 0, 0, $FAIL | $ENOTTY],
);
my $filter = join '', map { pack 'SCCL', @$_ } @program;
my $fprog = pack 'Sx6P', scalar @program, $filter;

syscall(157, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!"; # prctl(PR_SET_NO_NEW_PRIVS)
syscall(157, 22, 2, $fprog, 0, 0) == 0 or die "seccomp: $!"; # prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER)
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!";
