/* SPDX-License-Identifier: GPL-2.0-only */
#include "cfi.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "../base/array.h"
#include "../base/stop.h"

/* Depth of DW_CFA_remember_state; compilers never need more than two. */
#define REMEMBERED_MAX 8
/* Bytes of one function's CFI program; Chrome's longest has some 10 KB. */
#define PROGRAM_MAX    (64u << 10)
/* Bytes of a CIE's augmentation, with its NUL; compilers write at most "zPLRS". */
#define LETTERS_MAX    16

/* A CIE: what the entries (FDEs) of several functions have in common. */
struct cie {
	size_t offset; /* in the section */
	bool is_sized; /* augmentation data begins with its size */
	bool is_signal;
	uint8_t encoding; /* of addresses: DW_EH_PE_* */
	uint64_t return_address;
	uint64_t code_factor;
	int64_t data_factor;
	struct reader program;
};

/* An FDE: the entry of one function. */
struct fde {
	struct cie cie;
	uint64_t start;
	uint64_t end;
	struct reader program;
};

/* ---- Entries -------------------------------------------------------------------------------- */

/*
 * The contents of an entry, without the length before it, which is 0 at the end of an input
 * file's part of the section.
 */
static struct reader read_entry(const struct cfi *cfi, size_t offset)
{
	struct reader reader = { .at = cfi->bytes + offset, .end = cfi->bytes + cfi->size };

	/* 64-bit DWARF (0xffffffff first) is not read: x86-64 compilers do not write it. */
	return reader__part(&reader, reader__unsigned(&reader, 4));
}

static bool read_address(const struct cfi *cfi, struct reader *reader, uint8_t encoding,
			 uint64_t *ret)
{
	static const uint8_t sizes[16] = {
		[DW_EH_PE_absptr] = 8, [DW_EH_PE_udata2] = 2, [DW_EH_PE_udata4] = 4,
		[DW_EH_PE_udata8] = 8, [DW_EH_PE_sdata2] = 2, [DW_EH_PE_sdata4] = 4,
		[DW_EH_PE_sdata8] = 8,
	};
	uint64_t base = 0;
	size_t size = sizes[encoding & 0xf];

	if ((encoding & 0xf0) == DW_EH_PE_pcrel)
		base = cfi->address + (uint64_t)(reader->at - cfi->bytes);
	else if (encoding & 0xf0)
		return false;
	if (!size)
		return false;
	*ret = base + (encoding & DW_EH_PE_signed ? (uint64_t)reader__signed(reader, size)
						  : reader__unsigned(reader, size));
	return !reader->failed;
}

/* Ignores the data from an unknown letter on; fails only if R or S, which matter, follow it. */
static bool read_augmentation(const struct cfi *cfi, struct reader *data, const char *letters,
			      struct cie *ret)
{
	uint64_t unused;

	for (; *letters; letters++) {
		if (*letters == 'R') {
			ret->encoding = (uint8_t)reader__unsigned(data, 1);
		} else if (*letters == 'S') {
			ret->is_signal = true;
		} else if (*letters == 'L') {
			reader__skip(data, 1);
		} else if (*letters == 'P') {
			uint8_t encoding = (uint8_t)reader__unsigned(data, 1);

			/* The address of the personality routine is only skipped. */
			if (!read_address(cfi, data, encoding & 0xf, &unused))
				return false;
		} else {
			return !strpbrk(letters, "RS");
		}
	}
	return !data->failed;
}

static size_t left(const struct reader *reader)
{
	return (size_t)(reader->end - reader->at);
}

static bool read_cie(const struct cfi *cfi, size_t offset, struct cie *ret)
{
	struct reader reader = read_entry(cfi, offset);
	struct reader data;
	const char *letters;
	uint8_t version;

	*ret = (struct cie) { .offset = offset, .encoding = DW_EH_PE_absptr };
	if (reader__unsigned(&reader, 4) != (cfi->is_eh ? 0 : DW_CIE_ID_32))
		return false;
	version = (uint8_t)reader__unsigned(&reader, 1);
	/* Entries of many functions may each have it read anew. */
	if (!memchr(reader.at, '\0', left(&reader) < LETTERS_MAX ? left(&reader) : LETTERS_MAX))
		return false;
	letters = reader__string(&reader);
	/* Version 4 has the sizes of an address and of a segment selector here. */
	if (version == 4 && reader__unsigned(&reader, 2) != 8)
		return false;
	if (version != 1 && version != 3 && version != 4)
		return false;
	ret->code_factor = reader__uleb(&reader);
	ret->data_factor = reader__sleb(&reader);
	ret->return_address = version == 1 ? reader__unsigned(&reader, 1) : reader__uleb(&reader);
	ret->is_sized = letters[0] == 'z';
	if (letters[0] && !ret->is_sized)
		return false;
	if (ret->is_sized) {
		data = reader__part(&reader, reader__uleb(&reader));
		if (!read_augmentation(cfi, &data, letters + 1, ret))
			return false;
	}
	ret->program = reader;
	return !reader.failed && ret->return_address == DWARF_RETURN_ADDRESS;
}

