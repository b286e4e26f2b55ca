/* SPDX-License-Identifier: GPL-2.0-only */
/* What a client says that it takes: the headers Accept and Accept-Encoding (RFC 9110, 12.5). */
#ifndef SERVE_ACCEPT_H
#define SERVE_ACCEPT_H

/*
 * How much the client wants this value, in thousandths: its "q". 0: not at all, or it is not named.
 * header may be NULL. version: an element with another "version" is passed over; NULL: none is.
 */
unsigned int accept__weight(const char *header, const char *value, const char *version);

#endif /* SERVE_ACCEPT_H */
