/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that are written: who may read them, and what others may have put in their place. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/base/output.h"
#include "../../src/base/sudo_user.h"
#include "../../src/base/whole_file.h"
#include "test.h"

#define STRANGER 54321
#define CALLER	 54322

static char folder[] = "/tmp/test_output.XXXXXX";

static void make(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
	      !fchmod(fd, mode));
	close(fd);
}

static const char *content(const char *name)
{
	static char text[64];
	int fd = open(name, O_RDONLY | O_NOFOLLOW);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static struct stat stat_of(const char *name)
{
	struct stat st = { 0 };

	CHECK(!lstat(name, &st));
	return st;
}

/* Writes a word to the file. 0, or -errno of the open. */
static int put(const char *path)
{
	struct output out;
	int err = output__open(&out, path);

	if (err)
		return err;
	buf__adds(&out.buf, "new");
	output__flush(&out);
	CHECK(!out.error);
	CHECK(!output__close(&out));
	return 0;
}

static void empty_folder(void)
{
	CHECK(!system("rm -rf ./* ./.faulttrace*"));
}

static void test_new(void)
{
	mode_t before = umask(0);
	struct output out;

	CHECK_EQ(output__open(&out, "file"), 0);
	CHECK_EQ(stat_of("file").st_mode & 07777, 0600);
	CHECK(fcntl(out.fd, F_GETFD) & FD_CLOEXEC);
	CHECK_EQ(output__close(&out), 0);
	umask(before);
	CHECK_EQ(put("missing/file"), -ENOENT);
	CHECK_EQ(put("file/file"), -ENOTDIR);
	CHECK_EQ(put("."), -EISDIR);
	CHECK_EQ(put("./"), -EISDIR);
	CHECK_EQ(put(""), -ENOENT);
	test_done("a new file is its owner's alone");
}

static void test_existing(void)
{
	struct stat before;

	make("file", "something longer", 0644);
	before = stat_of("file");
	CHECK_EQ(put("file"), 0);
	CHECK_STR(content("file"), "new");
	CHECK_EQ(stat_of("file").st_ino, before.st_ino);
	CHECK_EQ(stat_of("file").st_mode & 07777, 0644);
	test_done("an existing file is overwritten, and stays whose it is");
}

static void test_links(void)
{
	make("target", "precious", 0644);
	CHECK(!symlink("target", "link") && !symlink("nothing", "dangling"));
	CHECK_EQ(put("link"), -ELOOP);
	CHECK_STR(content("target"), "precious");
	CHECK_EQ(put("dangling"), -ELOOP);
	CHECK(access("nothing", F_OK));
	/* Only the last part: the folder is the user's choice. */
	CHECK(!mkdir("real", 0755) && !symlink("real", "alias"));
	CHECK_EQ(put("alias/file"), 0);
	CHECK_STR(content("real/file"), "new");
	test_done("a symbolic link is not followed");
}

static void test_fifo(void)
{
	struct output out;
	char text[4] = "";
	int reader;

	CHECK(!mkfifo("fifo", 0600));
	alarm(10);
	CHECK_EQ(put("fifo"), -ENXIO);
	reader = open("fifo", O_RDONLY | O_NONBLOCK);
	CHECK_EQ(output__open(&out, "fifo"), 0);
	CHECK_EQ(fcntl(out.fd, F_GETFL) & O_NONBLOCK, 0);
	CHECK_EQ(output__close(&out), 0);
	CHECK_EQ(put("fifo"), 0);
	CHECK_EQ(read(reader, text, sizeof(text)), 3);
	CHECK_EQ(memcmp(text, "new", 3), 0);
	close(reader);
	alarm(0);
	test_done("a FIFO is not waited for, and written as a pipe is");
}

static void test_devices(void)
{
	CHECK_EQ(put("/dev/null"), 0);
	test_done("/dev/null is written");
}

/* Makes a path of a descriptor, and writes there. */
static int put_to(const char *how, int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "%s%d", how, fd);
	return put(path);
}