/*
 * False if this is no valid entry of a function. *cie caches the last CIE that was read, which
 * the next entry mostly shares.
 */
static bool read_fde(const struct cfi *cfi, size_t offset, struct cie *cie, struct fde *ret)
{
	struct reader reader = read_entry(cfi, offset);
	uint64_t id = reader__unsigned(&reader, 4);
	/* In .eh_frame: how far the CIE is before the id itself; else its offset. */
	uint64_t cie_offset = cfi->is_eh ? offset + 4 - id : id;
	uint64_t size;

	if (reader.failed || id == (cfi->is_eh ? 0 : DW_CIE_ID_32) || cie_offset >= cfi->size)
		return false;
	if (cie->offset != cie_offset && !read_cie(cfi, cie_offset, cie)) {
		cie->offset = SIZE_MAX;
		return false;
	}
	if (!read_address(cfi, &reader, cie->encoding, &ret->start) ||
	    !read_address(cfi, &reader, cie->encoding & 0xf, &size))
		return false;
	if (cie->is_sized)
		reader__skip(&reader, reader__uleb(&reader));
	ret->cie = *cie;
	ret->end = ret->start + size;
	ret->program = reader;
	return !reader.failed && ret->start < ret->end;
}

/* ---- Finding entries ------------------------------------------------------------------------ */

static int compare_entries(const void *one, const void *other)
{
	const struct cfi_entry *a = one, *b = other;

	return (a->start > b->start) - (a->start < b->start);
}

static bool add_entry(struct cfi *cfi, size_t *room, uint64_t start, size_t offset)
{
	void *entries = array_reserve(cfi->entries, cfi->nr, room, sizeof(*cfi->entries));

	if (!entries)
		return false;
	cfi->entries = entries;
	cfi->entries[cfi->nr++] = (struct cfi_entry) { .start = start, .offset = (uint32_t)offset };
	return true;
}

void cfi__init(struct cfi *cfi, uint8_t *bytes, size_t size, uint64_t address, bool is_eh)
{
	struct cie cie = { .offset = SIZE_MAX };
	size_t room = 0, next;

	*cfi = (struct cfi) { .bytes = bytes, .size = size, .address = address, .is_eh = is_eh };
	if (size > CFI_SECTION_MAX)
		cfi->size = 0;
	for (size_t offset = 0, i = 0; offset < cfi->size && !stop_asked_at(i);
	     offset = next, i++) {
		struct reader entry = read_entry(cfi, offset);
		struct fde fde;

		if (entry.failed)
			break;
		next = (size_t)(entry.end - bytes);
		if (read_fde(cfi, offset, &cie, &fde) && !add_entry(cfi, &room, fde.start, offset))
			break;
	}
	if (cfi->nr)
		qsort(cfi->entries, cfi->nr, sizeof(*cfi->entries), compare_entries);
}

void cfi__free(struct cfi *cfi)
{
	free(cfi->entries);
	free(cfi->bytes);
	*cfi = (struct cfi) { 0 };
}

size_t cfi__bytes(const struct cfi *cfi)
{
	return cfi->size + cfi->nr * sizeof(*cfi->entries);
}

static bool find_fde(const struct cfi *cfi, uint64_t address, struct fde *ret)
{
	struct cie cie = { .offset = SIZE_MAX };
	size_t low;

	low = COUNT_BEFORE(i, cfi->nr, cfi->entries[i].start <= address);
	return low && read_fde(cfi, cfi->entries[low - 1].offset, &cie, ret) && address < ret->end;
}

/* ---- CFI programs --------------------------------------------------------------------------- */

