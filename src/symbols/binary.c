/* SPDX-License-Identifier: GPL-2.0-only */
#include "binary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../host/clock.h"
#include "../host/maps.h"
#include "debug_file.h"
#include "debug_image.h"

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

static int open_root(const struct proc_snapshot *process)
{
	return process->dir < 0 ? -1
				: openat(process->dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int open_below_root(const struct proc_snapshot *process, const struct named_vma *mapping)
{
	int root __cleanup_close = open_root(process);

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

/* .symtab has all symbols of .dynsym; if it was stripped, another file may have it. */
static void load_symbols(struct binary *module, struct elf_image *image, int root)
{
	struct elf_image debug;

	if (!elf_image__add_symbols(image, SHT_SYMTAB, &module->table)) {
		elf_image__add_symbols(image, SHT_DYNSYM, &module->table);
		if (!debug_file__open(image, module->path, root, &debug) ||
		    !elf_image__open_mini_debug(image, &debug)) {
			elf_image__add_symbols(&debug, SHT_SYMTAB, &module->table);
			elf_image__close(&debug);
		}
	}
	symbol_table__sort(&module->table);
}

static bool load_frames(struct cfi *cfi, struct elf_image *image, bool is_eh)
{
	size_t size;
	uint64_t address;
	uint8_t *bytes = elf_image__copy_section(image, is_eh ? ".eh_frame" : ".debug_frame",
						 CFI_SECTION_MAX, &size, &address);

	if (bytes)
		cfi__init(cfi, bytes, size, address, is_eh);
	return bytes;
}

static void load_build_id(struct binary *module, struct elf_image *image)
{
	struct build_id id;

	elf_image__build_id(image, &id);
	for (size_t i = 0; i < id.len; i++)
		sprintf(module->build_id + 2 * i, "%02x", id.bytes[i]);
}

static void load_image(struct binary *module, struct elf_image *image, int root)
{
	load_build_id(module, image);
	module->entry = elf_image__entry(image);
	module->nr_segments = elf_image__segments(image, &module->segments);
	load_symbols(module, image, root);
	module->state = MODULE_LOADED;
}

void binary__load(struct binary *module, struct proc_snapshot *process,
		  const struct named_vma *mapping)
{
	int root __cleanup_close = open_root(process);
	struct elf_image image;

	*module = (struct binary) {
		.dev = mapping->vma.dev,
		.inode = mapping->vma.inode,
		.path = strdup(mapping->name),
		.tried_pid = process->pid,
		.checked_ns = clock_ns(CLOCK_MONOTONIC),
		.fd = open_mapped(process, mapping),
	};
	if (!module->path || module->fd < 0 || regular_file__version(module->fd, &module->version))
		return;
	module->state = MODULE_NOT_ELF;
	if (elf_image__open(dup(module->fd), &image))
		return;
	load_image(module, &image, root);
	elf_image__close(&image);
}

void binary__load_vdso(struct binary *module)
{
	unsigned long start = getauxval(AT_SYSINFO_EHDR);
	struct mapping mapping;
	struct elf_image image;
	void *copy;

	*module = (struct binary) { .fd = -1, .path = strdup("[vdso]") };
	if (!start || !module->path || maps__query(getpid(), start, &mapping) ||
	    mapping.vma.end - start > VDSO_MAX)
		return;
	copy = malloc(mapping.vma.end - start);
	if (!copy)
		return;
	memcpy(copy, (void *)start, mapping.vma.end - start);
	if (elf_image__open_memory(copy, mapping.vma.end - start, &image))
		return;
	load_image(module, &image, -1);
	module->eh_frame_tried = load_frames(&module->eh_frame, &image, true);
	elf_image__close(&image);
}

void binary__free(struct binary *module)
{
	source_lines__free(module->lines);
	symbol_table__free(&module->table);
	cfi__free(&module->eh_frame);
	cfi__free(&module->debug_frame);
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

static void load_lines(struct binary *module, struct proc_snapshot *process)
{
	int root __cleanup_close = open_root(process);
	struct elf_image image, debug;

	if (module->fd < 0 || elf_image__open(dup(module->fd), &image))
		return;
	if (!debug_image__is_in(&image) && !debug_file__open(&image, module->path, root, &debug)) {
		elf_image__close(&image);
		image = debug;
	}
	module->lines = source_lines__new(&image);
}

struct source_lines *binary__lines(struct binary *module, struct proc_snapshot *process)
{
	if (!module->lines_tried)
		load_lines(module, process);
	module->lines_tried = true;
	return module->lines;
}

void binary__forget_lines(struct binary *module)
{
	source_lines__free(module->lines);
	module->lines = NULL;
	module->lines_tried = false;
}

static void load_eh_frame(struct binary *module)
{
	struct elf_image image;

	if (module->eh_frame_tried || module->fd < 0 || elf_image__open(dup(module->fd), &image))
		return;
	module->eh_frame_tried = true;
	load_frames(&module->eh_frame, &image, true);
	elf_image__close(&image);
}

static void load_debug_frame(struct binary *module, struct proc_snapshot *process)
{
	int root __cleanup_close = open_root(process);
	struct elf_image image, debug;

	if (module->debug_frame_tried || module->fd < 0 || elf_image__open(dup(module->fd), &image))
		return;
	module->debug_frame_tried = true;
	if (!load_frames(&module->debug_frame, &image, false) &&
	    !debug_file__open(&image, module->path, root, &debug)) {
		load_frames(&module->debug_frame, &debug, false);
		elf_image__close(&debug);
	}
	elf_image__close(&image);
}

bool binary__find_row(struct binary *module, struct proc_snapshot *process, uint64_t address,
		      unsigned int *budget, struct cfi_row *row)
{
	load_eh_frame(module);
	if (cfi__find(&module->eh_frame, address, budget, row))
		return true;
	load_debug_frame(module, process);
	return cfi__find(&module->debug_frame, address, budget, row);
}

const struct cfi *binary__cfi(const struct binary *module, const struct cfi_row *row)
{
	return row->is_eh ? &module->eh_frame : &module->debug_frame;
}

size_t binary__bytes(const struct binary *module)
{
	return symbol_table__bytes(&module->table) + cfi__bytes(&module->eh_frame) +
	       cfi__bytes(&module->debug_frame);
}
