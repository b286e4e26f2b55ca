/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs are built here in many ways and started; they say where their
 * functions and variables are, and what is found there must be these. What nm and
 * addr2line say about files is compared, too.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../src/host/maps.h"
#include "../../src/symbols/symbols.h"
#include "programs.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static struct symbols *symbols;

static bool write_file(const char *path, const char *bytes, size_t size)
{
	FILE *f = fopen(path, "w");
	bool ok = f && fwrite(bytes, 1, size, f) == size;

	return f && !fclose(f) && ok;
}

static const char *text_of(const struct symbol *symbol)
{
	static struct buf text;

	text.len = 0;
	symbol_text(symbol, &text);
	buf__addc(&text, '\0');
	return text.data;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- Ourselves ------------------------------------------------------------------------------ */

static void find_own(const void *address, bool is_code, struct symbol *ret)
{
	struct symbol_request request = {
		.pid = getpid(),
		.address = (uintptr_t)address,
		.is_code = is_code,
	};

	symbols__find(symbols, &request, ret);
}

static int own_zeroed[3 * 4096];
static int own_data[100] = { 1 };

static void test_ourselves(void)
{
	const struct {
		const void *address;
		const char *want;
		bool is_code;
	} cases[] = {
		{ (char *)find_own + 7, "find_own+0x7", true },
		{ (char *)symbols__find + 1, "symbols__find+0x1", true },
		{ (char *)own_data + 20, "own_data+0x14", false },
		{ (char *)own_zeroed + 2 * sizeof(int) * 4096, "own_zeroed+0x8000", false },
		{ NULL, "", true },
		{ &symbol_text + 1000000000000, "", true },
	};
	char *heap = malloc(1 << 20);
	struct symbol symbol;

	for (size_t i = 0; i < NR(cases); i++) {
		find_own(cases[i].address, cases[i].is_code, &symbol);
		CHECK_STR(text_of(&symbol), cases[i].want);
		CHECK_STR(last_part(symbol.module), *cases[i].want ? "test_symbols" : "");
	}
	find_own(heap, false, &symbol);
	CHECK_STR(symbol.name, "");
	CHECK_STR(symbol.module, "");
	find_own(&symbol, false, &symbol);
	CHECK_STR(text_of(&symbol), "");
	free(heap);
	test_done("ourselves");
}

static void test_libraries(void)
{
	static const char *const libc_names[] = { "qsort", "fopen", "environ", "malloc" };
	static const char *const vdso_names[] = { "__vdso_gettimeofday", "__vdso_time" };
	void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	void *vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);
	struct symbol symbol;

	CHECK(libc != NULL);
	for (size_t i = 0; libc && i < NR(libc_names); i++) {
		const char *address = dlsym(libc, libc_names[i]);

		find_own(address + 3, true, &symbol);
		CHECK(strstr(symbol.name, libc_names[i]) != NULL);
		CHECK_EQ(symbol.offset, 3);
		CHECK_STR(last_part(symbol.module), "libc.so.6");
	}
	for (size_t i = 0; vdso && i < NR(vdso_names); i++) {
		const char *address = dlsym(vdso, vdso_names[i]);

		find_own(address + 1, true, &symbol);
		CHECK_STR(symbol.module, "[vdso]");
		CHECK_EQ(symbol.offset, 1);
		CHECK(strstr(vdso_names[i], symbol.name) != NULL && *symbol.name);
	}
	test_done("libraries and the vdso");
}

/* ---- Programs -------------------------------------------------------------------------------- */

struct program {
	int pid;
	int input;
	FILE *output;
};

static bool start(struct program *ret, const char *path, const char *argument)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		return false;
	/* Returns here only when the program runs, so that its file can be removed. */
	ret->pid = vfork();
	if (ret->pid == 0) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		execl(path, path, argument, NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	ret->input = to[1];
	ret->output = fdopen(from[0], "r");
	return ret->pid > 0;
}

static void stop(struct program *program)
{
	close(program->input);
	fclose(program->output);
	waitpid(program->pid, NULL, 0);
}

/* Which of a program's symbols can be found at all. */
enum known { KNOWN_ALL, KNOWN_EXPORTED, KNOWN_NONE };

/* One line of what the program says; false at its end. */
static bool next_said(struct program *program, char *name, uint64_t *address, unsigned int *offset)
{
	char line[512];
	uint64_t start;

	if (!fgets(line, sizeof(line), program->output))
		return false;
	/* Names have spaces in them. */
	for (int spaces = 0, i = (int)strlen(line); i > 0; i--)
		if (line[i] == ' ' && ++spaces == 2) {
			snprintf(name, 256, "%.*s", i, line);
			if (sscanf(line + i, " %" SCNx64 " %u", &start, offset) != 2)
				return false;
			*address = start + *offset;
			return strcmp(name, "end") != 0;
		}
	return false;
}

