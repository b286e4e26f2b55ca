# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Builds toucher and floor. To be sourced by a script that has set root, the tree, here, this folder, and bin, where they
# are put.

cc_user() {
	"${CC:-cc}" -std=gnu11 -O2 -g -D_GNU_SOURCE -DFT_VERSION='"bench"' -Wall -Wextra "$@"
}

# build_bpf SOURCE OBJECT [FLAG..]
build_bpf() {
	local source=$1 object=$2 arch
	shift 2
	arch=$(uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/; s/riscv64/riscv/')
	"${CLANG:-clang}" -target bpf -mcpu=v3 -g -O2 -Wall -Wno-unused -Wno-unknown-attributes \
		"-D__TARGET_ARCH_$arch" "$@" "-I$root/vmlinux/$arch" -c "$source" -o "$object"
	"${LLVM_STRIP:-llvm-strip}" -g "$object"
}

bpf_libs() {
	pkg-config --libs libbpf libelf zlib
}

build_tools() {
	mkdir -p "$bin"
	cc_user -pthread "$here/toucher.c" -o "$bin/toucher"
	build_bpf "$here/floor.bpf.c" "$bin/floor.bpf.o"
	bpftool gen skeleton "$bin/floor.bpf.o" name floor_bpf >"$bin/floor.skel.h"
	# shellcheck disable=SC2046 # a list of flags
	cc_user -isystem "$bin" "$here/floor.c" -o "$bin/floor" $(bpf_libs)
}
