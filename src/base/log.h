/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One line to stderr: "faulttrace: ...". Control characters in what is printed
 * are escaped, so that a process name cannot drive the terminal.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>

enum log_level {
	LOG_ERROR, /* always */
	LOG_NOTE,  /* unless quiet: losses, summary */
	LOG_INFO,  /* -v */
	LOG_DEBUG, /* -vv: libbpf's messages */
};

void log_set_level(enum log_level level);
enum log_level log_get_level(void);

void log_at(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_vat(enum log_level level, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Says that there is no memory left. Returns -ENOMEM. */
int log_no_memory(void);

#define log_error(...) log_at(LOG_ERROR, __VA_ARGS__)
#define log_hint(...)  log_at(LOG_ERROR, "hint: " __VA_ARGS__)
#define log_note(...)  log_at(LOG_NOTE, __VA_ARGS__)
#define log_info(...)  log_at(LOG_INFO, __VA_ARGS__)

#endif /* BASE_LOG_H */