/* Do our answers, for this process, agree with what it says? The number of its lines. */
static int compare(struct program *program, int pid, enum known known, const char *module)
{
	char name[256];
	struct symbol_request request = { .pid = pid };
	unsigned int offset;
	int nr = 0;

	while (next_said(program, name, &request.address, &offset)) {
		bool is_exported = !strncmp(name, "exported_", 9);
		struct symbol symbol;

		request.is_code = true;
		symbols__find(symbols, &request, &symbol);
		if (known == KNOWN_ALL || (known == KNOWN_EXPORTED && is_exported)) {
			CHECK_STR(symbol.name, name);
			CHECK_EQ(symbol.offset, offset);
		} else if (strcmp(name, "main") != 0) {
			CHECK_STR(symbol.name, "");
		}
		CHECK_STR(last_part(symbol.module), module);
		CHECK(symbol.has_module_address || !strcmp(module, "[jit]"));
		nr++;
	}
	return nr;
}

static const char build_c[] = "cc -g -O1 -o %s %s/symbols.c %s";
static const char by_link[] =
	"objcopy --only-keep-debug x x.debug && strip x && objcopy --add-gnu-debuglink=x.debug x";

static const struct {
	const char *name;
	const char *flags;
	const char *then; /* with the program x, in its directory */
	enum known known;
	const char *needs; /* a program besides those of binutils; NULL: none */
} ways[] = {
	{ "PIE", "-pie -fPIE", "true", KNOWN_ALL, NULL },
	{ "no PIE", "-no-pie -fno-pie", "true", KNOWN_ALL, NULL },
	{ "static", "-static", "true", KNOWN_ALL, NULL },
	{ "static PIE", "-static-pie -fPIE", "true", KNOWN_ALL, NULL },
	{ "separate code", "-Wl,-z,separate-code", "true", KNOWN_ALL, NULL },
	{ "no separate code", "-Wl,-z,noseparate-code -Wl,-z,norelro", "true", KNOWN_ALL, NULL },
	{ "large alignment", "-Wl,-z,max-page-size=0x200000", "true", KNOWN_ALL, NULL },
	{ "stripped", "", "strip x", KNOWN_NONE, NULL },
	{ "stripped, exported symbols", "-rdynamic", "strip x", KNOWN_EXPORTED, NULL },
	{ "debug link", "-Wl,--build-id=none", by_link, KNOWN_ALL, NULL },
	{ "debug link and build id", "-Wl,--build-id=sha1", by_link, KNOWN_ALL, NULL },
	{ "debug link into .debug", "",
	  "objcopy --only-keep-debug x x.debug && strip x && objcopy --add-gnu-debuglink=x.debug x "
	  "&& mkdir -p .debug && mv x.debug .debug",
	  KNOWN_ALL, NULL },
	{ "debug link, wrong checksum", "-Wl,--build-id=none",
	  "objcopy --only-keep-debug x x.debug && strip x && objcopy --add-gnu-debuglink=x.debug x "
	  "&& echo >>x.debug",
	  KNOWN_NONE, NULL },
	{ "debug link, wrong build id", "-Wl,--build-id=0x12345678",
	  "objcopy --only-keep-debug x x.debug && strip x && objcopy --add-gnu-debuglink=x.debug x "
	  "&& objcopy --update-section .note.gnu.build-id=/dev/null x.debug 2>/dev/null; "
	  "objcopy --remove-section .note.gnu.build-id x.debug",
	  KNOWN_NONE, NULL },
	{ "symbols compressed inside", "",
	  "cp x mini && strip --strip-debug mini && objcopy --only-keep-debug mini && strip x && "
	  "xz -k mini && objcopy --add-section .gnu_debugdata=mini.xz x",
	  KNOWN_ALL, "xz" },
};

static void test_way(size_t i)
{
	struct program program;
	char path[64];

	CHECK(run("mkdir way%zu", i));
	snprintf(path, sizeof(path), "way%zu/x", i);
	if (!CHECK(run(build_c, path, fixtures, ways[i].flags)) ||
	    !CHECK(run("cd way%zu && { %s; }", i, ways[i].then)))
		return;
	snprintf(path, sizeof(path), "%s/way%zu/x", work, i);
	if (!CHECK(start(&program, path, NULL)))
		return;
	CHECK_EQ(compare(&program, program.pid, ways[i].known, "x"), 8);
	stop(&program);
}

static void test_programs(void)
{
	for (size_t i = 0; i < NR(ways); i++) {
		if (ways[i].needs && !is_there(ways[i].needs)) {
			test_skip(ways[i].name, "a program that it is made with is not installed");
			continue;
		}
		test_way(i);
		test_done(ways[i].name);
	}
}

