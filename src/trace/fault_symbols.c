/* SPDX-License-Identifier: GPL-2.0-only */
#include "fault_symbols.h"

#include <errno.h>
#include <stdlib.h>

#include "../base/buf.h"
#include "../symbols/symbols.h"
#include "code_map.h"

/* An answer lives until the next question, and each fault asks two. */
struct kept {
	struct fault_symbol symbol;
	struct buf texts;
};

struct fault_symbols {
	struct symbols *symbols;
	struct code_map *map; /* somebody else's, or NULL */
	struct kept code;
	struct kept data;
};

int fault_symbols__new(struct fault_symbols **ret)
{
	struct fault_symbols *fs = calloc(1, sizeof(*fs));
	int err = fs ? symbols__new(&fs->symbols) : -ENOMEM;

	if (err) {
		fault_symbols__free(fs);
		fs = NULL;
	}
	*ret = fs;
	return err;
}

void fault_symbols__free(struct fault_symbols *fs)
{
	if (!fs)
		return;
	buf__free(&fs->data.texts);
	buf__free(&fs->code.texts);
	symbols__free(fs->symbols);
	free(fs);
}

void fault_symbols__use(struct fault_symbols *fs, struct code_map *map)
{
	fs->map = map;
}

/* NULL: it is not known where it is. */
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

/* get_user_pages has no instruction. */
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
		code_map__find(fs->map, &request, rec->h.time_ns);
	symbols__find(fs->symbols, &request, &symbol);
	return keep(&fs->code, &symbol);
}

/* Memory that a program may have for its data: its file's own, or zeroed behind it. */
static bool complete_data(struct fault_symbols *fs, const struct fault *fault,
			  struct symbol_request *request)
{
	const struct ft_fault *rec = fault->rec;

	if (!(rec->vma & FT_VMA_COVERS) || (rec->vma & (FT_VMA_MAYSHARE | FT_VMA_STACK)))
		return false;
	if (fault_is_file(rec)) {
		request->start = rec->vma_start;
		request->end = rec->vma_end;
		request->offset = rec->vma_offset;
		request->inode = rec->inode;
		request->dev = rec->dev;
		request->mapping = fault->name;
		return true;
	}
	request->memory = rec->vma_start;
	return (rec->vma & FT_VMA_ANON) && fs->map &&
	       code_map__find_below(fs->map, request, rec->h.time_ns);
}

/* What is fetched to be executed is no data. */
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

void fault_symbols__find(struct fault_symbols *fs, struct fault *fault)
{
	fault->symbol = find_code(fs, fault->rec);
	fault->data_symbol = find_data(fs, fault);
}
