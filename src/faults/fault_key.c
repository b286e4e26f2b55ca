/* SPDX-License-Identifier: GPL-2.0-only */
#include "fault_key.h"

#include "../../bpf/contract/row_key.h"
#include "../base/hash_index.h"
#include "key_words.h"

/* The function that contains the instruction: other frames before it are inlined into it. */
static const struct stack_frame *containing(const struct stack *stack)
{
	for (size_t i = 0; i < stack->nr; i++)
		if (!stack->frames[i].is_inlined)
			return &stack->frames[i];
	return NULL;
}

/* What the fault knows of its instruction: from its symbol, or else from its stack. */
static struct key_function function_of(const struct fault *fault)
{
	const struct fault_symbol *symbol = fault->symbol;
	const struct stack_frame *frame = fault->stack ? containing(fault->stack) : NULL;
	struct key_function function = { .name = "", .module = "", .address = fault->rec->ip };

	if (symbol) {
		function.name = symbol->name;
		function.module = symbol->module;
		function.offset = symbol->offset;
		function.made_code = fault->made_code;
	} else if (fault->made_code) {
		function.made_code = fault->made_code;
	} else if (frame && frame->ip == fault->rec->ip) {
		function.name = frame->function;
		function.module = frame->module;
		function.offset = frame->offset;
		function.made_code = frame->made_code;
	}
	return function;
}

static void key_of_function(__u64 *word, const struct fault *fault)
{
	struct key_function function = function_of(fault);

	/* Faults of get_user_pages have no instruction, and the word of no function. */
	if (!fault->rec->ip)
		return;
	word[0] = hash64_text(function.name);
	word[1] = hash64_text(function.made_code ? function.made_code : function.module);
	if (!*function.name && !function.made_code)
		word[2] = *function.module ? function.offset : function.address;
}

struct line {
	const char *source; /* NULL: not known */
	unsigned int line;
};

static struct line line_of(const struct fault *fault)
{
	const struct stack *stack = fault->stack;
	bool has_frame = stack && stack->nr && stack->frames[0].ip == fault->rec->ip;

	if (fault->source)
		return (struct line) { fault->source, fault->line };
	if (has_frame && stack->frames[0].line && *stack->frames[0].source)
		return (struct line) { stack->frames[0].source, stack->frames[0].line };
	return (struct line) { NULL, 0 };
}

static void key_of_line(__u64 *word, const struct fault *fault)
{
	struct line line = line_of(fault);

	if (!line.source || !fault->rec->ip) {
		key_of_function(word, fault);
		return;
	}
	word[0] = hash64_text(line.source);
	word[1] = line.line;
}

/* The name decides, whatever id the kernel half gave it. */
static void key_of_file(__u64 *word, const struct fault *fault)
{
	if (*fault->name)
		word[0] = hash64_text(fault->name);
	else
		ft_key_of_file(word, fault->rec);
}

static void key_of_mapping(__u64 *word, const struct fault *fault)
{
	ft_key_of_mapping(word, fault->rec);
	word[2] = *fault->name ? hash64_text(fault->name) : 0;
}

void fault_key__make(const struct row_spec *rows, const struct fault *fault, struct ft_key *key)
{
	static const struct ft_causes no_causes;
	const struct ft_causes *causes = fault->causes ? fault->causes : &no_causes;

	*key = (struct ft_key) { 0 };
	for (size_t i = 0; i < FT_KEYS; i++) {
		__u64 *word = key->part[i].word;

		switch (rows->by[i]) {
		case FT_KEY_SYMBOL: key_of_function(word, fault); break;
		case FT_KEY_LINE: key_of_line(word, fault); break;
		case FT_KEY_FILE: key_of_file(word, fault); break;
		case FT_KEY_VMA: key_of_mapping(word, fault); break;
		case FT_KEY_STACK: word[0] = fault->stack ? fault->stack->serial : 0; break;
		default:
			ft_key_part(word, rows->by[i], fault->rec, causes->ns, fault->verdict.kind);
		}
	}
}

/* ---- Texts -------------------------------------------------------------------------------------- */

static void add_function(struct buf *text, const struct fault *fault)
{
	struct key_function function = function_of(fault);

	if (fault->rec->ip)
		key_words__add_function(text, &function);
	else
		buf__adds(text, KEY_WORDS_GUP);
}

static void add_line(struct buf *text, const struct fault *fault)
{
	struct line line = line_of(fault);

	if (line.source && fault->rec->ip)
		key_words__add_line(text, line.source, line.line);
	else
		add_function(text, fault);
}

bool fault_key__add_text(enum ft_key_type type, const struct ft_key_part *part,
			 const struct fault *fault, struct buf *text)
{
	const char *words = NULL;

	switch (type) {
	case FT_KEY_SYMBOL: add_function(text, fault); return true;
	case FT_KEY_LINE: add_line(text, fault); return true;
	case FT_KEY_STACK: key_words__add_stack(text, fault->stack); return true;
	case FT_KEY_FILE: words = key_words__file(fault->name, &fault->rec->vma); break;
	case FT_KEY_VMA: words = fault->name; break;
	case FT_KEY_CGROUP: words = fault->cgroup; break;
	case FT_KEY_CONTAINER: words = fault->container; break;
	default: words = key_words__number(type, part); break;
	}
	if (words)
		buf__adds(text, words);
	return words;
}
