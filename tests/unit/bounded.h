/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests of what reads hostile files: runs it in a child, with a limit of memory and time. */
#ifndef TESTS_UNIT_BOUNDED_H
#define TESTS_UNIT_BOUNDED_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* With what the sanitizers need. What takes no processor, such as a FIFO, may take WALL_MAX. */
#define MEMORY_MAX  (400UL << 20)
#define SECONDS_MAX 6
#define WALL_MAX    60

static size_t resident(int pid)
{
	char path[64];
	size_t pages = 0;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	FILE *f = fopen(path, "r");

	if (f && fscanf(f, "%*u %zu", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Does read() of the file end in time, with little memory, and return true? */
static bool is_bounded(bool (*read_file)(const char *path), const char *path)
{
	const struct timespec tick = { .tv_nsec = 2000000 };
	const struct rlimit cpu = { SECONDS_MAX, SECONDS_MAX };
	time_t end = time(NULL) + WALL_MAX;
	size_t most = 0, now;
	int status = 0, pid = fork();
	bool ended;

	if (pid == 0) {
		setrlimit(RLIMIT_CPU, &cpu);
		_exit(!read_file(path));
	}
	while (!(ended = waitpid(pid, &status, WNOHANG) == pid) && most < MEMORY_MAX &&
	       time(NULL) < end) {
		now = resident(pid);
		most = now > most ? now : most;
		nanosleep(&tick, NULL);
	}
	if (!ended) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		printf("# %zu MiB after %ld s\n", most >> 20, WALL_MAX - (end - time(NULL)));
	}
	return ended && WIFEXITED(status) && !WEXITSTATUS(status);
}

#endif /* TESTS_UNIT_BOUNDED_H */
