/* SPDX-License-Identifier: GPL-2.0-only */
#include "key_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"
#include "../base/key_map.h"
#include "../host/known_cgroups.h"
#include "../symbols/symbols.h"
#include "key_words.h"
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
	struct known_cgroups cgroups;	 /* open if a key tells one */
	bool has_cgroups;
};

int key_text__new(const struct row_spec *rows, const char *host_root, struct key_text **ret)
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
		keys->has_cgroups = row_spec__has_cgroup(rows);
		if (keys->has_cgroups)
			known_cgroups__open(&keys->cgroups, host_root);
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
	if (keys->has_cgroups)
		known_cgroups__close(&keys->cgroups);
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

/* Looks the path up now, while the cgroup is there. */
void key_text__learn_cgroup(struct key_text *keys, const struct ft_cgroup *record)
{
	if (keys->has_cgroups)
		known_cgroups__path(&keys->cgroups, record->id);
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

/* Adds the function; for code that has none its mapping, its module or its address. */
static void add_function(struct buf *text, const struct symbol *symbol, int pid, uint64_t address)
{
	struct key_function function = { symbol->name, .module = "", .address = address };
	struct buf made_code = { 0 };

	if (symbol_offset(symbol, &function.offset))
		function.module = symbol->module;
	if (!*symbol->name && symbol->made_in) {
		jit_add_label(&made_code, symbol, pid);
		buf__addc(&made_code, '\0');
		function.made_code = made_code.data;
	}
	key_words__add_function(text, &function);
	buf__free(&made_code);
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
	key_words__add_line(text, frames->frames[0].file, frames->frames[0].line);
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
		return strdup(KEY_WORDS_GUP);
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

static char *stack_text(struct key_text *keys, const struct ft_key_part *part,
			enum jit_runtime *made_by)
{
	const struct stack *stack = key_text__stack(keys, part);
	struct buf text = { 0 };

	if (stack && stack->made_by)
		*made_by = stack->made_by;
	key_words__add_stack(&text, stack);
	buf__addc(&text, '\0');
	return text.data;
}

char *key_text__text(struct key_text *keys, enum ft_key_type type, const struct ft_key_part *part,
		     const struct ft_fault *some, enum jit_runtime *made_by)
{
	const char *text;

	switch (type) {
	case FT_KEY_VMA: text = key_text__mapping_name(keys, some); break;
	case FT_KEY_FILE:
		text = key_words__file(key_text__mapping_name(keys, some), &some->vma);
		break;
	case FT_KEY_SYMBOL: return code_text(keys, part, false, made_by);
	case FT_KEY_LINE: return code_text(keys, part, true, made_by);
	case FT_KEY_STACK: return stack_text(keys, part, made_by);
	case FT_KEY_CGROUP: text = known_cgroups__path(&keys->cgroups, part->word[0]); break;
	case FT_KEY_CONTAINER:
		text = known_cgroups__container(&keys->cgroups, part->word[0]);
		break;
	default: text = key_words__number(type, part); break;
	}
	return text ? strdup(text) : NULL;
}
