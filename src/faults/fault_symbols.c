/* SPDX-License-Identifier: GPL-2.0-only */
#include "fault_symbols.h"

#include <errno.h>
#include <stdlib.h>

#include "../base/buf.h"
#include "../symbols/symbols.h"
#include "code_history.h"
#include "jit_advice.h"

/* A copy of an answer of symbols__find(), which is overwritten by the second one for a fault. */
struct kept {
	struct fault_symbol symbol;
	struct buf texts;
};

/* Where the instruction of the last fault is, for its source line. */
struct place {
	uint64_t module_id; /* 0: not known */
	uint64_t address;
	uint64_t made_in; /* as in struct symbol */
	struct buf label;
};

struct fault_symbols {
	struct symbols *symbols;  /* not owned */
	struct code_history *map; /* not owned; may be NULL */
	struct kept code;
	struct kept data;
	struct place place;
};

int fault_symbols__new(struct symbols *symbols, struct fault_symbols **ret)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->symbols = symbols;
	return 0;
}

void fault_symbols__free(struct fault_symbols *fs)
{
	if (!fs)
		return;
	buf__free(&fs->data.texts);
	buf__free(&fs->code.texts);
	buf__free(&fs->place.label);
	free(fs);
}

void fault_symbols__use(struct fault_symbols *fs, struct code_history *map)
{
	fs->map = map;
}

/* Copies the symbol. NULL: its offset, even in its module, is not known. */
static const struct fault_symbol *keep(struct kept *kept, const struct symbol *symbol)
{
	size_t name_len = strlen(symbol->name) + 1;
	uint64_t offset;

	if (!symbol_offset(symbol, &offset))
		return NULL;
	kept->texts.len = 0;
	buf__add(&kept->texts, symbol->name, name_len);
	buf__add(&kept->texts, symbol->module, strlen(symbol->module) + 1);
	kept->symbol = (struct fault_symbol) {
		.name = kept->texts.data,
		.offset = offset,
		.module = kept->texts.data + name_len,
	};
	return &kept->symbol;
}

static void keep_place(struct place *place, const struct symbol *symbol)
{
	place->module_id = symbol->has_module_address ? symbol->module_id : 0;
	place->address = symbol->module_address;
	place->made_in = *symbol->name ? 0 : symbol->made_in;
}

/* NULL also for faults of get_user_pages: no instruction took them. */
static const struct fault_symbol *find_code(struct fault_symbols *fs, const struct ft_fault *rec)
{
	struct symbol_request request = {
		.pid = (int)rec->pid,
		.address = rec->ip,
		.is_code = true,
	};
	struct symbol symbol;

	if (rec->origin == FT_ORIGIN_GUP)
		return NULL;
	if (fs->map && rec->origin == FT_ORIGIN_USER)
		code_history__find(fs->map, &request, rec->h.time_ns);
	symbols__find(fs->symbols, &request, &symbol);
	keep_place(&fs->place, &symbol);
	return keep(&fs->code, &symbol);
}

/*
 * Fills in the mapping of data: that of the file, or the code below zeroed memory (.bss). False if
 * it is no memory in which a program can have variables.
 */
static bool complete_data(struct fault_symbols *fs, const struct fault *fault,
			  struct symbol_request *request)
{
	const struct ft_fault *rec = fault->rec;

	if (!(rec->vma.facts & FT_VMA_COVERS) ||
	    (rec->vma.facts & (FT_VMA_MAYSHARE | FT_VMA_STACK)))
		return false;
	if (fault_is_file(rec)) {
		request->mapping = (struct named_vma) { rec->vma, fault->name };
		return true;
	}
	request->memory = rec->vma.start;
	return (rec->vma.facts & FT_VMA_ANON) && fs->map &&
	       code_history__find_below(fs->map, request, rec->h.time_ns);
}

/* NULL for a fault that fetched an instruction: it accessed no variable. */
static const struct fault_symbol *find_data(struct fault_symbols *fs, const struct fault *fault)
{
	struct symbol_request request = {
		.pid = (int)fault->rec->pid,
		.address = fault->rec->addr,
	};
	struct symbol symbol;

	if (fault->rec->access == FT_ACCESS_EXEC || !complete_data(fs, fault, &request))
		return NULL;
	symbols__find(fs->symbols, &request, &symbol);
	return *symbol.name ? keep(&fs->data, &symbol) : NULL;
}

static void label_made_code(struct place *place, struct fault *fault)
{
	const struct symbol symbol = {
		.name = "",
		.module = fault->symbol ? fault->symbol->module : "",
		.made_in = place->made_in,
	};

	place->label.len = 0;
	jit_add_label(&place->label, &symbol, (int)fault->rec->pid);
	buf__addc(&place->label, '\0');
	fault->made_code = place->label.data;
}

void fault_symbols__find_line(struct fault_symbols *fs, struct fault *fault)
{
	struct place *place = &fs->place;
	const struct inlined_frames *frames;

	if (fault->rec->origin == FT_ORIGIN_GUP)
		return;
	if (place->made_in)
		label_made_code(place, fault);
	if (!place->module_id)
		return;
	frames = symbols__find_inlined(fs->symbols, (int)fault->rec->pid, place->module_id,
				       place->address);
	if (!frames || !frames->frames[0].line || !*frames->frames[0].file)
		return;
	fault->source = frames->frames[0].file;
	fault->line = frames->frames[0].line;
}

void fault_symbols__find(struct fault_symbols *fs, struct fault *fault)
{
	fault->symbol = find_code(fs, fault->rec);
	fault->data_symbol = find_data(fs, fault);
}