/* Where the memory at the address begins, and the code below it: what a tracer knows. */
static void capture_code_below(struct symbol_request *request)
{
	char path[32], line[PATH_MAX + 128];
	struct mapping mapping;

	snprintf(path, sizeof(path), "/proc/%d/maps", request->pid);
	FILE *maps = fopen(path, "r");

	while (maps && fgets(line, sizeof(line), maps) && !maps__parse_line(line, &mapping) &&
	       mapping.vma.start <= request->address) {
		request->memory = mapping.vma.start;
		if (!(mapping.vma.facts & FT_VMA_EXEC))
			continue;
		request->mapping.vma = mapping.vma;
	}
	fclose(maps);
}

static void compare_zeroed(const char *path)
{
	struct symbol_request request = { 0 };
	char name[256] = "";
	struct program program;
	struct symbol symbol;
	unsigned int offset;

	if (!CHECK(start(&program, path, NULL)))
		return;
	while (strcmp(name, "large_bss") != 0 &&
	       CHECK(next_said(&program, name, &request.address, &offset)))
		continue;
	request.pid = program.pid;
	capture_code_below(&request);
	symbols__find(symbols, &request, &symbol);
	CHECK_STR(symbol.name, "large_bss");
	CHECK_EQ(symbol.offset, offset);
	/* Other memory, where it once was. */
	request.memory += 4096;
	symbols__find(symbols, &request, &symbol);
	CHECK_STR(symbol.name, "");
	stop(&program);
}

static void test_zeroed(void)
{
	char path[64];

	for (size_t i = 0; i < NR(ways); i++) {
		snprintf(path, sizeof(path), "%s/way%zu/x", work, i);
		if (ways[i].known == KNOWN_ALL && !access(path, X_OK))
			compare_zeroed(path);
	}
	snprintf(path, sizeof(path), "%s/lld", work);
	if (!access(path, X_OK))
		compare_zeroed(path);
	test_done("zeroed data, by the code below it");
}

static void test_other_linker(void)
{
	struct program program;
	char path[64];

	if (!is_there("clang") || !is_there("ld.lld")) {
		test_skip("lld", "no clang or ld.lld");
		return;
	}
	CHECK(run("clang -fuse-ld=lld -O1 -o lld %s/symbols.c", fixtures));
	snprintf(path, sizeof(path), "%s/lld", work);
	CHECK(start(&program, path, NULL));
	CHECK_EQ(compare(&program, program.pid, KNOWN_ALL, "lld"), 8);
	stop(&program);
	test_done("lld");
}

static void test_cplusplus(void)
{
	struct program program;
	char path[64];

	if (!is_there("c++")) {
		test_skip("C++", "no C++ compiler");
		return;
	}
	CHECK(run("c++ -g -O1 -o cplusplus %s/symbols.cc", fixtures));
	snprintf(path, sizeof(path), "%s/cplusplus", work);
	CHECK(start(&program, path, NULL));
	CHECK_EQ(compare(&program, program.pid, KNOWN_ALL, "cplusplus"), 3);
	stop(&program);
	test_done("C++");
}

/* The program that runs is meant, not what has its name now. */
static void test_deleted_and_replaced(void)
{
	static const char *const then[] = {
		"rm gone",
		"mv gone gone.old && cp /bin/true gone",
		"rm gone && mkfifo gone",
	};
	static const char *const modules[] = { "gone (deleted)", "gone.old", "gone (deleted)" };

	for (size_t i = 0; i < NR(then); i++) {
		struct program program;
		char path[64];

		CHECK(run("rm -rf gone gone.old && cp way0/x gone"));
		snprintf(path, sizeof(path), "%s/gone", work);
		CHECK(start(&program, path, NULL));
		CHECK(run("%s", then[i]));
		CHECK_EQ(compare(&program, program.pid, KNOWN_ALL, modules[i]), 8);
		stop(&program);
	}
	test_done("deleted and replaced programs");
}

/* There is no other way to it than map_files, for which not everybody is allowed. */
static void test_deleted_library(void)
{
	char path[PATH_MAX];
	struct symbol symbol;
	char *function;
	void *library;

	CHECK(run("cc -shared -fPIC -O1 -o library.so %s/symbols.c", fixtures));
	snprintf(path, sizeof(path), "%s/library.so", work);
	library = dlopen(path, RTLD_NOW);
	function = library ? dlsym(library, "exported_function") : NULL;
	if (!CHECK(function != NULL))
		return;
	CHECK(run("rm library.so && cp way0/x library.so"));
	usleep(10000);
	find_own(function + 5, true, &symbol);
	if (geteuid() == 0)
		CHECK_STR(text_of(&symbol), "exported_function+0x5");
	else
		CHECK(!strncmp(text_of(&symbol), "library.so (deleted)+0x", 23));
	CHECK_STR(last_part(symbol.module), "library.so (deleted)");
	dlclose(library);
	test_done("a deleted library");
}

