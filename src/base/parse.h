/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parse numbers of a command line. The whole string must be one, else -EINVAL;
 * -ERANGE for a number that does not fit.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stddef.h>
#include <stdint.h>

int parse_u64(const char *s, uint64_t *ret);			/* decimal */
int parse_address(const char *s, uint64_t *ret);		/* hex, 0x optional */
int parse_range(const char *s, uint64_t *start, uint64_t *end); /* "START-END", START < END */
int parse_size(const char *s, uint64_t *ret);			/* "64K", "4M", "1G" */
/*
 * "10us", "1.5ms", "2s", "1m", "7ns"; a bare number is in units of bare_ns. At most INT64_MAX
 * ns, so that adding it to a point in time does not overflow.
 */
int parse_duration(const char *s, uint64_t bare_ns, uint64_t *ret_ns);
/* "1,2,3": positive pids; duplicates dropped; *ids is malloc()ed. */
int parse_ids(const char *s, int **ids, size_t *nr);

#endif /* BASE_PARSE_H */
