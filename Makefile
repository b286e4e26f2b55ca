# SPDX-License-Identifier: GPL-2.0-only
# `make help` lists the targets.

VERSION	= 0.1.0
PREFIX	?= /usr/local
DESTDIR	?=
O	= build

CLANG	?= clang
LLVM_STRIP ?= llvm-strip
BPFTOOL	?= $(shell PATH=$$PATH:/usr/sbin:/sbin command -v bpftool)
PKG_CONFIG ?= pkg-config
CFLAGS	?= -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2

ARCH	:= $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/; s/riscv64/riscv/')
# What an architecture spells its own way: one file in bpf/arch; one, and its header, in src/symbols/arch.
ifeq ($(wildcard bpf/arch/$(ARCH).bpf.h),)
$(error faulttrace is not written for this architecture ($(ARCH)) yet)
endif

PACKAGES = libbpf libdw libelf libevent_extra libevent_core liblzma libzstd zlib
# libiberty has no pkg-config file, and is always static.
ifeq ($(STATIC),1)
# elfutils 0.196's libelf.a (sid) has a crc32(), equal to zlib's: zlib's is taken before libelf.a is looked at.
LIBS	:= -static -Wl,-u,crc32 -lz $(shell $(PKG_CONFIG) --static --libs $(PACKAGES)) -liberty
NOT_LINKED = src/host/users_nss.c
else
LIBS	:= $(shell $(PKG_CONFIG) --libs $(PACKAGES)) -liberty
NOT_LINKED = src/host/users_files.c src/symbols/elfutils_static.c src/serve/resolver_static.c
endif

DEFINES	:= -D_GNU_SOURCE -DFT_VERSION='"$(VERSION)"' $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
COMPILE	= $(CC) -std=gnu11 $(CFLAGS) $(WARNINGS) $(DEFINES) $(CPPFLAGS) -MMD -MP

ifeq ($(V),1)
Q =
msg =
else
Q = @
msg = @printf '  %-8s %s\n' '$(1)' '$(patsubst $(O)/%,%,$(2))';
endif