/* Fills in what a tracer knows of the mapping at that address. */
static void capture(struct symbol_request *request, struct mapping *mapping)
{
	CHECK_EQ(maps__query(request->pid, request->address, mapping), 0);
	request->mapping.vma = mapping->vma;
	request->mapping.name = mapping->name;
}

/* Asked about only when it is over; and then its file has become another one. */
static void test_ended_process(void)
{
	struct mapping mapping;
	struct program program;
	struct symbol symbol;
	char path[64], name[256];
	unsigned int offset;

	for (int replaced = 0; replaced < 2; replaced++) {
		struct symbol_request request = { .is_code = true };

		CHECK(run("rm -f ended && cp way0/x ended"));
		snprintf(path, sizeof(path), "%s/ended", work);
		CHECK(start(&program, path, NULL));
		CHECK(next_said(&program, name, &request.address, &offset));
		request.pid = program.pid;
		capture(&request, &mapping);
		stop(&program);
		if (replaced)
			CHECK(run("cp way1/x other && mv other ended"));
		symbols__find(symbols, &request, &symbol);
		CHECK_STR(symbol.name, replaced ? "" : name);
		CHECK_STR(last_part(symbol.module), "ended");
		CHECK_EQ(symbol.has_module_address, !replaced);
		/* Without the file, where it was in it. */
		CHECK_EQ(symbol.has_file_offset, replaced);
		CHECK(!replaced || symbol.file_offset == request.address -
								 request.mapping.vma.start +
								 request.mapping.vma.offset);
		CHECK(!strncmp(text_of(&symbol), replaced ? "ended+0x" : "exported_function+0x9",
			       8));
	}
	test_done("a process that has ended");
}

/* Asks for the function that the program told first, again after more than a second. */
static void check_kept(const char *then, bool ends, const char *what)
{
	struct symbol_request request = { .is_code = true };
	char path[64], name[256] = "";
	struct mapping mapping;
	struct program program;
	struct symbol symbol;
	uint64_t module_id;
	unsigned int offset;

	CHECK(run("rm -f kept* && cp way0/x kept"));
	snprintf(path, sizeof(path), "%s/kept", work);
	if (!CHECK(start(&program, path, NULL)))
		return;
	CHECK(next_said(&program, name, &request.address, &offset));
	request.pid = program.pid;
	capture(&request, &mapping);
	symbols__find(symbols, &request, &symbol);
	CHECK_STR(symbol.name, name);
	module_id = symbol.module_id;
	CHECK(run("%s", then));
	if (ends)
		stop(&program);
	usleep(1100000);
	symbols__find(symbols, &request, &symbol);
	CHECK_STR(symbol.name, name);
	CHECK_EQ(symbol.module_id, module_id);
	if (!ends)
		stop(&program);
	test_done(what);
}

static void test_kept(void)
{
	check_kept("chmod 700 kept && ln kept kept2 && mv kept kept3", false,
		   "a program that was protected and moved");
	check_kept("rm kept", false, "a program that was deleted meanwhile");
	check_kept("rm kept", true, "a program that was deleted, and has ended");
	check_kept("touch kept && rm kept", true, "a program that changed, and cannot be read");
}

/* ---- Code made at run time, and containers --------------------------------------------------- */

/* On a busy machine the file is not read again so soon. */
static void find_in_time(const struct symbol_request *request, const char *name, struct symbol *ret)
{
	int tries = 0;

	do {
		usleep(10000);
		symbols__find(symbols, request, ret);
	} while (!!strcmp(ret->name, name) && ++tries < 1000);
}

/* Another user cannot tell root what its code is called. */
static void check_map_owner(const char *path, struct symbol_request *request)
{
	request->is_code = true;
	request->address += 0x100;
	for (int own = 0; own < 2; own++) {
		struct symbol symbol;
		FILE *map = fopen(path, "a");

		CHECK(map && fprintf(map, "%" PRIx64 " 10 whose\n", request->address) > 0);
		fclose(map);
		CHECK_EQ(chown(path, own ? 0 : 65534, (gid_t)-1), 0);
		find_in_time(request, own ? "whose" : "", &symbol);
		CHECK_STR(symbol.name, own ? "whose" : "");
	}
}

