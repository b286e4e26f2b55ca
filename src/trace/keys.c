/* SPDX-License-Identifier: GPL-2.0-only */
#include "keys.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"
#include "../base/path.h"
#include "../host/cgroup.h"
#include "../symbols/symbols.h"
#include "naming.h"

struct keys {
	struct naming *naming;
	struct symbols *symbols;
	struct stacks *stacks;
	/* tsearch(3) trees of struct ft_code, by code and ip: of this turn, and the one before */
	void *codes, *old_codes;
};

int keys__new(struct keys **ret)
{
	struct keys *keys = calloc(1, sizeof(*keys));
	int err = keys ? naming__new(&keys->naming) : -ENOMEM;

	if (!err)
		err = symbols__new(&keys->symbols);
	if (!err)
		err = stacks__new(&keys->stacks);
	if (err) {
		keys__free(keys);
		keys = NULL;
	}
	*ret = keys;
	return err;
}

void keys__free(struct keys *keys)
{
	if (!keys)
		return;
	tdestroy(keys->codes, free);
	tdestroy(keys->old_codes, free);
	stacks__free(keys->stacks);
	symbols__free(keys->symbols);
	naming__free(keys->naming);
	free(keys);
}

static int compare_codes(const void *a, const void *b)
{
	const struct ft_code *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->generation != y->generation)
		return x->generation < y->generation ? -1 : 1;
	return x->ip < y->ip ? -1 : x->ip > y->ip;
}

static void learn_code(struct keys *keys, const struct ft_code *record)
{
	struct ft_code **found = tfind(record, &keys->codes, compare_codes), *copy;
	struct symbol symbol;

	if (found) {
		**found = *record;
		return;
	}
	copy = malloc(sizeof(*copy));
	if (!copy)
		return;
	*copy = *record;
	if (!tsearch(copy, &keys->codes, compare_codes))
		free(copy);
	/* Files of the process that name its code are found only while it is there. */
	symbols__find(keys->symbols,
		      &(struct symbol_request) {
			      .pid = (int)record->pid, .address = record->ip, .is_code = true },
		      &symbol);
}

void keys__use(struct keys *keys, struct code_map *map)
{
	stacks__use(keys->stacks, map);
}

void keys__learn(struct keys *keys, const struct ft_header *record)
{
	if (record->type == FT_RECORD_NAME)
		naming__learn(keys->naming, (const struct ft_name *)record);
	else if (record->type == FT_RECORD_CODE && record->size >= sizeof(struct ft_code))
		learn_code(keys, (const struct ft_code *)record);
	else
		stacks__learn(keys->stacks, record);
}

void keys__next_turn(struct keys *keys)
{
	tdestroy(keys->old_codes, free);
	keys->old_codes = keys->codes;
	keys->codes = NULL;
}

const char *keys__mapping_name(struct keys *keys, const struct ft_fault *fault)
{
	return naming__of(keys->naming, fault);
}

static const char *word(const char *const *words, size_t nr, __u64 value)
{
	return value < nr ? words[value] : "?";
}

/* What has no name goes by what it is. */
static const char *file_text(struct keys *keys, const struct ft_fault *some)
{
	const char *name = naming__of(keys->naming, some);

	if (*name)
		return name;
	if (!(some->vma & FT_VMA_COVERS))
		return "[unmapped]";
	return some->vma & FT_VMA_ANON ? "[anon]" : "[unnamed]";
}

/* Where it was mapped when it got its row, if that was told. */
static void learn_place(struct keys *keys, struct symbol_request *request, __u32 generation)
{
	struct ft_code wanted = { .pid = (__u32)request->pid,
				  .generation = generation,
				  .ip = request->address };
	struct ft_code **found = tfind(&wanted, &keys->codes, compare_codes);
	const struct ft_code *code;
	struct ft_fault at;

	if (!found)
		found = tfind(&wanted, &keys->old_codes, compare_codes);
	code = found ? *found : NULL;

	if (!code || !code->vma_start)
		return;
	at = (struct ft_fault) {
		.addr = code->ip,
		.pid = code->pid,
		.vma = code->vma,
		.vma_start = code->vma_start,
		.vma_end = code->vma_end,
		.vma_offset = code->vma_offset,
		.inode = code->inode,
		.dev = code->dev,
		.name_id = code->name_id,
	};
	request->start = code->vma_start;
	request->end = code->vma_end;
	request->offset = code->vma_offset;
	request->inode = code->inode;
	request->dev = code->dev;
	request->mapping = naming__of(keys->naming, &at);
}

/* "memcpy (libc.so.6)", or what there is instead of a name. */
static void add_function(struct buf *text, const struct symbol *symbol, int pid, uint64_t address)
{
	if (*symbol->name && *symbol->module)
		buf__addf(text, "%s (%s)", symbol->name, path_last(symbol->module));
	else if (symbol->made_in)
		jit_add_label(text, symbol, pid);
	else
		symbol_text(symbol, text);
	if (!text->len)
		buf__addf(text, "0x%llx", (unsigned long long)address);
}

