/* SPDX-License-Identifier: GPL-2.0-only */
#include "binary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../host/clock.h"
#include "../host/maps.h"
#include "binary_contents.h"

#define VDSO_MAX (1u << 20)

static int open_map_file(const struct proc_snapshot *process, const struct named_vma *mapping)
{
	char path[64];

	snprintf(path, sizeof(path), "map_files/%llx-%llx", mapping->vma.start, mapping->vma.end);
	return regular_file__open(process->dir, path);
}

/* Unlike map_files it needs no capability: good for a program that was deleted. */
static int open_program(const struct proc_snapshot *process, const struct named_vma *mapping)
{
	(void)mapping;
	return regular_file__open(process->dir, "exe");
}

static int open_below_root(const struct proc_snapshot *process, const struct named_vma *mapping)
{
	int root __cleanup_close = proc_snapshot__open_root(process);

	return root < 0 ? root : regular_file__open_in(root, mapping->name);
}

static int open_path(const struct proc_snapshot *process, const struct named_vma *mapping)
{
	(void)process;
	return mapping->name[0] == '/' ? regular_file__open(AT_FDCWD, mapping->name) : -ENOENT;
}

static int (*const ways[])(const struct proc_snapshot *process, const struct named_vma *mapping) = {
	open_map_file,
	open_program,
	open_below_root,
	open_path,
};

static int open_mapped(const struct proc_snapshot *process, const struct named_vma *mapping)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		int fd = ways[i](process, mapping);

		if (fd < 0)
			continue;
		if (regular_file__is(fd, mapping->vma.dev, mapping->vma.inode))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

void binary__load(struct binary *module, struct symbolizer *symbolizer,
		  struct proc_snapshot *process, const struct named_vma *mapping)
{
	*module = (struct binary) {
		.dev = mapping->vma.dev,
		.inode = mapping->vma.inode,
		.serial = symbolizer__new_id(symbolizer),
		.path = strdup(mapping->name),
		.tried_pid = process->pid,
		.checked_ns = clock_ns(CLOCK_MONOTONIC),
		.fd = open_mapped(process, mapping),
		.symbolizer = symbolizer,
	};
	module->names.path = module->path;
	if (!module->path || module->fd < 0 || regular_file__version(module->fd, &module->version))
		return;
	module->state = binary_contents__load(module, process) ? MODULE_NOT_ELF : MODULE_LOADED;
}

/* A copy in a file, as all that is read in is a file; -1: there is none. */
static int copy_vdso(void)
{
	unsigned long start = getauxval(AT_SYSINFO_EHDR);
	struct mapping mapping;
	size_t size;
	int fd;

	if (!start || maps__query(getpid(), start, &mapping) || mapping.vma.end - start > VDSO_MAX)
		return -1;
	size = mapping.vma.end - start;
	fd = memfd_create("vdso", MFD_CLOEXEC);
	if (fd < 0 || write(fd, (const void *)start, size) == (ssize_t)size)
		return fd;
	close(fd);
	return -1;
}

void binary__load_vdso(struct binary *module, struct symbolizer *symbolizer)
{
	const struct proc_snapshot nobody = { .dir = -1 };

	*module = (struct binary) {
		.serial = symbolizer__new_id(symbolizer),
		.path = strdup("[vdso]"),
		.fd = copy_vdso(),
		.symbolizer = symbolizer,
	};
	module->names.path = module->path;
	if (module->path && module->fd >= 0 && !binary_contents__load(module, &nobody))
		module->state = MODULE_LOADED;
}

void binary__free(struct binary *module)
{
	if (module->symbolizer)
		binary_contents__forget(module);
	free(module->segments);
	free(module->path);
	if (module->fd >= 0)
		close(module->fd);
	*module = (struct binary) { .fd = -1 };
}

bool binary__is_stale(const struct binary *module)
{
	struct file_version now;

	return module->fd >= 0 && !regular_file__version(module->fd, &now) &&
	       (now.size != module->version.size || now.mtime_ns != module->version.mtime_ns);
}

bool binary__address(const struct binary *module, uint64_t file_offset, uint64_t *ret)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < module->nr_segments; i++) {
		const struct elf_segment *s = &module->segments[i];

		if (file_offset >= s->offset && file_offset - s->offset < s->file_size) {
			*ret = s->address + (file_offset - s->offset);
			return true;
		}
	}
	/* The rest of the last page of a segment's file data begins its zeroed data. */
	for (size_t i = 0; i < module->nr_segments; i++) {
		const struct elf_segment *s = &module->segments[i];
		uint64_t rest = -(s->offset + s->file_size) & (page - 1);

		if (file_offset >= s->offset && file_offset - s->offset < s->memory_size &&
		    file_offset - s->offset - s->file_size < rest) {
			*ret = s->address + (file_offset - s->offset);
			return true;
		}
	}
	return false;
}

bool binary__address_behind(const struct binary *module, uint64_t file_offset, uint64_t *ret)
{
	for (size_t i = 0; i < module->nr_segments; i++) {
		const struct elf_segment *s = &module->segments[i];

		if (s->memory_size > s->file_size && file_offset >= s->offset + s->file_size &&
		    file_offset - s->offset < s->memory_size) {
			*ret = s->address + (file_offset - s->offset);
			return true;
		}
	}
	return false;
}

/* What is added to the module's addresses, by where this part of its code was mapped. */
static bool find_bias(const struct binary *module, const struct named_vma *code, uint64_t *ret)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < module->nr_segments; i++) {
		const struct elf_segment *s = &module->segments[i];

		if (s->is_code && code->vma.offset >= (s->offset & -page) &&
		    code->vma.offset < s->offset + s->file_size) {
			*ret = code->vma.start - code->vma.offset + s->offset - s->address;
			return true;
		}
	}
	return false;
}

/* Where the first page begins that has no data of the file. */
static uint64_t zeroed_begin(const struct elf_segment *s)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return (s->address + s->file_size + (s->file_size ? page - 1 : 0)) & -page;
}

bool binary__address_zeroed(const struct binary *module, const struct named_vma *code,
			    uint64_t start, uint64_t address, uint64_t *ret)
{
	uint64_t bias;

	if (!find_bias(module, code, &bias))
		return false;
	*ret = address - bias;
	for (size_t i = 0; i < module->nr_segments; i++) {
		const struct elf_segment *s = &module->segments[i];

		if (s->memory_size > s->file_size && zeroed_begin(s) == start - bias &&
		    *ret >= s->address && *ret - s->address < s->memory_size)
			return true;
	}
	return false;
}