static void test_jit(void)
{
	struct symbol_request request = { .is_code = true };
	struct program program;
	struct symbol symbol;
	char path[64], name[256];
	unsigned int offset;
	FILE *map;
	int nr = 0;

	snprintf(path, sizeof(path), "%s/way0/x", work);
	CHECK(start(&program, path, "jit"));
	request.pid = program.pid;
	while (next_said(&program, name, &request.address, &offset)) {
		symbols__find(symbols, &request, &symbol);
		if (++nr <= 8)
			continue; /* not the JIT's */
		CHECK(!strncmp(symbol.name, name, strlen(name)));
		CHECK_EQ(symbol.offset, offset);
		CHECK_STR(symbol.module, "[jit]");
	}
	CHECK_EQ(nr, 11);

	/* Where two overlap, the later one. A line that is not there yet; then half; then there. */
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", program.pid);
	request.address += 0x200;
	for (int step = 0; step < 3; step++) {
		static const char *const wants[] = { "", "", "added" };

		map = fopen(path, "a");
		CHECK(map != NULL);
		if (step == 1)
			fprintf(map, "%" PRIx64 " 10 ad", request.address);
		else if (step == 2)
			fprintf(map, "ded\n");
		fclose(map);
		find_in_time(&request, wants[step], &symbol);
		CHECK_STR(symbol.name, wants[step]);
	}
	request.is_code = false;
	symbols__find(symbols, &request, &symbol);
	CHECK_STR(symbol.name, "");
	if (geteuid() == 0)
		check_map_owner(path, &request);
	unlink(path);
	stop(&program);
	test_done("code made at run time");
}

struct late_name {
	char name[256];
	uint64_t address;
	unsigned int offset;
};

/* Those in code made at run time, which have none as long as the program runs. */
static size_t ask_too_early(struct program *program, int pid, struct late_name *names, size_t max)
{
	struct symbol_request request = { .pid = pid, .is_code = true };
	size_t nr = 0, skipped = 0;

	while (nr < max &&
	       next_said(program, names[nr].name, &names[nr].address, &names[nr].offset)) {
		struct symbol symbol;

		if (skipped++ < 8)
			continue;
		request.address = names[nr++].address;
		symbols__find(symbols, &request, &symbol);
		CHECK_STR(symbol.name, "");
	}
	CHECK_EQ(nr, 3);
	return nr;
}

/* When the program has ended, and its file system with it. */
static void ask_late(int pid, const struct late_name *names, size_t nr, bool is_believed)
{
	usleep(10000);
	for (size_t i = 0; i < nr; i++) {
		struct symbol symbol;

		bool found = symbols__find_jit(symbols, pid, names[i].address, &symbol);

		CHECK_EQ(found, is_believed);
		if (!found)
			continue;
		CHECK(!strncmp(symbol.name, names[i].name, strlen(names[i].name)));
		CHECK_EQ(symbol.offset, names[i].offset);
	}
	CHECK(!symbols__find_jit(symbols, pid, names[0].address + 0x10000, NULL));
}

static void test_late_jit(void)
{
	for (int own = geteuid() != 0; own < 2; own++) {
		struct late_name names[3];
		struct program program;
		char path[64];
		size_t nr;

		snprintf(path, sizeof(path), "%s/way0/x", work);
		CHECK(start(&program, path, "late"));
		nr = ask_too_early(&program, program.pid, names, NR(names));
		stop(&program);
		snprintf(path, sizeof(path), "/tmp/perf-%d.map", program.pid);
		if (!own)
			CHECK_EQ(chown(path, 65534, (gid_t)-1), 0);
		ask_late(program.pid, names, nr, own);
		unlink(path);
	}
	test_done("names that come when the process ends");
}

/* As user 0 of namespaces of its own; false if that is not allowed here. */
static bool enter_container(void)
{
	char users[64], groups[64];

	snprintf(users, sizeof(users), "0 %u 1", getuid());
	snprintf(groups, sizeof(groups), "0 %u 1", getgid());
	return !unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) &&
	       write_file("/proc/self/uid_map", users, strlen(users)) &&
	       write_file("/proc/self/setgroups", "deny", 4) &&
	       write_file("/proc/self/gid_map", groups, strlen(groups)) &&
	       !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

/* Process 1 there: runs a copy that exists nowhere else, with a /tmp of its own. */
static void run_inside(const char *argument)
{
	if (!mount("none", "/mnt", "tmpfs", 0, NULL) && run("cp way0/x /mnt/inside") &&
	    !mount("none", "/tmp", "tmpfs", 0, NULL))
		execl("/mnt/inside", "inside", argument, NULL);
	_exit(1);
}

/* The pid, here, of what runs inside; 0 if containers are not allowed. */
static int start_container(struct program *ret, const char *argument)
{
	int to[2], from[2], said[2], pid = 0;

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC) || pipe2(said, O_CLOEXEC))
		return 0;
	ret->pid = fork();
	if (ret->pid == 0) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		close(to[1]);
		if (enter_container() && !(pid = fork()))
			run_inside(argument);
		if (pid > 0 && write(said[1], &pid, sizeof(pid)) > 0) {
			close(said[1]);
			close(1);
			waitpid(pid, NULL, 0);
		}
		_exit(0);
	}
	close(said[1]);
	close(to[0]);
	close(from[1]);
	if (read(said[0], &pid, sizeof(pid)) != sizeof(pid))
		pid = 0;
	close(said[0]);
	ret->input = to[1];
	ret->output = fdopen(from[0], "r");
	return pid;
}

