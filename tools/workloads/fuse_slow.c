/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file on a FUSE file system that answers each read after 5 ms: 7 pages of it
 * are read without readahead (MADV_RANDOM). With -2, by two threads at once: one asks
 * for a page, and the other one waits until it has come. With -o, whoever else opens the
 * file gets no answer; code of the file takes a fault, too, and the program goes on for 20 s.
 * The file system is a child of this program, and speaks the kernel's protocol itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workload.h"

#define PAGES	  7
#define ANSWER_MS 5
#define MEET_MS	  40 /* for two threads to meet at a page, on a slow machine, too */
#define FILE_NODE 2
#define FILE_NAME "file"
#define VALID_S	  3600
#define HOLD_MS	  20000
#define REQUEST	  (256 << 10) /* the kernel refuses to write into less */

static long answer_ms = ANSWER_MS;
static bool opens_once;

static struct fuse_attr attributes(uint64_t node)
{
	bool file = node == FILE_NODE;

	return (struct fuse_attr) {
		.ino = node,
		.size = file ? PAGES * file_window() : 0,
		.mode = file ? S_IFREG | 0444 : S_IFDIR | 0755,
		.nlink = file ? 1 : 2,
		.blksize = page_size,
	};
}

static void answer(int fd, uint64_t unique, int error, const void *data, size_t size)
{
	struct fuse_out_header header = { sizeof(header) + size, -error, unique };
	static char out[REQUEST];

	memcpy(out, &header, sizeof(header));
	if (size)
		memcpy(out + sizeof(header), data, size);
	if (write(fd, out, header.len) != header.len && errno != ENOENT)
		_exit(EXIT_FAILURE);
}

static void answer_init(int fd, uint64_t unique)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = 31,
		.max_write = 4096,
	};

	answer(fd, unique, 0, &out, sizeof(out));
}

static void answer_lookup(int fd, uint64_t unique, const char *name)
{
	struct fuse_entry_out out = {
		.nodeid = FILE_NODE,
		.entry_valid = VALID_S,
		.attr_valid = VALID_S,
		.attr = attributes(FILE_NODE),
	};

	if (strcmp(name, FILE_NAME))
		answer(fd, unique, ENOENT, NULL, 0);
	else
		answer(fd, unique, 0, &out, sizeof(out));
}

static void answer_read(int fd, uint64_t unique, const struct fuse_read_in *in)
{
	/* movb $1, (%rdi); ret */
	static char content[128 << 10] = { 0xc6, 0x07, 0x01, 0xc3 };

	sleep_ms(answer_ms);
	answer(fd, unique, 0, content, in->size < sizeof(content) ? in->size : sizeof(content));
}

static void answer_open(int fd, uint64_t unique)
{
	static bool is_open;
	struct fuse_open_out out = { 0 };

	if (!opens_once || !is_open)
		answer(fd, unique, 0, &out, sizeof(out));
	is_open = true;
}

static void answer_request(int fd, const struct fuse_in_header *in)
{
	struct fuse_attr_out attr = { .attr_valid = VALID_S, .attr = attributes(in->nodeid) };

	switch (in->opcode) {
	case FUSE_INIT: answer_init(fd, in->unique); break;
	case FUSE_LOOKUP: answer_lookup(fd, in->unique, (const char *)(in + 1)); break;
	case FUSE_GETATTR: answer(fd, in->unique, 0, &attr, sizeof(attr)); break;
	case FUSE_OPEN: answer_open(fd, in->unique); break;
	case FUSE_READ: answer_read(fd, in->unique, (const void *)(in + 1)); break;
	case FUSE_RELEASE:
	case FUSE_FLUSH: answer(fd, in->unique, 0, NULL, 0); break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET: break; /* have no answer */
	default: answer(fd, in->unique, ENOSYS, NULL, 0);
	}
}

/* Until it is unmounted. */
static void __attribute__((noreturn)) serve(int fd)
{
	static char in[REQUEST];
	ssize_t n;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	do {
		n = read(fd, in, sizeof(in));
		if (n >= (ssize_t)sizeof(struct fuse_in_header))
			answer_request(fd, (const struct fuse_in_header *)in);
	} while (n > 0 || errno == EINTR || errno == ENOENT);
	_exit(EXIT_SUCCESS);
}

static void undo_mount(const char *path, const char *value)
{
	(void)value;
	umount2(path, MNT_DETACH);
	rmdir(path);
}

static int mount_it(char *dir)
{
	char options[128];
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		skip("/dev/fuse: %s", strerror(errno));
	if (!mkdtemp(dir))
		fail("%s: %s", dir, strerror(errno));
	at_cleanup(undo_mount, dir, NULL);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40755,user_id=%u,group_id=%u", fd,
		 getuid(), getgid());
	if (mount("faulttrace-slow", dir, "fuse", MS_NOSUID | MS_NODEV, options))
		skip("cannot mount a FUSE file system: %s", strerror(errno));
	return fd;
}

static void fault_in_code(const char *file)
{
	char *p = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	((void (*)(char *))file)(p);
}

static pthread_barrier_t ready;

/* Both at the same page at a time. */
static void *reader(void *range)
{
	char *p = range;

	for (size_t i = 0; i < PAGES; i++) {
		pthread_barrier_wait(&ready);
		measured_read(p + i * file_window(), 1, file_window());
	}
	return NULL;
}

static void read_by(unsigned int threads, char *p)
{
	pthread_t other;

	pthread_barrier_init(&ready, NULL, threads);
	if (threads > 1 && pthread_create(&other, NULL, reader, p))
		fail("cannot start a thread");
	reader(p);
	if (threads > 1)
		pthread_join(other, NULL);
}

int main(int argc, char **argv)
{
	bool two = argc == 2 && !strcmp(argv[1], "-2");
	char dir[] = "/tmp/faulttrace-fuse-XXXXXX", path[64];
	int fuse, fd;
	char *p;

	workload_begin("fuse_slow");
	opens_once = argc == 2 && !strcmp(argv[1], "-o");
	if (two)
		answer_ms = MEET_MS;
	fuse = mount_it(dir);
	if (fork() == 0)
		serve(fuse);
	close(fuse);
	snprintf(path, sizeof(path), "%s/" FILE_NAME, dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	p = map_range(PAGES * file_window(), PROT_READ | (opens_once ? PROT_EXEC : 0), MAP_SHARED,
		      fd);
	close(fd);
	if (madvise(p, PAGES * file_window(), MADV_RANDOM))
		fail("MADV_RANDOM: %s", strerror(errno));
	read_by(two ? 2 : 1, p);
	if (opens_once) {
		fault_in_code(p);
		sleep_ms(HOLD_MS);
	}
	expect((struct expectation) { .kind = "file",
				      .access = "read",
				      .major = two ? MAJOR_DIFFERS : "true",
				      .name = path,
				      .count = PAGES,
				      .at_least = two });
	return report("pages of a FUSE file system that takes 5 ms to answer");
}
