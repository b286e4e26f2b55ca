/* SPDX-License-Identifier: GPL-2.0-only */
/* Unwind information that is made to take time from who reads it. */
#include <dlfcn.h>
#include <stdlib.h>

#include "../../src/base/buf.h"
#include "../../src/symbols/unwind.h"
#include "bounded.h"
#include "programs.h"
#include "test.h"

#define NR_FUNCTIONS 30

/* ---- Programs that are long ----------------------------------------------------------------- */

/*
 * A library of functions, each with a CFI program of so many pairs of instructions, which change
 * nothing: f0 is 16 bytes before f1, and so on.
 */
static void *build(const char *name, unsigned int pairs)
{
	char path[128];
	void *library;

	snprintf(path, sizeof(path), "%s/%s.so", work, name);
	if (!CHECK(run("{ echo '.globl f0; .balign 16; f0: .rept %d; .balign 16; .cfi_startproc; "
		       ".rept %u; .cfi_remember_state; .cfi_restore_state; .endr; nop; nop; nop; "
		       ".balign 16; .cfi_endproc; .endr'; "
		       "echo '.section .note.GNU-stack,\"\",@progbits'; } >%s.s && "
		       "cc -shared -nostdlib -o %s %s.s",
		       NR_FUNCTIONS, pairs, name, path, name)))
		return NULL;
	library = dlopen(path, RTLD_NOW);
	return library ? dlsym(library, "f0") : NULL;
}

/* Unwinds a stack where each of the functions called the one before it. */
static size_t unwind(struct unwinder *unwinder, const char *first, enum unwind_end *end)
{
	uint64_t stack[NR_FUNCTIONS + 32] = { 0 };
	struct unwind_frame frames[2 * NR_FUNCTIONS];
	struct unwind_request request = {
		.pid = getpid(),
		.stack = { 0x1000, (void *)stack, sizeof(stack) },
	};

	for (size_t i = 1; i < NR_FUNCTIONS; i++)
		stack[i - 1] = (uintptr_t)first + 16 * i + 2;
	registers__set(&request.registers, DWARF_IP, (uintptr_t)first + 1);
	registers__set(&request.registers, DWARF_SP, 0x1000);
	return unwinder__unwind(unwinder, &request, frames, 2 * NR_FUNCTIONS, end);
}

static void test_long_programs(void)
{
	static const struct {
		const char *name;
		unsigned int pairs;
		unsigned int unwinds; /* until the whole stack is known; 0: it never is */
	} cases[] = {
		{ "short", 50, 1 },
		{ "allowed", 10000, NR_FUNCTIONS / 3 },
		{ "long", 50000, 0 },
	};
	struct binaries *binaries;
	struct unwinder *unwinder;

	CHECK(!binaries__new(false, &binaries) && !unwinder__new(binaries, &unwinder));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *first = build(cases[i].name, cases[i].pairs);
		enum unwind_end end = UNWIND_UNREADABLE;
		unsigned int nr = 0;
		size_t nr_frames = 0;

		while (CHECK(first) && end != UNWIND_COMPLETE && nr < NR_FUNCTIONS) {
			size_t now = unwind(unwinder, first, &end);

			/* What an unwind could not afford, a later one can: rows are cached. */
			CHECK(now >= nr_frames && now <= nr_frames + (nr || i ? 4 : NR_FUNCTIONS));
			nr_frames = now;
			nr++;
		}
		CHECK_EQ(end, cases[i].unwinds ? UNWIND_COMPLETE : UNWIND_UNREADABLE);
		CHECK_EQ(nr_frames, cases[i].unwinds ? NR_FUNCTIONS : 1);
		CHECK_EQ(nr, cases[i].unwinds ? cases[i].unwinds : NR_FUNCTIONS);
	}
	unwinder__free(unwinder);
	binaries__free(binaries);
	test_done("a stack of functions with long CFI programs");
}

/* ---- Entries that share --------------------------------------------------------------------- */

static void add(struct buf *to, uint64_t value, size_t size)
{
	buf__add(to, (const char *)&value, size);
}

/* A CIE whose augmentation has so many letters, and data for each; returns its offset. */
static size_t add_cie(struct buf *to, size_t letters)
{
	size_t start = to->len;
	uint32_t length;

	add(to, 0, 4);
	add(to, 0, 4);
	add(to, 1, 1);
	buf__addc(to, 'z');
	for (size_t i = 0; i < letters; i++)
		buf__addc(to, 'L');
	buf__addc(to, '\0');
	add(to, 0x107801, 3); /* the factors, and the register of the return address */
	for (size_t left = letters; left || !letters; left >>= 7) {
		buf__addc(to, (char)(left >> 7 ? left | 0x80 : left));
		if (!letters)
			break;
	}
	for (size_t i = 0; i < letters; i++)
		buf__addc(to, '\0');
	length = (uint32_t)(to->len - start - 4);
	memcpy(to->data + start, &length, 4);
	return start;
}

static void add_fde(struct buf *to, size_t cie, uint64_t address)
{
	add(to, 4 + 16 + 1, 4);
	add(to, to->len - cie, 4);
	add(to, address, 8);
	add(to, 8, 8);
	add(to, 0, 1); /* no augmentation data */
}

static size_t letters;

/* Each entry has another CIE than the one before it, so that one is not enough to remember. */
static bool read_entries(const char *path)
{
	const size_t nr = 100000;
	struct buf bytes = { 0 };
	struct cfi cfi;
	size_t one, other;
	bool ok;

	(void)path;
	one = add_cie(&bytes, letters);
	other = add_cie(&bytes, letters);
	for (size_t i = 0; i < nr; i++)
		add_fde(&bytes, i & 1 ? one : other, 8 * i);
	cfi__init(&cfi, (uint8_t *)bytes.data, bytes.len, 0, true);
	ok = cfi.nr == (letters < 14 ? nr : 0);
	cfi__free(&cfi);
	return ok;
}

static void test_letters(void)
{
	static const size_t cases[] = { 0, 4, 2000000 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		letters = cases[i];
		CHECK(is_bounded(read_entries, NULL));
	}
	test_done("millions of letters of augmentation");
}

int main(void)
{
	if (!mkdtemp(work))
		return 1;
	atexit(remove_work);
	test_long_programs();
	test_letters();
	return test_status();
}