static void test_container(void)
{
	struct program program;
	struct symbol_request request;
	char name[256];
	unsigned int offset;
	int pid = start_container(&program, "jit"), nr = 0;

	if (!pid) {
		stop(&program);
		test_skip("a container", "no user namespaces here");
		return;
	}
	request = (struct symbol_request) { .pid = pid, .is_code = true };
	while (next_said(&program, name, &request.address, &offset)) {
		struct symbol symbol;

		symbols__find(symbols, &request, &symbol);
		CHECK(!strncmp(symbol.name, name, strlen(name)));
		CHECK_EQ(symbol.offset, offset);
		CHECK_STR(symbol.module, nr++ < 8 ? "/mnt/inside" : "[jit]");
	}
	CHECK_EQ(nr, 11);
	stop(&program);
	test_done("a container");
}

static void test_late_container(void)
{
	struct program program;
	struct late_name names[3];
	int pid = start_container(&program, "late");
	size_t nr;

	if (!pid) {
		stop(&program);
		test_skip("a container that ends", "no user namespaces here");
		return;
	}
	nr = ask_too_early(&program, pid, names, NR(names));
	stop(&program);
	ask_late(pid, names, nr, true);
	test_done("a container that ends");
}

/* ---- Against nm and addr2line ---------------------------------------------------------------- */

/* A file as a program would have it mapped, although nothing in it ever runs. */
struct mapped {
	char *start;
	size_t size;
	struct mapping mapping;
};

/* And a request about it, still without an address. */
static bool map_file(struct mapped *ret, const char *path, struct symbol_request *request)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat))
		return false;
	ret->size = (size_t)stat.st_size;
	ret->start = mmap(NULL, ret->size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (ret->start == MAP_FAILED)
		return false;
	*request = (struct symbol_request) {
		.pid = getpid(),
		.address = (uintptr_t)ret->start,
		.is_code = true,
	};
	capture(request, &ret->mapping);
	return true;
}

/* Where an address of the ELF file is in the file, by readelf's word; 0: nowhere. */
static uint64_t file_offset(const char *path, uint64_t address)
{
	static char cached_path[PATH_MAX];
	static struct {
		uint64_t offset, address, size;
	} loads[16];
	static size_t nr;
	char command[PATH_MAX + 64];

	if (strcmp(path, cached_path) != 0) {
		snprintf(cached_path, sizeof(cached_path), "%s", path);
		snprintf(command, sizeof(command), "readelf -lW %s | grep LOAD", path);
		FILE *f = popen(command, "r");

		for (nr = 0; nr < NR(loads) &&
			     fscanf(f, " LOAD %" SCNx64 " %" SCNx64 " %*x %" SCNx64 "%*[^\n]",
				    &loads[nr].offset, &loads[nr].address, &loads[nr].size) == 3;)
			nr++;
		pclose(f);
	}
	for (size_t i = 0; i < nr; i++)
		if (address - loads[i].address < loads[i].size)
			return loads[i].offset + (address - loads[i].address);
	return 0;
}

/*
 * Each symbol that nm tells is found in its middle: the same one, another name of
 * it, or one inside of it.
 */
static void compare_with_nm(const char *path, const char *options, unsigned int one_in)
{
	struct symbol_request request;
	char command[PATH_MAX + 64], name[4096], type;
	uint64_t start, size;
	struct mapped mapped;
	int nr = 0, nr_same = 0;

	if (!CHECK(map_file(&mapped, path, &request)))
		return;
	snprintf(command, sizeof(command),
		 "nm -S --defined-only %s %s | awk 'NF == 4 && NR %% %u == 0'", options, path,
		 one_in);
	FILE *f = popen(command, "r");

	while (fscanf(f, " %" SCNx64 " %" SCNx64 " %c %4095s", &start, &size, &type, name) == 4) {
		uint64_t offset = file_offset(path, start + size / 2);
		struct symbol symbol;

		if (!strchr("tTwWdDrRvVu", type) || !size || !offset)
			continue;
		request.address = (uintptr_t)mapped.start + offset;
		symbols__find(symbols, &request, &symbol);
		CHECK_EQ(symbol.module_address, start + size / 2);
		nr_same += CHECK(symbol.offset <= size / 2 && *symbol.name) &&
			   symbol.offset == size / 2;
		nr++;
	}
	pclose(f);
	munmap(mapped.start, mapped.size);
	printf("# %s: %d symbols, %d start where nm says\n", path, nr, nr_same);
	CHECK(nr >= 100);
	CHECK(nr_same * 100 >= nr * 99);
}

