/* SPDX-License-Identifier: GPL-2.0-only */
/* Which faults a table counts. Pure; compiled by both halves. */
#ifndef FT_TAKES_H
#define FT_TAKES_H

#include "classify.h"

/* Without a key or filter that needs kinds, kind is always 0: then only the outcome tells. */
FT_PURE int ft_is_error(const struct ft_fault *f, __u32 kind)
{
	return kind == FT_KIND_ERROR || f->outcome == FT_OUTCOME_FAILED;
}

/*
 * Errors are in a table only if -k asks for them. An interrupted fault is not: the instruction
 * faults again, and that fault is counted.
 */
FT_PURE int ft_is_in_table(const struct ft_fault *f, __u32 kind, ft_kind_set wanted_kinds)
{
	return f->outcome == FT_OUTCOME_RESOLVED ||
	       (ft_is_error(f, kind) && (wanted_kinds & FT_KIND_BIT(FT_KIND_ERROR)));
}

#endif /* FT_TAKES_H */
