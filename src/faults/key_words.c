/* SPDX-License-Identifier: GPL-2.0-only */
#include "key_words.h"

#include <string.h>

#include "../base/path.h"
#include "fault.h"

static const char *word(const char *const *words, size_t nr, __u64 value)
{
	return value < nr ? words[value] : "?";
}

/* NULL: the access is not known. */
static const char *access_text(__u64 value)
{
	return value == FT_ACCESS_UNKNOWN ? NULL : word(access_names, FT_ACCESS_COUNT, value);
}

static const char *comm_text(const struct ft_key_part *part)
{
	static char comm[FT_COMM_LEN + 1];

	memcpy(comm, part->word, FT_COMM_LEN);
	return comm;
}

const char *key_words__number(enum ft_key_type type, const struct ft_key_part *part)
{
	switch (type) {
	case FT_KEY_KIND: return word(kind_names, FT_KIND_COUNT, part->word[0]);
	case FT_KEY_MAJOR: return part->word[0] ? "major" : "minor";
	case FT_KEY_ACCESS: return access_text(part->word[0]);
	case FT_KEY_ORIGIN: return word(origin_names, FT_ORIGIN_COUNT, part->word[0]);
	case FT_KEY_CAUSE: return word(cause_names, FT_CAUSE_COUNT, part->word[0]);
	case FT_KEY_COMM: return comm_text(part);
	default: return NULL;
	}
}

const char *key_words__file(const char *name, const struct ft_vma *vma)
{
	if (*name)
		return name;
	if (!(vma->facts & FT_VMA_COVERS))
		return "[unmapped]";
	return vma->facts & FT_VMA_ANON ? "[anon]" : "[unnamed]";
}

void key_words__add_function(struct buf *text, const struct key_function *function)
{
	if (*function->name && *function->module)
		buf__addf(text, "%s (%s)", function->name, path_last(function->module));
	else if (function->made_code)
		buf__adds(text, function->made_code);
	else if (*function->module)
		buf__addf(text, "%s+0x%llx", path_last(function->module),
			  (unsigned long long)function->offset);
	else
		buf__addf(text, "0x%llx", (unsigned long long)function->address);
}

void key_words__add_line(struct buf *text, const char *source, unsigned int line)
{
	buf__addf(text, "%s:%u", source, line);
}

static void add_frame(struct buf *text, const struct stack_frame *frame)
{
	if (*frame->function)
		buf__adds(text, frame->function);
	else if (frame->made_code)
		buf__adds(text, frame->made_code);
	else if (*frame->module)
		buf__addf(text, "%s+0x%llx", path_last(frame->module),
			  (unsigned long long)frame->offset);
	else
		buf__adds(text, STACK_UNKNOWN);
	if (frame->is_inlined)
		buf__adds(text, STACK_INLINED);
}

void key_words__add_stack(struct buf *text, const struct stack *stack)
{
	size_t before = text->len;

	if (stack && stack->is_cut)
		buf__adds(text, STACK_CUT);
	for (size_t i = stack ? stack->nr : 0; i-- > 0;) {
		if (text->len > before)
			buf__addc(text, ';');
		add_frame(text, &stack->frames[i]);
	}
	if (text->len == before)
		buf__adds(text, STACK_UNKNOWN);
}
