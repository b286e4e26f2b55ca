/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which row of a table a fault belongs to, and the texts of the row's key, of a fault that has all
 * its names. The kernel half, which has none, has row_key.h; rows are told by the same texts.
 */
#ifndef FAULTS_FAULT_KEY_H
#define FAULTS_FAULT_KEY_H

#include "../../bpf/contract/key.h"
#include "../base/buf.h"
#include "../source/row_spec.h"
#include "fault.h"

/* Faults that belong to one row have equal keys; some rows have several keys. */
void fault_key__make(const struct row_spec *rows, const struct fault *fault, struct ft_key *key);

/*
 * Adds the text of one part of a key, which was made of this fault. False: there is none, since the
 * value is a number, or not known.
 */
bool fault_key__add_text(enum ft_key_type type, const struct ft_key_part *part,
			 const struct fault *fault, struct buf *text);

#endif /* FAULTS_FAULT_KEY_H */
