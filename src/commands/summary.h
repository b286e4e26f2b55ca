/* SPDX-License-Identifier: GPL-2.0-only */
/* The summary at the end of a run: how many faults there were, what was lost, what is notable. */
#ifndef COMMANDS_SUMMARY_H
#define COMMANDS_SUMMARY_H

#include "session.h"

/* Prints one line a kind of loss, as lost.* of JSON's end record. when: "", or " so far". */
void summary__print_losses(const struct run_end *end, const char *when);

/*
 * Prints what is known of every run. only_errors: it begins with the number of errors, since no
 * other faults were asked for.
 */
void summary__print_run(const struct run_end *end, const char *plan, bool only_errors);
/* Prints a hint if tables had so many faults without a row of their own. */
void summary__hint_overflow(unsigned long long faults);
/* Prints the summary of a run whose session->end and session->totals are complete. */
void summary__print(const struct session *session);

#endif /* COMMANDS_SUMMARY_H */