static void test_descriptors(void)
{
	char text[8] = "";
	int ends[2], fd;

	CHECK(!pipe(ends));
	CHECK_EQ(put_to("/dev/fd/", ends[1]), 0);
	CHECK_EQ(put_to("/proc/self/fd/", ends[1]), 0);
	CHECK_EQ(read(ends[0], text, sizeof(text)), 6);
	CHECK_EQ(put_to("/dev/fd/", ends[0]), -EBADF);
	CHECK_EQ(fcntl(ends[1], F_SETFD, FD_CLOEXEC), 0);
	CHECK_EQ(put_to("/dev/fd/", ends[1]), -EBADF);
	close(ends[0]);
	close(ends[1]);
	CHECK_EQ(put_to("/dev/fd/", ends[1]), -EBADF);
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	CHECK_EQ(put_to("/dev/fd/", ends[1]), 0);
	CHECK_EQ(read(ends[0], text, sizeof(text)), 3);
	close(ends[0]);
	close(ends[1]);

	make("file", "before ", 0644);
	fd = open("file", O_WRONLY | O_APPEND);
	CHECK_EQ(put_to("/dev/fd/", fd), 0);
	CHECK_STR(content("file"), "before new");
	close(fd);
	/* Another process's descriptors are links as others are. */
	CHECK_EQ(put("/proc/1/fd/1") < 0, true);
	test_done("descriptors that we were started with have names in /dev and /proc");
}

static void test_stdout_by_name(void)
{
	int saved = dup(STDOUT_FILENO), fd = open("file", O_WRONLY | O_CREAT, 0600);

	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	CHECK_EQ(put("/dev/stdout"), 0);
	CHECK_EQ(put("-"), 0);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fd);
	CHECK_STR(content("file"), "newnew");
	test_done("/dev/stdout is standard output");
}

/* ---- Where others may write ----------------------------------------------------------------- */

/* As /tmp is. */
static void make_common_folder(const char *name)
{
	CHECK(!mkdir(name, 0700) && !chmod(name, 01777));
}

static void test_common_folder(void)
{
	make_common_folder("common");
	make("common/own", "old", 0644);
	CHECK_EQ(put("common/own"), 0);
	CHECK_EQ(put("common/new"), 0);
	make("elsewhere", "precious", 0644);
	CHECK(!link("elsewhere", "common/linked"));
	CHECK_EQ(put("common/linked"), -EPERM);
	CHECK_STR(content("elsewhere"), "precious");
	CHECK(!mkdir("private", 0755) && !link("elsewhere", "private/linked"));
	CHECK_EQ(put("private/linked"), 0);
	test_done("in a folder for everybody, a file with two names is refused");
}

static void test_strangers(void)
{
	static const char name[] = "in a folder for everybody, a stranger's file is refused";
	struct whole_file file;
	int reader;

	if (geteuid() != 0) {
		test_skip(name, "takes root to make one");
		return;
	}
	make_common_folder("common");
	make("common/file", "bait", 0666);
	CHECK(!chown("common/file", STRANGER, STRANGER));
	CHECK_EQ(put("common/file"), -EPERM);
	CHECK_EQ(whole_file__open(&file, "common/file"), -EPERM);
	CHECK_STR(content("common/file"), "bait");
	CHECK(!mkfifo("common/fifo", 0666) && !chown("common/fifo", STRANGER, STRANGER));
	reader = open("common/fifo", O_RDONLY | O_NONBLOCK);
	CHECK_EQ(put("common/fifo"), -EPERM);
	close(reader);
	/* In the stranger's own folder it is what the user has asked for. */
	CHECK(!mkdir("theirs", 0755));
	make("theirs/file", "old", 0644);
	CHECK(!chown("theirs/file", STRANGER, STRANGER));
	CHECK_EQ(put("theirs/file"), 0);
	CHECK_EQ(stat_of("theirs/file").st_uid, STRANGER);
	test_done(name);
}

static void set_ids(const char *uid, const char *gid)
{
	uid ? setenv("SUDO_UID", uid, 1) : unsetenv("SUDO_UID");
	gid ? setenv("SUDO_GID", gid, 1) : unsetenv("SUDO_GID");
}

