/* SPDX-License-Identifier: GPL-2.0-only */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "log.h"
#include "terminal.h"

int output__open(struct output *out, const char *path)
{
	*out = (struct output) { .fd = STDOUT_FILENO, .name = "to standard output" };
	if (!path || !strcmp(path, "-"))
		return 0;
	out->name = path;
	out->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (out->fd >= 0)
		return 0;
	log_error("cannot open %s: %s", path, strerror(errno));
	return -errno;
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
