/* SPDX-License-Identifier: GPL-2.0-only */
#include "unwind_row.h"

#include <string.h>

static bool has_expression(const struct cfi_rule *rule)
{
	return rule->kind == CFI_AT_EXPRESSION || rule->kind == CFI_IS_EXPRESSION;
}

/* Each expression begins with its length: two bytes. */
static bool take_expression(const struct cfi *cfi, struct cfi_rule *rule, struct unwind_row *ret)
{
	struct reader reader;
	uint16_t len;

	if (!has_expression(rule))
		return true;
	reader = cfi__expression(cfi, rule);
	if (reader.failed || reader.end - reader.at > ROW_EXPRESSIONS_MAX)
		return false;
	len = (uint16_t)(reader.end - reader.at);
	if (ret->expressions_len + sizeof(len) + len > ROW_EXPRESSIONS_MAX)
		return false;
	rule->value = ret->expressions_len;
	memcpy(ret->expressions + ret->expressions_len, &len, sizeof(len));
	memcpy(ret->expressions + ret->expressions_len + sizeof(len), reader.at, len);
	ret->expressions_len = (uint16_t)(ret->expressions_len + sizeof(len) + len);
	return true;
}

bool unwind_row__find(const struct cfi *cfi, uint64_t address, unsigned int *budget,
		      struct unwind_row *ret)
{
	bool ok = cfi__find(cfi, address, budget, &ret->row);

	ret->expressions_len = 0;
	ok = ok && take_expression(cfi, &ret->row.cfa, ret);
	for (size_t i = 0; ok && i < NR_DWARF_REGISTERS; i++)
		ok = take_expression(cfi, &ret->row.rules[i], ret);
	return ok;
}

static bool is_rule_valid(const struct unwind_row *row, const struct cfi_rule *rule)
{
	return !has_expression(rule) ||
	       (rule->value >= 0 && rule->value + sizeof(uint16_t) <= row->expressions_len);
}

bool unwind_row__is_valid(const struct unwind_row *row)
{
	bool ok = row->row.cfa_register < NR_DWARF_REGISTERS &&
		  row->expressions_len <= ROW_EXPRESSIONS_MAX && is_rule_valid(row, &row->row.cfa);

	for (size_t i = 0; ok && i < NR_DWARF_REGISTERS; i++)
		ok = is_rule_valid(row, &row->row.rules[i]);
	return ok;
}

struct reader unwind_row__expression(const struct unwind_row *row, const struct cfi_rule *rule)
{
	struct reader reader = { .at = row->expressions + rule->value,
				 .end = row->expressions + row->expressions_len };

	return reader__part(&reader, reader__unsigned(&reader, sizeof(uint16_t)));
}