static void test_agrees_with_nm(void)
{
	char own[PATH_MAX], libc[PATH_MAX];
	struct symbol symbol;
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);

	own[n > 0 ? n : 0] = '\0';
	compare_with_nm(own, "", 3);
	find_own(dlsym(dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), "qsort"), true, &symbol);
	snprintf(libc, sizeof(libc), "%s", symbol.module);
	compare_with_nm(libc, "-D", 5);
	test_done("nm says the same");
}

/* "FUNCTION FILE:LINE " of each that is inlined there. */
static void ask_addr2line(const char *path, uint64_t address, struct buf *ret)
{
	char command[PATH_MAX + 64], function[512], place[1024];

	snprintf(command, sizeof(command), "addr2line -sif -e %s %" PRIx64, path, address);
	FILE *f = popen(command, "r");

	ret->len = 0;
	while (fscanf(f, " %511[^\n] %1023[^\n]", function, place) == 2) {
		place[strcspn(place, " ")] = '\0'; /* "(discriminator 2)" */
		buf__addf(ret, "%s %s ", function, place);
	}
	buf__addc(ret, '\0');
	pclose(f);
}

static const struct inlined_frames *find_inlined(const struct symbol_request *request)
{
	struct symbol symbol;

	symbols__find(symbols, request, &symbol);
	return symbols__find_inlined(symbols, request->pid, symbol.module_id,
				     symbol.module_address);
}

static void ask_us(const struct symbol_request *request, struct buf *ret)
{
	const struct inlined_frames *inlined = find_inlined(request);

	ret->len = 0;
	for (size_t i = 0; inlined && i < inlined->nr; i++)
		buf__addf(ret, "%s %s:%u ", inlined->frames[i].function,
			  last_part(inlined->frames[i].file), inlined->frames[i].line);
	buf__addc(ret, '\0');
}

static void test_agrees_with_addr2line(const char *program, const char *name)
{
	static const char *const functions[] = { "exported_function", "local_function", "main",
						 "wait_for_end" };
	struct symbol_request request;
	struct buf theirs = { 0 }, ours = { 0 };
	char path[PATH_MAX];
	struct mapped mapped;
	int nr = 0, nr_inlined = 0;

	snprintf(path, sizeof(path), "%s/%s", work, program);
	CHECK(map_file(&mapped, path, &request));
	for (size_t i = 0; i < NR(functions); i++) {
		char command[PATH_MAX + 64];
		uint64_t start, size;

		snprintf(command, sizeof(command), "nm -S %s | grep ' %s$'", path, functions[i]);
		FILE *f = popen(command, "r");

		if (fscanf(f, "%" SCNx64 " %" SCNx64, &start, &size) != 2)
			size = 0;
		pclose(f);
		for (uint64_t address = start; size && address < start + size; address += 5) {
			ask_addr2line(path, address, &theirs);
			request.address = (uintptr_t)mapped.start + file_offset(path, address);
			ask_us(&request, &ours);
			CHECK_STR(ours.data, theirs.data);
			nr++;
			nr_inlined += !strncmp(ours.data, "innermost ", 10);
		}
	}
	printf("# %d addresses, %d of them inlined twice\n", nr, nr_inlined);
	CHECK(nr > 20 && nr_inlined > 2);
	munmap(mapped.start, mapped.size);
	buf__free(&theirs);
	buf__free(&ours);
	test_done(name);
}

/* What compilers and linkers can make of the same debug information. */
static void test_debug_builds(void)
{
	static const char *const flags[] = { "-gz", "-gdwarf-4 -gz=zlib-gnu",
					     "-gdwarf-4 -fdebug-types-section" };

	for (size_t i = 0; i < NR(flags); i++) {
		char path[64], name[128];

		snprintf(path, sizeof(path), "lines%zu", i);
		snprintf(name, sizeof(name), "addr2line says the same: %s", flags[i]);
		CHECK(run(build_c, path, fixtures, flags[i]));
		test_agrees_with_addr2line(path, name);
	}
}

/* ---- Files that are not what they should be -------------------------------------------------- */

/* Where a linker puts the code of a small program. */
#define CODE_AT	  0x1000
#define CODE_SIZE 0x500

/* All that can be asked about such a file; false if it cannot even be mapped. */
static void ask_everything(const char *path, unsigned long long *random)
{
	struct symbol_request request;
	struct mapped mapped;
	struct symbol symbol;

	if (!map_file(&mapped, path, &request))
		return;
	for (int i = 0; i < 20; i++) {
		*random ^= *random << 13, *random ^= *random >> 7, *random ^= *random << 17;
		request.is_code = i & 1;
		request.address =
			(uintptr_t)mapped.start +
			(request.is_code ? CODE_AT + *random % CODE_SIZE : *random % mapped.size);
		symbols__find(symbols, &request, &symbol);
		CHECK(strlen(symbol.name) < 100000 && strlen(symbol.module) < PATH_MAX);
		find_inlined(&request);
	}
	munmap(mapped.start, mapped.size);
}