static void test_sudo_user(void)
{
	static const struct {
		const char *uid, *gid;
		int found;
	} cases[] = {
		{ NULL, NULL, 0 },	   { NULL, "1000", 0 },
		{ "0", NULL, 0 },	   { "1000", "1001", 1 },
		{ "1000", NULL, -EINVAL }, { "1000", "", -EINVAL },
		{ "1000", "x", -EINVAL },  { "1000", "4294967295", -EINVAL },
		{ "", "1000", -EINVAL },   { "1000x", "1000", -EINVAL },
		{ "-1", "1000", -EINVAL }, { "18446744073709551617", "1", -EINVAL },
	};
	struct sudo_user user;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		set_ids(cases[i].uid, cases[i].gid);
		CHECK_EQ(sudo_user__get(&user), geteuid() ? 0 : cases[i].found);
	}
	set_ids("1000", "1001");
	if (sudo_user__get(&user) > 0) {
		CHECK_EQ(user.uid, 1000);
		CHECK_EQ(user.gid, 1001);
	}
	set_ids(NULL, NULL);
	test_done("who called sudo");
}

static int put_whole(const char *path, const char *text)
{
	struct buf bytes = { 0 };
	struct whole_file file;
	int err = whole_file__open(&file, path);

	if (err)
		return err;
	buf__adds(&bytes, text);
	err = whole_file__write(&file, &bytes);
	whole_file__close(&file);
	buf__free(&bytes);
	return err;
}

static void test_files_under_sudo(void)
{
	static const char name[] = "under sudo, new files are the caller's";

	if (geteuid() != 0) {
		test_skip(name, "takes root to give files away");
		return;
	}
	set_ids("54322", "54322");
	CHECK_EQ(put("file"), 0);
	CHECK_EQ(put_whole("whole", "new"), 0);
	CHECK_EQ(stat_of("file").st_uid, CALLER);
	CHECK_EQ(stat_of("file").st_gid, CALLER);
	CHECK_EQ(stat_of("whole").st_uid, CALLER);
	CHECK_EQ(stat_of("whole").st_mode & 07777, 0600);
	/* An existing one stays root's; and in a folder for everybody the caller's is no stranger's. */
	make("roots", "old", 0640);
	CHECK_EQ(put("roots"), 0);
	CHECK_EQ(put_whole("roots", "new"), 0);
	CHECK_EQ(stat_of("roots").st_uid, 0);
	CHECK_EQ(stat_of("roots").st_mode & 07777, 0640);
	make_common_folder("common");
	CHECK_EQ(put("common/file"), 0);
	CHECK_EQ(stat_of("common/file").st_uid, CALLER);
	CHECK_EQ(put("common/file"), 0);
	CHECK_EQ(put_whole("common/file", "new"), 0);
	CHECK_EQ(stat_of("common/file").st_uid, CALLER);
	set_ids("54322", NULL);
	CHECK_EQ(put("other"), 0);
	CHECK_EQ(stat_of("other").st_uid, 0);
	set_ids(NULL, NULL);
	test_done(name);
}

/* ---- Whole files ---------------------------------------------------------------------------- */

/* How many files there are, hidden ones too. */
static int count_files(void)
{
	FILE *f = popen("ls -A | wc -l", "r");
	int nr = -1;

	CHECK(f && fscanf(f, "%d", &nr) == 1);
	pclose(f);
	return nr;
}

static void test_whole(void)
{
	struct buf bytes = { 0 };
	struct whole_file file;

	CHECK_EQ(whole_file__open(&file, "new"), 0);
	CHECK_EQ(count_files(), 0);
	whole_file__close(&file);
	make("old", "old", 0644);
	CHECK_EQ(whole_file__open(&file, "old"), 0);
	CHECK_STR(content("old"), "old");
	CHECK_EQ(count_files(), 1);
	buf__adds(&bytes, "new");
	CHECK_EQ(whole_file__write(&file, &bytes), 0);
	CHECK_STR(content("old"), "new");
	CHECK_EQ(stat_of("old").st_mode & 07777, 0644);
	CHECK_EQ(count_files(), 1);
	whole_file__close(&file);
	buf__free(&bytes);
	CHECK_EQ(put_whole("missing/file", ""), -ENOENT);
	CHECK_EQ(put_whole(".", ""), -EISDIR);
	test_done("a whole file replaces what was there when it is complete");
}

