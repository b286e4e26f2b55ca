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
# The page table walk (bpf/page.bpf.h) is what others lack.
ifneq ($(ARCH),x86)
$(error faulttrace is not written for this architecture ($(ARCH)) yet)
endif

PACKAGES = libbpf libdw libelf liblzma zlib
# libiberty has no pkg-config file, and is always static.
ifeq ($(STATIC),1)
# elfutils 0.196's libelf.a (sid) has a crc32(), equal to zlib's: zlib's is taken before libelf.a is looked at.
LIBS	:= -static -Wl,-u,crc32 -lz $(shell $(PKG_CONFIG) --static --libs $(PACKAGES)) -liberty
NOT_LINKED = src/host/users_nss.c
else
LIBS	:= $(shell $(PKG_CONFIG) --libs $(PACKAGES)) -liberty
NOT_LINKED = src/host/users_files.c src/symbols/elfutils_static.c
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

SOURCES	 = $(filter-out $(NOT_LINKED),$(wildcard src/*.c src/*/*.c))
OBJECTS	 = $(SOURCES:%.c=$(O)/%.o)
WORKLOADS = $(patsubst tools/workloads/%.c,%,$(filter-out %/workload.c,$(wildcard tools/workloads/*.c)))
WORKLOAD_BINARIES = $(WORKLOADS:%=$(O)/tools/workloads/%)

# What runs in a test without privileges and without libbpf.
PURE	 = $(wildcard src/base/*.c src/out/*.c) $(wildcard src/option*.c) \
	   $(addprefix src/map/,map.c strip.c account.c family.c passed.c touch.c) \
	   $(addprefix src/host/,maps.c task.c child.c tracees.c mmap_events.c residency.c users_nss.c) \
	   $(addprefix src/trace/,words.c names.c row.c sums.c window.c profile.c calltree.c \
	   cached.c)
# What looks for symbols needs libraries for it.
SYMBOLS	 = $(filter-out src/symbols/elfutils_static.c,$(wildcard src/symbols/*.c))
UNIT	 = $(patsubst tests/unit/%.c,$(O)/tests/%,$(wildcard tests/unit/test_*.c))
SANITIZE = -Wno-override-init -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

.DELETE_ON_ERROR:
.SECONDARY:

##@ Targets
all: $(O)/faulttrace				## the tool: build/faulttrace

workloads: $(WORKLOAD_BINARIES)			## programs that take known faults

unit: $(UNIT)					## build the unit tests, with sanitizers

check: unit					## ... and run them
	@for test in $(UNIT); do $$test || exit 1; done

test: ; tests/run				## all tests (root)

bench: all workloads				## what it costs, against its peers (root)
	tools/bench/run

lint:						## formatting and linters
	$(Q)tools/lint

install: $(O)/faulttrace			## into DESTDIR and PREFIX
	install -D -m 755 $(O)/faulttrace $(DESTDIR)$(PREFIX)/sbin/faulttrace

clean:						## remove what was built
	$(Q)rm -rf $(O)/src $(O)/bpf $(O)/tests $(O)/tools $(O)/faulttrace $(O)/flags
	$(Q)rm -f $(WORKLOADS:%=tools/workloads/%)

libs:						## what the tool is linked with
	@echo $(LIBS)

help:						## this list
	@echo "make [TARGET] [STATIC=1] [V=1] [PREFIX=] [DESTDIR=] [CC=] [CLANG=]"
	@sed -n 's/^\([a-z]*\):.*##/  \1	/p' $(MAKEFILE_LIST) | expand -t 14

.PHONY: libs all workloads unit check test bench lint install clean help FORCE

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

# The one translation unit that sees the skeleton.
$(O)/src/trace/tracer.o: $(O)/bpf/faulttrace.skel.h
$(O)/src/trace/tracer.o: DEFINES += -isystem $(O)/bpf

# They hold these files.
$(O)/src/out/flamegraph.o $(O)/tests/src/out/flamegraph.o: src/out/flamegraph.css src/out/flamegraph.js
$(O)/src/out/schema.o $(O)/tests/src/out/schema.o: src/out/schema.json

$(O)/%.o: %.c $(O)/flags
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(COMPILE) -c $< -o $@

# Debian keeps libiberty's headers in a directory of their own.
$(O)/src/symbols/demangle.o $(O)/tests/src/symbols/demangle.o: DEFINES += -I/usr/include/libiberty

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

TEST_LIBS = -lz

$(O)/tests/%: tests/unit/%.c $(PURE:src/%.c=$(O)/tests/src/%.o)
	$(call msg,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(COMPILE) $(SANITIZE) -MF $@.d $(filter %.c %.o,$^) $(TEST_LIBS) -o $@

$(O)/tests/test_symbol_table: $(O)/tests/src/symbols/symbol_table.o
$(O)/tests/test_symbols $(O)/tests/test_demangle $(O)/tests/test_unwind: $(SYMBOLS:src/%.c=$(O)/tests/src/%.o)
$(O)/tests/test_symbols $(O)/tests/test_demangle $(O)/tests/test_unwind: TEST_LIBS = -ldw -lelf -llzma -lz -liberty
$(O)/tests/test_table: $(addprefix $(O)/tests/src/trace/,table.o naming.o)
$(O)/tests/test_spaces $(O)/tests/test_mmap_events: $(addprefix $(O)/tests/src/symbols/,spaces.o regions.o)

-include $(shell find $(O) -name '*.d' 2>/dev/null)