/* A few bytes are wrong: half of the time in the first or last kilobyte, where the headers are. */
static void damage(char *bytes, size_t size, unsigned long long *random)
{
	for (int i = 0; i < 8; i++) {
		size_t at;

		*random ^= *random << 13, *random ^= *random >> 7, *random ^= *random << 17;
		at = *random % size;
		if (*random >> 40 & 1)
			at = *random >> 41 & 1 ? at % 1024 : size - 1 - at % 2600;
		bytes[at] = (char)(*random >> 42 & 1 ? *random >> 48 : 0xff);
	}
}

/* FUZZ_ROUNDS= in the environment asks for more of them. */
static void test_damaged(const char *program, int rounds, const char *name)
{
	unsigned long long random = (unsigned long long)time(NULL) * 2654435761ULL | 1;
	const char *more = getenv("FUZZ_ROUNDS");
	struct symbol_request request;
	char path[PATH_MAX];
	struct mapped whole;

	snprintf(path, sizeof(path), "%s/%s", work, program);
	if (access(path, F_OK)) {
		test_skip(name, "a program that it is made with is not installed");
		return;
	}
	if (!CHECK(map_file(&whole, path, &request)))
		return;
	printf("# seed %llu\n", random);
	snprintf(path, sizeof(path), "%s/damaged", work);
	char *bytes = malloc(whole.size);

	rounds = more ? atoi(more) : rounds;
	for (int i = 0; i < rounds; i++) {
		size_t size = i % 4 ? whole.size : random % whole.size + 1;

		unlink(path);
		memcpy(bytes, whole.start, whole.size);
		if (i % 4 || i & 8)
			damage(bytes, whole.size, &random);
		CHECK(write_file(path, bytes, size));
		ask_everything(path, &random);
	}
	free(bytes);
	munmap(whole.start, whole.size);
	test_done(name);
}

/* Neither is a file of another kind a module, nor does one that is rewritten stay what it was. */
static void test_other_files(void)
{
	struct symbol_request request;
	struct mapped mapped;
	struct symbol symbol;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/other_file", work);
	CHECK(write_file(path, "#!/bin/sh\necho not a program\n", 29));
	CHECK(map_file(&mapped, path, &request));
	request.address = (uintptr_t)mapped.start + 3;
	symbols__find(symbols, &request, &symbol);
	CHECK_EQ(symbol.module_id, 0);
	CHECK_STR(text_of(&symbol), "other_file+0x3");
	CHECK(run("sleep 1.1 && cat way0/x >other_file"));
	symbols__find(symbols, &request, &symbol);
	CHECK(symbol.module_id != 0);
	CHECK_STR(last_part(symbol.module), "other_file");
	munmap(mapped.start, mapped.size);
	test_done("other files, and one that changes");
}

/* Many more than are kept at once: none is mistaken for another, and nothing is left open. */
static void test_many_modules(void)
{
	uint64_t start, size;
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "nm -S %s/way0/x | grep ' main$'", work);
	FILE *f = popen(command, "r");

	CHECK_EQ(fscanf(f, "%" SCNx64 " %" SCNx64, &start, &size), 2);
	pclose(f);
	for (int i = 0; i < 300; i++) {
		struct symbol_request request;
		struct mapped mapped;
		struct symbol symbol;
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/many%d", work, i);
		CHECK(run("cp way0/x many%d", i));
		CHECK(map_file(&mapped, path, &request));
		request.address = (uintptr_t)mapped.start + start;
		symbols__find(symbols, &request, &symbol);
		CHECK_STR(symbol.name, "main");
		CHECK_STR(symbol.module, path);
		munmap(mapped.start, mapped.size);
	}
	CHECK(run("test $(ls /proc/%d/fd | wc -l) -lt 300", getpid()));
	test_done("many modules");
}

int main(void)
{
	if (!mkdtemp(work) || symbols__new(&symbols))
		return 1;
	atexit(remove_work);
	find_fixtures();
	test_ourselves();
	test_libraries();
	test_programs();
	test_other_linker();
	test_zeroed();
	test_cplusplus();
	test_deleted_and_replaced();
	test_deleted_library();
	test_ended_process();
	test_kept();
	test_jit();
	test_late_jit();
	test_container();
	test_late_container();
	test_agrees_with_nm();
	test_agrees_with_addr2line("way0/x", "addr2line says the same");
	test_debug_builds();
	test_damaged("way0/x", 400, "damaged programs");
	test_damaged("way14/x", 100, "damaged programs with compressed symbols");
	test_other_files();
	test_many_modules();
	symbols__free(symbols);
	symbols__free(NULL);
	return test_status();
}
