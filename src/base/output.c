/* SPDX-License-Identifier: GPL-2.0-only */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "file_place.h"
#include "log.h"
#include "parse.h"
#include "terminal.h"

/* The descriptor that a path such as /dev/stdout or /dev/fd/63 names; -1: it names none. */
static int named_descriptor(const char *path)
{
	static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
	uint64_t fd;

	if (!strcmp(path, "/dev/stdout"))
		return STDOUT_FILENO;
	if (!strcmp(path, "/dev/stderr"))
		return STDERR_FILENO;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		size_t n = strlen(folders[i]);

		if (!strncmp(path, folders[i], n) && !parse_u64(path + n, &fd) && fd <= INT_MAX)
			return (int)fd;
	}
	return -1;
}

/*
 * Such a path is a symbolic link, and is meant. It is not opened: a file would be truncated, and a
 * socket cannot be. One with FD_CLOEXEC is not from our caller, but our own.
 */
static int duplicate(int fd, const char *path)
{
	int flags = fcntl(fd, F_GETFL), err = -EBADF, copy;

	if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && !(fcntl(fd, F_GETFD) & FD_CLOEXEC)) {
		copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		if (copy >= 0)
			return copy;
		err = -errno;
	}
	log_error("cannot open %s: %s", path,
		  err == -EBADF ? "it is not open for writing" : strerror(-err));
	return err;
}

static int open_file(const char *path)
{
	int fd = named_descriptor(path);
	struct file_place place;

	if (fd >= 0)
		return duplicate(fd, path);
	fd = file_place__find(&place, path);
	if (!fd)
		fd = file_place__open(&place);
	file_place__leave(&place);
	return fd;
}

int output__open(struct output *out, const char *path)
{
	*out = (struct output) { .fd = STDOUT_FILENO, .name = "to standard output" };
	if (!path || !strcmp(path, "-"))
		return 0;
	out->name = path;
	out->fd = open_file(path);
	return out->fd < 0 ? out->fd : 0;
}

int output__close(struct output *out)
{
	int err = 0;

	buf__free(&out->buf);
	if (out->fd > STDERR_FILENO && close(out->fd) && !out->error) {
		err = -errno;
		log_error("cannot write %s: %s", out->name, strerror(errno));
	}
	out->fd = -1;
	return err;
}

void output__flush(struct output *out)
{
	size_t done = 0;

	while (done < out->buf.len && !output__broken(out)) {
		ssize_t n = write(out->fd, out->buf.data + done, out->buf.len - done);

		if (n >= 0) {
			done += (size_t)n;
		} else if (errno == EPIPE) {
			out->reader_gone = true;
		} else if (errno != EINTR) {
			out->error = -errno;
			log_error("cannot write %s: %s", out->name, strerror(errno));
		}
	}
	out->buf.len = 0;
}

bool output__broken(const struct output *out)
{
	return out->reader_gone || out->error;
}

unsigned int output__columns(const struct output *out)
{
	return terminal_columns(out->fd);
}

unsigned int output__lines(const struct output *out)
{
	struct winsize window = { 0 };

	ioctl(out->fd, TIOCGWINSZ, &window);
	return window.ws_row;
}

bool output__takes_escapes(const struct output *out)
{
	return terminal_takes_escapes(out->fd);
}

bool output__takes_color(const struct output *out)
{
	const char *no_color = getenv("NO_COLOR");

	return output__takes_escapes(out) && (!no_color || !*no_color);
}
