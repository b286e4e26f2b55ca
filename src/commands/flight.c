/* SPDX-License-Identifier: GPL-2.0-only */
#include "flight.h"

#include <signal.h>
#include <stdint.h>

#include "../host/clock.h"
#include "../host/task_end.h"

/* How long a process may take to die, while its core is written; and how often to look. */
#define DYING_NS 10000000000ULL
#define LOOK_NS	 100000000ULL

static volatile sig_atomic_t is_signalled;

static void on_signal(int sig)
{
	(void)sig;
	is_signalled = 1;
}

void flight__begin(struct flight *flight, const struct options *opts, int child)
{
	const struct sigaction action = { .sa_handler = on_signal };

	*flight = (struct flight) {
		.conditions = opts->dump_on,
		.after_ns = opts->after_ns,
		.max_dumps = opts->dumps,
		.child = child,
	};
	if (flight->conditions.events[DUMP_ON_SIGNAL])
		sigaction(SIGUSR2, &action, NULL);
}

/* While a dump is due, conditions say nothing new. */
static void trigger(struct flight *flight, unsigned long long now_ns)
{
	if (!flight->due_ns && !flight__is_done(flight))
		flight->due_ns = now_ns + flight->after_ns;
}

/* The process got a signal. Of CMD it is known at its end whether it has died of it. */
static void suspect(struct flight *flight, int pid, int signal)
{
	struct flight_suspect *place = flight->suspects;

	if (pid == flight->child || task_catches(pid, signal))
		return;
	for (size_t i = 0; i < FLIGHT_SUSPECTS_MAX; i++) {
		if (flight->suspects[i].pid == pid)
			return;
		if (flight->suspects[i].until_ns < place->until_ns)
			place = &flight->suspects[i];
	}
	*place = (struct flight_suspect) { pid, clock_ns(CLOCK_MONOTONIC) + DYING_NS };
}

void flight__see(struct flight *flight, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;

	if (flight->conditions.events[DUMP_ON_CRASH] && fault->verdict.kind == FT_KIND_ERROR &&
	    rec->signal)
		suspect(flight, (int)rec->pid, rec->signal);
	if (dump_conditions__hold(&flight->conditions, fault))
		trigger(flight, clock_ns(CLOCK_MONOTONIC));
}

/* Has one of the suspects died? */
static bool find_dead(struct flight *flight, unsigned long long now_ns)
{
	bool found = false;

	for (size_t i = 0; i < FLIGHT_SUSPECTS_MAX; i++) {
		struct flight_suspect *suspect = &flight->suspects[i];
		enum task_end end = suspect->pid ? task_end(suspect->pid) : TASK_ENDS_NOT;

		if (end != TASK_ENDS_NOT || now_ns > suspect->until_ns)
			*suspect = (struct flight_suspect) { 0 };
		found |= end == TASK_WAS_KILLED || end == TASK_END_UNKNOWN;
	}
	return found;
}

bool flight__is_due(struct flight *flight, unsigned long long now_ns)
{
	if (is_signalled)
		trigger(flight, now_ns);
	is_signalled = 0;
	if (find_dead(flight, now_ns))
		trigger(flight, now_ns);
	return flight->due_ns && now_ns >= flight->due_ns;
}

unsigned long long flight__when(const struct flight *flight)
{
	unsigned long long when = flight->due_ns ? flight->due_ns : UINT64_MAX;

	for (size_t i = 0; i < FLIGHT_SUSPECTS_MAX; i++)
		if (flight->suspects[i].pid && clock_ns(CLOCK_MONOTONIC) + LOOK_NS < when)
			when = clock_ns(CLOCK_MONOTONIC) + LOOK_NS;
	return when;
}

bool flight__is_due_at_end(struct flight *flight, bool has_crashed)
{
	const bool *events = flight->conditions.events;
	unsigned long long now_ns = clock_ns(CLOCK_MONOTONIC);

	flight__is_due(flight, now_ns);
	if (events[DUMP_ON_EXIT] || (events[DUMP_ON_CRASH] && has_crashed))
		trigger(flight, now_ns);
	return flight->due_ns;
}

void flight__dumped(struct flight *flight)
{
	flight->due_ns = 0;
	flight->nr_dumps++;
}

bool flight__is_done(const struct flight *flight)
{
	return flight->max_dumps && flight->nr_dumps >= flight->max_dumps;
}