/* A limit on the size of files stops a write in its midst, as a full disk does. */
static void test_half_a_file(void)
{
	const struct rlimit small = { 4096, RLIM_INFINITY },
			    none = { RLIM_INFINITY, RLIM_INFINITY };
	static char much[8192];

	memset(much, 'x', sizeof(much) - 1);
	signal(SIGXFSZ, SIG_IGN);
	make("old", "old", 0644);
	CHECK(!setrlimit(RLIMIT_FSIZE, &small));
	CHECK_EQ(put_whole("old", much), -EFBIG);
	CHECK_EQ(put_whole("new", much), -EFBIG);
	CHECK(!setrlimit(RLIMIT_FSIZE, &none));
	CHECK_STR(content("old"), "old");
	CHECK_EQ(count_files(), 1);
	test_done("a write that fails leaves what was there, and nothing else");
}

static void test_swapped(void)
{
	struct buf bytes = { 0 };
	struct whole_file file;

	buf__adds(&bytes, "new");
	/* The folder is moved away, and another one put in its place. */
	CHECK(!mkdir("folder", 0755));
	CHECK_EQ(whole_file__open(&file, "folder/file"), 0);
	CHECK(!rename("folder", "moved") && !mkdir("folder", 0755));
	CHECK_EQ(whole_file__write(&file, &bytes), 0);
	whole_file__close(&file);
	CHECK_STR(content("moved/file"), "new");
	CHECK(access("folder/file", F_OK));
	/* The file becomes a link: it is replaced, and not followed. */
	make("target", "precious", 0644);
	CHECK_EQ(whole_file__open(&file, "file"), 0);
	CHECK(!symlink("target", "file"));
	CHECK_EQ(whole_file__write(&file, &bytes), 0);
	whole_file__close(&file);
	CHECK_STR(content("target"), "precious");
	CHECK_STR(content("file"), "new");
	CHECK(!symlink("target", "link"));
	CHECK_EQ(put_whole("link", "new"), -ELOOP);
	CHECK_STR(content("target"), "precious");
	buf__free(&bytes);
	test_done("what changes between the check and the write leads nowhere else");
}

static void test_not_replaced(void)
{
	char text[8] = "";
	int ends[2];
	char path[64];

	CHECK(!pipe(ends));
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[1]);
	CHECK_EQ(put_whole(path, "new"), 0);
	CHECK_EQ(read(ends[0], text, sizeof(text)), 3);
	close(ends[0]);
	close(ends[1]);
	CHECK_EQ(put_whole("/dev/null", "new"), 0);
	CHECK_EQ(S_ISCHR(stat_of("/dev/null").st_mode), 1);
	alarm(10);
	CHECK(!mkfifo("fifo", 0600));
	CHECK_EQ(put_whole("fifo", "new"), -ENXIO);
	ends[0] = open("fifo", O_RDONLY | O_NONBLOCK);
	CHECK_EQ(put_whole("fifo", "new"), 0);
	CHECK_EQ(read(ends[0], text, sizeof(text)), 3);
	CHECK_EQ(S_ISFIFO(stat_of("fifo").st_mode), 1);
	close(ends[0]);
	alarm(0);
	test_done("what cannot be replaced is written directly");
}

int main(void)
{
	static void (*const tests[])(void) = {
		test_new,
		test_existing,
		test_links,
		test_fifo,
		test_devices,
		test_descriptors,
		test_stdout_by_name,
		test_common_folder,
		test_strangers,
		test_sudo_user,
		test_files_under_sudo,
		test_whole,
		test_half_a_file,
		test_swapped,
		test_not_replaced,
	};

	set_ids(NULL, NULL);
	if (!mkdtemp(folder) || chdir(folder))
		return 1;
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		tests[i]();
		empty_folder();
	}
	if (chdir("/") || rmdir(folder))
		return 1;
	return test_status();
}