/* Runs CFI programs, which say how an instruction's row differs from the one before it. */
struct machine {
	const struct cfi *cfi;
	const struct cie *cie;
	uint64_t location;
	struct cfi_row row;
	struct cfi_row initial; /* after the CIE's program */
	struct cfi_row remembered[REMEMBERED_MAX];
	size_t nr_remembered;
	unsigned int *budget;
};

enum operand { OPERAND_NONE, OPERAND_UNSIGNED, OPERAND_SIGNED, OPERAND_NEGATIVE, OPERAND_BLOCK };

/* Instructions that give a register a rule. */
static const struct rule_code {
	bool is_rule;
	enum cfi_kind kind;
	enum operand operand;
} rule_codes[64] = {
	[DW_CFA_undefined] = { true, CFI_UNDEFINED, OPERAND_NONE },
	[DW_CFA_same_value] = { true, CFI_SAME, OPERAND_NONE },
	[DW_CFA_offset_extended] = { true, CFI_AT_OFFSET, OPERAND_UNSIGNED },
	[DW_CFA_offset_extended_sf] = { true, CFI_AT_OFFSET, OPERAND_SIGNED },
	[DW_CFA_GNU_negative_offset_extended] = { true, CFI_AT_OFFSET, OPERAND_NEGATIVE },
	[DW_CFA_val_offset] = { true, CFI_IS_OFFSET, OPERAND_UNSIGNED },
	[DW_CFA_val_offset_sf] = { true, CFI_IS_OFFSET, OPERAND_SIGNED },
	[DW_CFA_register] = { true, CFI_REGISTER, OPERAND_UNSIGNED },
	[DW_CFA_expression] = { true, CFI_AT_EXPRESSION, OPERAND_BLOCK },
	[DW_CFA_val_expression] = { true, CFI_IS_EXPRESSION, OPERAND_BLOCK },
};

static bool set_value(struct cfi_rule *rule, enum cfi_kind kind, int64_t value)
{
	rule->kind = kind;
	rule->value = (int32_t)value;
	return value == (int32_t)value;
}

/* Ignores rules of registers that enum dwarf_register lacks. */
static bool set_rule(struct machine *m, uint64_t number, enum cfi_kind kind, int64_t value)
{
	struct cfi_rule unused;

	return set_value(number < NR_DWARF_REGISTERS ? &m->row.rules[number] : &unused, kind,
			 value);
}

static int64_t scale(uint64_t value, int64_t factor)
{
	return (int64_t)(value * (uint64_t)factor);
}

/* Returns the offset of an expression in the section, and moves the reader past it. */
static int64_t read_block(const struct machine *m, struct reader *program)
{
	int64_t at = program->at - m->cfi->bytes;

	reader__skip(program, reader__uleb(program));
	return at;
}

static bool run_rule(struct machine *m, const struct rule_code *code, struct reader *program)
{
	uint64_t number = reader__uleb(program);
	int64_t factor = code->kind == CFI_REGISTER ? 1 : m->cie->data_factor;
	int64_t value = 0;

	if (code->operand == OPERAND_UNSIGNED)
		value = scale(reader__uleb(program), factor);
	else if (code->operand == OPERAND_SIGNED)
		value = scale((uint64_t)reader__sleb(program), factor);
	else if (code->operand == OPERAND_NEGATIVE)
		value = scale(-reader__uleb(program), factor);
	else if (code->operand == OPERAND_BLOCK)
		value = read_block(m, program);
	return set_rule(m, number, code->kind, value);
}

static bool restore_rule(struct machine *m, uint64_t number)
{
	if (number < NR_DWARF_REGISTERS)
		m->row.rules[number] = m->initial.rules[number];
	return true;
}

static bool set_cfa_register(struct machine *m, uint64_t number)
{
	m->row.cfa_register = (uint8_t)number;
	return number < NR_DWARF_REGISTERS;
}

static bool set_cfa_offset(struct machine *m, int64_t offset)
{
	return set_value(&m->row.cfa, CFI_IS_OFFSET, offset);
}

static bool remember(struct machine *m)
{
	if (m->nr_remembered == REMEMBERED_MAX)
		return false;
	m->remembered[m->nr_remembered++] = m->row;
	return true;
}

static bool recall(struct machine *m)
{
	if (!m->nr_remembered)
		return false;
	m->row = m->remembered[--m->nr_remembered];
	return true;
}

