/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of labels, as both formats want them between the quotes. */
#ifndef SERVE_LABEL_H
#define SERVE_LABEL_H

#include "../base/buf.h"

/* What is no clean text becomes \xNN, as everywhere; then backslashes and quotes are escaped. */
void label__add_value(const char *value, struct buf *out);

#endif /* SERVE_LABEL_H */
