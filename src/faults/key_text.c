/* SPDX-License-Identifier: GPL-2.0-only */
#include "key_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"
#include "../base/key_map.h"
#include "../base/path.h"
#include "../host/cgroup.h"
#include "../symbols/symbols.h"
#include "mapping_names.h"

/* The mapping of an instruction, in a generation of a process's code. */
struct code {
	uint64_t ip;
	uint32_t pid;
	uint32_t generation;
	struct ft_vma vma;
};

static const struct key_map no_codes = { .item_bytes = sizeof(struct code),
					 .key_bytes = offsetof(struct code, vma) };

struct key_text {
	struct mapping_names *naming;
	struct symbols *symbols;	 /* NULL: no key tells a function */
	struct stacks *stacks;		 /* NULL: no key is a stack */
	struct key_map codes, old_codes; /* struct code: of this turn and the last */
};

int key_text__new(const struct row_spec *rows, struct key_text **ret)
{
	bool has_stacks = row_spec__has(rows, FT_KEY_STACK);
	struct key_text *keys = calloc(1, sizeof(*keys));
	int err = keys ? mapping_names__new(&keys->naming) : -ENOMEM;

	if (!err && (has_stacks || row_spec__has_code(rows)))
		err = symbols__new(&keys->symbols);
	if (!err && has_stacks)
		err = stacks__new(keys->symbols, &keys->stacks);
	if (err) {
		key_text__free(keys);
		keys = NULL;
	} else {
		keys->codes = keys->old_codes = no_codes;
	}
	*ret = keys;
	return err;
}

void key_text__free(struct key_text *keys)
{
	if (!keys)
		return;
	key_map__clear(&keys->codes);
	key_map__clear(&keys->old_codes);
	stacks__free(keys->stacks);
	symbols__free(keys->symbols);
	mapping_names__free(keys->naming);
	free(keys);
}

void key_text__learn_code(struct key_text *keys, const struct ft_code *record)
{
	struct code wanted = { record->ip, record->pid, record->generation, { 0 } }, *code;
	struct symbol symbol;
	bool is_new;

	if (!keys->symbols)
		return;
	code = key_map__find(&keys->codes, &wanted);
	is_new = !code;
	if (is_new)
		code = key_map__add(&keys->codes, &wanted);
	code->vma = record->vma;
	if (!is_new)
		return;
	/* Looks it up now: files that name JIT code are found only while the process runs. */
	symbols__find(keys->symbols,
		      &(struct symbol_request) {
			      .pid = (int)record->pid, .address = record->ip, .is_code = true },
		      &symbol);
}

void key_text__use(struct key_text *keys, struct code_history *map)
{
	if (keys->stacks)
		stacks__use(keys->stacks, map);
}

void key_text__learn_name(struct key_text *keys, const struct ft_name *record)
{
	mapping_names__learn(keys->naming, record);
}

void key_text__learn_stack(struct key_text *keys, const struct ft_stack *record)
{
	if (keys->stacks)
		stacks__learn(keys->stacks, record);
}

void key_text__next_turn(struct key_text *keys)
{
	key_map__clear(&keys->old_codes);
	keys->old_codes = keys->codes;
	keys->codes = no_codes;
}

const char *key_text__mapping_name(struct key_text *keys, const struct ft_fault *fault)
{
	return mapping_names__of(keys->naming, (int)fault->pid, &fault->vma);
}

static const char *word(const char *const *words, size_t nr, __u64 value)
{
	return value < nr ? words[value] : "?";
}

/* NULL: the access is not known. */
static const char *access_text(__u64 value)
{
	return value == FT_ACCESS_UNKNOWN ? NULL : word(access_names, FT_ACCESS_COUNT, value);
}

/* The name of the file or mapping; without one, what it is. */
static const char *file_text(struct key_text *keys, const struct ft_fault *some)
{
	const char *name = mapping_names__of(keys->naming, (int)some->pid, &some->vma);

	if (*name)
		return name;
	if (!(some->vma.facts & FT_VMA_COVERS))
		return "[unmapped]";
	return some->vma.facts & FT_VMA_ANON ? "[anon]" : "[unnamed]";
}

/* Fills in the mapping that the instruction had when it got its row, if a record told it. */
static void learn_place(struct key_text *keys, struct symbol_request *request, __u32 generation)
{
	struct code wanted = { .ip = request->address,
			       .pid = (uint32_t)request->pid,
			       .generation = generation };
	const struct code *code = key_map__find(&keys->codes, &wanted);

	if (!code)
		code = key_map__find(&keys->old_codes, &wanted);
	if (!code || !code->vma.start)
		return;
	request->mapping = (struct named_vma) {
		code->vma,
		mapping_names__of(keys->naming, (int)code->pid, &code->vma),
	};
}

/* Adds "memcpy (libc.so.6)"; for code without a name its mapping, its module or its address. */
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

/* Replaces the function by its line, "/src/db/table.c:42", if known; inlined functions, too. */
static void set_line(struct key_text *keys, struct buf *text, int pid, uint64_t module_id,
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
static char *code_text(struct key_text *keys, const struct ft_key_part *part, bool by_line,
		       enum jit_runtime *made_by)
{
	struct symbol_request request = {
		.pid = (int)(__u32)part->word[0],
		.address = part->word[1],
		.is_code = true,
	};
	struct symbol symbol;
	struct buf text = { 0 };

	/* A fault of get_user_pages: no instruction took it. */
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

const struct stack *key_text__stack(struct key_text *keys, const struct ft_key_part *part)
{
	return stacks__find(keys->stacks, part->word[0]);
}

bool key_text__has_many_stacks(const struct key_text *keys)
{
	return keys->stacks && stacks__are_many(keys->stacks);
}

void key_text__keep_stack(struct key_text *keys, const struct ft_key_part *part)
{
	stacks__keep(keys->stacks, part->word[0]);
}

void key_text__tidy_stacks(struct key_text *keys)
{
	if (keys->stacks)
		stacks__tidy(keys->stacks);
}

void key_text__advise(const struct key_text *keys)
{
	if (keys->stacks)
		stacks__advise(keys->stacks);
	if (keys->symbols)
		symbols__advise(keys->symbols);
}

/* "main;read_table;memcpy", the leaf last, with the marks of stacks.h. */
static char *stack_text(struct key_text *keys, const struct ft_key_part *part,
			enum jit_runtime *made_by)
{
	const struct stack *stack = key_text__stack(keys, part);
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

char *key_text__text(struct key_text *keys, enum ft_key_type type, const struct ft_key_part *part,
		     const struct ft_fault *some, enum jit_runtime *made_by)
{
	const char *text = NULL;
	char comm[FT_COMM_LEN + 1] = "";

	switch (type) {
	case FT_KEY_KIND: text = word(kind_names, FT_KIND_COUNT, part->word[0]); break;
	case FT_KEY_MAJOR: text = part->word[0] ? "major" : "minor"; break;
	case FT_KEY_ACCESS: text = access_text(part->word[0]); break;
	case FT_KEY_ORIGIN: text = word(origin_names, FT_ORIGIN_COUNT, part->word[0]); break;
	case FT_KEY_CAUSE: text = word(cause_names, FT_CAUSE_COUNT, part->word[0]); break;
	case FT_KEY_VMA: text = mapping_names__of(keys->naming, (int)some->pid, &some->vma); break;
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