# Those of src/symbols/arch that are not for this architecture.
OTHER_ARCHES = $(filter-out src/symbols/arch/$(ARCH).c,$(wildcard src/symbols/arch/*.c))
SOURCES	 = $(filter-out $(NOT_LINKED) $(OTHER_ARCHES),$(wildcard src/*.c src/*/*.c src/*/*/*.c))
OBJECTS	 = $(SOURCES:%.c=$(O)/%.o)
WORKLOADS = $(patsubst tools/workloads/%.c,%,$(filter-out %/workload.c,$(wildcard tools/workloads/*.c)))
WORKLOAD_BINARIES = $(WORKLOADS:%=$(O)/tools/workloads/%)

# What unit tests are linked with: all but main. Each takes of the archive what it needs.
TESTED	 = $(filter-out $(OTHER_ARCHES) src/main.c src/host/users_files.c src/symbols/elfutils_static.c \
	   src/serve/resolver_static.c, \
	   $(wildcard src/*.c src/*/*.c src/*/*/*.c))
UNIT	 = $(patsubst tests/unit/%.c,$(O)/tests/%,$(wildcard tests/unit/test_*.c))
SANITIZE = -Wno-override-init -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# The main() of a harness: replays inputs. tests/fuzz/run builds with clang, whose libFuzzer has another one.
FUZZ_MAIN = tests/fuzz/replay.c
FUZZ_SECONDS ?= 60

.DELETE_ON_ERROR:
.SECONDARY:

##@ Targets
all: $(O)/faulttrace				## the tool: build/faulttrace

workloads: $(WORKLOAD_BINARIES)			## programs that take known faults

unit: $(UNIT)					## build the unit tests, with sanitizers

check: unit					## ... and run them
	@for test in $(UNIT); do $$test || exit 1; done

fuzz:						## fuzz parsers and formats, each for FUZZ_SECONDS
	$(Q)tests/fuzz/run $(FUZZ_SECONDS)

test: ; tests/run				## all tests (root)

bench: all workloads				## what it costs, against its peers (root)
	tools/bench/run

lint:						## formatting and linters
	$(Q)tools/lint

install: $(O)/faulttrace			## into DESTDIR and PREFIX
	install -D -m 755 $(O)/faulttrace $(DESTDIR)$(PREFIX)/sbin/faulttrace
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/systemd/system packaging/faulttrace.socket packaging/faulttrace.service
	sed -i 's|/usr/local/sbin/|$(PREFIX)/sbin/|' $(DESTDIR)$(PREFIX)/lib/systemd/system/faulttrace.service

clean:						## remove what was built
	$(Q)rm -rf $(O)/src $(O)/bpf $(O)/tests $(O)/tools $(O)/fuzz $(O)/faulttrace $(O)/flags
	$(Q)rm -f $(WORKLOADS:%=tools/workloads/%)

libs:						## what the tool is linked with
	@echo $(LIBS)

objects:					## what it is linked from, but for main
	@printf '%s\n' $(filter-out %/main.o,$(OBJECTS))

help:						## this list
	@echo "make [TARGET] [STATIC=1] [V=1] [PREFIX=] [DESTDIR=] [CC=] [CLANG=]"
	@sed -n 's/^\([a-z]*\):.*##/  \1	/p' $(MAKEFILE_LIST) | expand -t 14

.PHONY: libs objects all workloads unit check fuzz test bench lint install clean help FORCE

# Written only when it changes: what was built with other options, libraries or compilers is built anew.
$(O)/flags: export FLAGS = $(COMPILE) $(LDFLAGS) $(LIBS) $(CLANG) $(BPF_FLAGS) $(BPFTOOL)
$(O)/flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' "$$FLAGS" | cmp -s - $@ || printf '%s\n' "$$FLAGS" >$@

# The kernel half: compile, link as a skeleton.
BPF_FLAGS := -target bpf -mcpu=v3 -g -O2 -Wall -Wextra -Wno-unused-parameter -Wno-unknown-attributes \
	     -ffile-prefix-map=$(CURDIR)=. -D__TARGET_ARCH_$(ARCH) -Ivmlinux/$(ARCH) -Ibpf \
	     $(shell $(PKG_CONFIG) --cflags libbpf 2>/dev/null)

$(O)/bpf/%.bpf.o: bpf/%.bpf.c $(O)/flags
	$(call msg,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_FLAGS) -MMD -MP -MT $@ -c $< -o $@
	$(Q)$(LLVM_STRIP) -g $@

$(O)/bpf/%.skel.h: $(O)/bpf/%.bpf.o
	$(call msg,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf > $@

# The translation units that see the skeleton.
TRACER	 = $(wildcard src/source/live/tracer*.c)
SEE_SKELETON = $(TRACER:%.c=$(O)/%.o) $(TRACER:%.c=$(O)/tests/%.o)
$(SEE_SKELETON): $(O)/bpf/faulttrace.skel.h
$(SEE_SKELETON): DEFINES += -isystem $(O)/bpf

# They hold these files.
$(O)/src/format/flamegraph.o $(O)/tests/src/format/flamegraph.o: src/format/flamegraph.css src/format/flamegraph.js
$(O)/src/format/schema.o $(O)/tests/src/format/schema.o: src/format/schema.json

$(O)/%.o: %.c $(O)/flags
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(COMPILE) -c $< -o $@

# Debian keeps libiberty's headers in a directory of their own.
$(O)/src/symbols/demangle_cxx.o $(O)/tests/src/symbols/demangle_cxx.o: DEFINES += -I/usr/include/libiberty

$(O)/faulttrace: $(OBJECTS) $(O)/flags
	$(call msg,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(OBJECTS) $(LIBS) -o $@

# Also reachable where their sources are.
$(O)/tools/workloads/%: tools/workloads/%.c tools/workloads/workload.c $(O)/flags
	$(call msg,WORKLOAD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(filter-out -D_GNU_SOURCE,$(COMPILE)) -MF $@.d $(filter %.c,$^) $(LDFLAGS) -pthread -o $@
	$(Q)ln -srf $@ tools/workloads/$*

$(O)/tests/src/%.o: src/%.c $(O)/flags
	$(Q)mkdir -p $(@D)
	$(Q)$(COMPILE) $(SANITIZE) -c $< -o $@

$(O)/tests/tested.a: $(TESTED:src/%.c=$(O)/tests/src/%.o)
	$(Q)rm -f $@
	$(Q)$(AR) crs $@ $^

TESTED_LIBS = -Wl,--as-needed -lbpf -ldw -lelf -levent_extra -levent_core -llzma -lzstd -lz -liberty

$(O)/tests/%: tests/unit/%.c $(O)/tests/tested.a
	$(call msg,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(COMPILE) $(SANITIZE) -MF $@.d $< $(O)/tests/tested.a $(TESTED_LIBS) -o $@

$(O)/tests/fuzz/%: tests/fuzz/fuzz_%.c $(FUZZ_MAIN) $(O)/tests/tested.a
	$(call msg,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(COMPILE) $(SANITIZE) -MF $@.d $(FUZZ_MAIN) $< $(O)/tests/tested.a $(TESTED_LIBS) -o $@

-include $(shell find $(O) -name '*.d' 2>/dev/null)