/* "/src/db/table.c:42", also of a function that was inlined there, in the place of the function. */
static void set_line(struct keys *keys, struct buf *text, int pid, uint64_t module_id,
		     uint64_t address)
{
	const struct inlined_frames *frames =
		symbols__find_inlined(keys->symbols, pid, module_id, address);

	if (!frames || !frames->frames[0].line || !*frames->frames[0].file)
		return;
	text->len = 0;
	buf__addf(text, "%s:%u", frames->frames[0].file, frames->frames[0].line);
}

/* The place of the instruction: its function, or its source line. Rows with equal text are merged. */
static char *code_text(struct keys *keys, const struct ft_key_part *part, bool by_line,
		       enum jit_runtime *made_by)
{
	struct symbol_request request = {
		.pid = (int)(__u32)part->word[0],
		.address = part->word[1],
		.is_code = true,
	};
	struct symbol symbol;
	struct buf text = { 0 };

	/* get_user_pages: no instruction faulted. */
	if (!request.address)
		return strdup("[gup]");
	learn_place(keys, &request, (__u32)(part->word[0] >> 32));
	symbols__find(keys->symbols, &request, &symbol);
	add_function(&text, &symbol, request.pid, request.address);
	if (symbol.made_in)
		*made_by = jit_runtime_of(keys->symbols, request.pid);
	if (by_line && symbol.has_module_address)
		set_line(keys, &text, request.pid, symbol.module_id, symbol.module_address);
	buf__addc(&text, '\0');
	return text.data;
}

const struct stack *keys__stack(struct keys *keys, const struct ft_key_part *part)
{
	return stacks__find(keys->stacks, part->word[0]);
}

bool keys__has_many_stacks(const struct keys *keys)
{
	return stacks__are_many(keys->stacks);
}

void keys__keep_stack(struct keys *keys, const struct ft_key_part *part)
{
	stacks__keep(keys->stacks, part->word[0]);
}

void keys__tidy_stacks(struct keys *keys)
{
	stacks__tidy(keys->stacks);
}

void keys__advise(const struct keys *keys)
{
	stacks__advise(keys->stacks);
}

/* "main;read_table;memcpy", the leaf last; marked as in profiles. */
static char *stack_text(struct keys *keys, const struct ft_key_part *part,
			enum jit_runtime *made_by)
{
	const struct stack *stack = keys__stack(keys, part);
	struct buf text = { 0 };

	if (stack && stack->made_by)
		*made_by = stack->made_by;
	if (stack && stack->is_cut)
		buf__adds(&text, STACK_CUT);
	for (size_t i = stack ? stack->nr : 0; i-- > 0;) {
		const struct stack_frame *frame = &stack->frames[i];

		if (text.len)
			buf__addc(&text, ';');
		if (*frame->function)
			buf__adds(&text, frame->function);
		else if (frame->made_code)
			buf__adds(&text, frame->made_code);
		else if (*frame->module)
			buf__addf(&text, "%s+0x%llx", path_last(frame->module),
				  (unsigned long long)frame->offset);
		else
			buf__adds(&text, STACK_UNKNOWN);
		if (frame->is_inlined)
			buf__adds(&text, STACK_INLINED);
	}
	if (!text.len)
		buf__adds(&text, STACK_UNKNOWN);
	buf__addc(&text, '\0');
	return text.data;
}

char *keys__text(struct keys *keys, enum ft_key_type type, const struct ft_key_part *part,
		 const struct ft_fault *some, enum jit_runtime *made_by)
{
	const char *text = NULL;
	char comm[FT_COMM_LEN + 1] = "";

	switch (type) {
	case FT_KEY_KIND: text = word(kind_names, FT_KIND_COUNT, part->word[0]); break;
	case FT_KEY_MAJOR: text = part->word[0] ? "major" : "minor"; break;
	case FT_KEY_ACCESS: text = word(access_names, FT_ACCESS_COUNT, part->word[0]); break;
	case FT_KEY_ORIGIN: text = word(origin_names, FT_ORIGIN_COUNT, part->word[0]); break;
	case FT_KEY_CAUSE: text = word(cause_names, FT_CAUSE_COUNT, part->word[0]); break;
	case FT_KEY_VMA: text = naming__of(keys->naming, some); break;
	case FT_KEY_FILE: text = file_text(keys, some); break;
	case FT_KEY_SYMBOL: return code_text(keys, part, false, made_by);
	case FT_KEY_LINE: return code_text(keys, part, true, made_by);
	case FT_KEY_STACK: return stack_text(keys, part, made_by);
	case FT_KEY_CGROUP: return cgroup__path(part->word[0]);
	case FT_KEY_COMM:
		memcpy(comm, part->word, FT_COMM_LEN);
		text = comm;
		break;
	default: break;
	}
	return text ? strdup(text) : NULL;
}
