/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instruction fetches: a file full of return instructions, of which 53 pages,
 * one in each fault-around window, are called.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "workload.h"

#define PAGES 53

#if defined(__x86_64__) || defined(__i386__)
static const uint8_t return_code[] = { 0xc3 };
#elif defined(__aarch64__)
static const uint8_t return_code[] = { 0xc0, 0x03, 0x5f, 0xd6 };
#elif defined(__riscv)
static const uint8_t return_code[] = { 0x67, 0x80, 0x00, 0x00 };
#else
static const uint8_t return_code[] = { 0 };
#define NO_RETURN_CODE
#endif

static void call(char *start, size_t count, size_t stride)
{
	for (size_t i = 0; i < count; i++)
		((void (*)(void))(start + i * stride))();
}

static void make_code(struct file *f)
{
	uint8_t *page = malloc(page_size);

	if (!page)
		fail("no memory");
	for (size_t i = 0; i < page_size; i++)
		page[i] = return_code[i % sizeof(return_code)];
	temp_file_windows(f, PAGES, page);
	free(page);
}

int main(void)
{
	struct measure m;
	struct file f;
	char *p;

	workload_begin("exec_text");
#ifdef NO_RETURN_CODE
	skip("no code for this architecture");
#endif
	make_code(&f);
	p = map_range(PAGES * file_window(), PROT_READ | PROT_EXEC, MAP_PRIVATE, f.fd);
	measure_begin(&m);
	call(p, PAGES, file_window());
	measure_end(&m);
	expect((struct expectation) {
		.kind = "file", .access = "exec", .name = f.path, .count = PAGES });
	return report("functions in a mapped file are called");
}
