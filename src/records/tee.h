/* SPDX-License-Identifier: GPL-2.0-only */
/* Hands each record to two consumers, one after the other. */
#ifndef RECORDS_TEE_H
#define RECORDS_TEE_H

#include "record.h"

struct record_tee {
	struct record_consumer to[2];
};

/* The tee must live as long as the consumer. */
struct record_consumer record_tee__consumer(struct record_tee *tee);

#endif /* RECORDS_TEE_H */
