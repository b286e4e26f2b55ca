/* SPDX-License-Identifier: GPL-2.0-only */
/* The stack of a fault, below its line. */
#include <string.h>

#include "../faults/stacks.h"
#include "columns.h"
#include "text.h"

#define STACK_INDENT   17 /* as perf script has it */
#define STACK_FUNCTION 24 /* columns that a function should have; else lines are indented less */

static void add_source(struct buf *out, const struct stack_frame *frame)
{
	if (!frame->line)
		return;
	buf__addc(out, ' ');
	buf__add_text(out, *frame->source ? frame->source : "?");
	buf__addc(out, ':');
	buf__add_u64(out, frame->line);
}

/* "read_table+0x1f (db)", "copy (inlined)", "db+0x1a2f" */
static void add_place(struct buf *out, const struct stack_frame *frame)
{
	const struct fault_symbol symbol = { frame->function, frame->offset, frame->module };

	if (frame->is_inlined) {
		buf__add_text(out, frame->function);
		buf__adds(out, " (inlined)");
	} else if (*frame->function || *frame->module) {
		text_add_symbol(out, &symbol);
	} else {
		buf__adds(out, STACK_UNKNOWN);
	}
}

/* How far lines of a stack are indented: the same for all lines of a terminal. */
static int stack_indent(const struct run_start *run)
{
	size_t others = STACK_INDENT + strlen("7f6f6f9b5b78 ");

	return is_cut(run) && run->columns < others + STACK_FUNCTION ? 2 : STACK_INDENT;
}

static void add_frame(struct buf *out, const struct run_start *run, const struct stack_frame *frame)
{
	size_t line = out->len, place;

	buf__addf(out, "%*s", stack_indent(run), "");
	buf__add_hex(out, frame->ip);
	buf__addc(out, ' ');
	place = out->len;
	add_place(out, frame);
	if (run->wide)
		add_source(out, frame);
	if (is_cut(run))
		text_fit_name(out, line, place, out->len, run->columns, shorten_function);
	cut_line(out, run, line);
	buf__addc(out, '\n');
}

void text_add_stack(struct buf *out, const struct run_start *run, const struct stack *stack)
{
	for (size_t i = 0; i < stack->nr; i++)
		add_frame(out, run, &stack->frames[i]);
	if (stack->is_cut) {
		size_t line = out->len;

		buf__addf(out, "%*s" STACK_CUT, stack_indent(run), "");
		end_line(out, run, line, false);
	}
	buf__addc(out, '\n');
}