static bool run_cfa(struct machine *m, uint8_t code, struct reader *program)
{
	bool was_offset = m->row.cfa.kind == CFI_IS_OFFSET;

	switch (code) {
	case DW_CFA_def_cfa:
		return set_cfa_register(m, reader__uleb(program)) &&
		       set_cfa_offset(m, (int64_t)reader__uleb(program));
	case DW_CFA_def_cfa_sf:
		return set_cfa_register(m, reader__uleb(program)) &&
		       set_cfa_offset(m,
				      scale((uint64_t)reader__sleb(program), m->cie->data_factor));
	case DW_CFA_def_cfa_register:
		return was_offset && set_cfa_register(m, reader__uleb(program));
	case DW_CFA_def_cfa_offset:
		return was_offset && set_cfa_offset(m, (int64_t)reader__uleb(program));
	case DW_CFA_def_cfa_offset_sf:
		return was_offset && set_cfa_offset(m, scale((uint64_t)reader__sleb(program),
							     m->cie->data_factor));
	case DW_CFA_def_cfa_expression:
		return set_value(&m->row.cfa, CFI_IS_EXPRESSION, read_block(m, program));
	default: return false;
	}
}

static bool run_other(struct machine *m, uint8_t code, struct reader *program)
{
	switch (code) {
	case DW_CFA_nop: return true;
	case DW_CFA_GNU_args_size: reader__uleb(program); return true;
	case DW_CFA_restore_extended: return restore_rule(m, reader__uleb(program));
	case DW_CFA_remember_state: return remember(m);
	case DW_CFA_restore_state: return recall(m);
	default: return run_cfa(m, code, program);
	}
}

/* If this instruction begins another row, moves the location there and returns true. */
static bool run_advance(struct machine *m, uint8_t code, struct reader *program)
{
	static const uint8_t sizes[] = {
		[DW_CFA_advance_loc1] = 1,
		[DW_CFA_advance_loc2] = 2,
		[DW_CFA_advance_loc4] = 4,
	};
	uint64_t steps = code & 0x3f;

	if (code == DW_CFA_set_loc)
		return read_address(m->cfi, program, m->cie->encoding, &m->location);
	if (code >> 6 != DW_CFA_advance_loc >> 6) {
		if (code >= sizeof(sizes) || !sizes[code])
			return false;
		steps = reader__unsigned(program, sizes[code]);
	}
	m->location += steps * m->cie->code_factor;
	return true;
}

static bool run_one(struct machine *m, uint8_t code, struct reader *program)
{
	uint8_t operand = code & 0x3f;

	if (code >> 6 == DW_CFA_offset >> 6)
		return set_rule(m, operand, CFI_AT_OFFSET,
				scale(reader__uleb(program), m->cie->data_factor));
	if (code >> 6 == DW_CFA_restore >> 6)
		return restore_rule(m, operand);
	if (rule_codes[operand].is_rule)
		return run_rule(m, &rule_codes[operand], program);
	return run_other(m, operand, program);
}

/* Runs the program up to the row of this address. */
static bool run(struct machine *m, struct reader program, uint64_t address)
{
	if (left(&program) > PROGRAM_MAX)
		return false;
	while (program.at < program.end) {
		uint8_t code = (uint8_t)reader__unsigned(&program, 1);

		if (!*m->budget)
			return false;
		--*m->budget;
		if (run_advance(m, code, &program)) {
			if (m->location > address)
				break;
		} else if (!run_one(m, code, &program)) {
			return false;
		}
	}
	return !program.failed;
}

bool cfi__find(const struct cfi *cfi, uint64_t address, unsigned int *budget, struct cfi_row *ret)
{
	struct machine m = { .cfi = cfi, .row.cfa.kind = CFI_UNDEFINED, .budget = budget };
	struct fde fde;

	if (!find_fde(cfi, address, &fde))
		return false;
	m.cie = &fde.cie;
	m.location = fde.start;
	if (!run(&m, fde.cie.program, address))
		return false;
	m.initial = m.row;
	m.location = fde.start;
	if (!run(&m, fde.program, address))
		return false;
	*ret = m.row;
	ret->is_signal = fde.cie.is_signal;
	ret->is_eh = cfi->is_eh;
	return ret->cfa.kind != CFI_UNDEFINED;
}

struct reader cfi__expression(const struct cfi *cfi, const struct cfi_rule *rule)
{
	struct reader reader = { .at = cfi->bytes + rule->value, .end = cfi->bytes + cfi->size };

	return reader__part(&reader, reader__uleb(&reader));
}
