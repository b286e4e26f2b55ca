/* SPDX-License-Identifier: GPL-2.0-only */
#include "cold_start.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/intern.h"
#include "../base/log.h"
#include "../base/path.h"
#include "evict.h"

#define INTERPRETERS_MAX 4 /* of a script whose interpreter is a script, as in the kernel */

struct files {
	struct intern paths;
	bool as_root;
};

/* Finds the program as execvp(3) does. */
static bool find_program(const char *name, char *path)
{
	const char *dirs = getenv("PATH");

	if (strchr(name, '/'))
		return realpath(name, path);
	for (size_t n; dirs && *dirs; dirs += n + (dirs[n] == ':')) {
		char candidate[PATH_MAX];

		n = strcspn(dirs, ":");
		snprintf(candidate, sizeof(candidate), "%.*s/%s", (int)n, n ? dirs : ".", name);
		if (!access(candidate, X_OK) && realpath(candidate, path))
			return true;
	}
	return false;
}

static void add_file(struct files *files, const char *path)
{
	char real[PATH_MAX];

	if (realpath(path, real))
		intern__add_text(&files->paths, real);
}

/* Adds the path of a line "	libc.so.6 => /lib/libc.so.6 (0x7f..)", or without "=>". */
static void add_library(void *ctx, char *line)
{
	char *path = strchr(line, '/');

	if (!path)
		return;
	path[strcspn(path, " \n")] = '\0';
	add_file(ctx, path);
}

/* Reads the path of the program's loader. False: it has none, or is no 64-bit ELF file. */
static bool read_loader(int fd, char *loader)
{
	Elf64_Ehdr elf;
	Elf64_Phdr part;

	if (pread(fd, &elf, sizeof(elf), 0) != sizeof(elf) ||
	    memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 || elf.e_ident[EI_CLASS] != ELFCLASS64)
		return false;
	for (unsigned int i = 0; i < elf.e_phnum; i++) {
		off_t at = (off_t)(elf.e_phoff + (uint64_t)i * sizeof(part));

		if (pread(fd, &part, sizeof(part), at) != sizeof(part))
			return false;
		if (part.p_type == PT_INTERP && part.p_filesz < PATH_MAX) {
			ssize_t n = pread(fd, loader, part.p_filesz, (off_t)part.p_offset);

			loader[n > 0 ? n : 0] = '\0';
			return n > 0;
		}
	}
	return false;
}

/* "#!/bin/sh -e": as in the kernel, all that follows the interpreter is one argument. */
struct script {
	char line[256];
	char *interpreter;
	char *argument;
};

static bool read_script(int fd, struct script *script)
{
	char *line = script->line, *end;
	ssize_t n = pread(fd, line, sizeof(script->line) - 1, 0);

	if (n < 3 || line[0] != '#' || line[1] != '!')
		return false;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	script->interpreter = line + 2 + strspn(line + 2, " \t");
	end = script->interpreter + strcspn(script->interpreter, " \t");
	script->argument = *end ? end + 1 : end;
	*end = '\0';
	return *script->interpreter;
}

static bool is_env(const char *path)
{
	return !strcmp(path_last(path), "env");
}

/* The program that env(1) would run: perl for "-S VAR=value perl -w". NULL: none. */
static const char *env_program(char *argument)
{
	char *rest;

	for (char *word = strtok_r(argument, " \t", &rest); word;
	     word = strtok_r(NULL, " \t", &rest))
		if (*word != '-' && !strchr(word, '='))
			return word;
	return NULL;
}

static int add_program(struct files *files, const char *path, int depth);

static int add_script(struct files *files, const char *path, struct script *script, int depth)
{
	int err = add_program(files, script->interpreter, depth), failed = 0;
	char found[PATH_MAX];
	const char *name;

	if (!is_env(script->interpreter))
		return err;
	name = env_program(script->argument);
	if (name && find_program(name, found))
		failed = add_program(files, found, depth);
	else
		log_note("what env runs for %s is not found, and was not evicted", path);
	return err ? err : failed;
}

/* Adds a program, its loader, and the libraries that --list of the loader (glibc, musl) prints. */
static int add_program(struct files *files, const char *path, int depth)
{
	int fd __cleanup_close = open(path, O_RDONLY | O_CLOEXEC);
	char loader[PATH_MAX];
	struct script script;

	if (fd < 0)
		return -errno;
	add_file(files, path);
	if (read_loader(fd, loader)) {
		char list[] = "--list", program[PATH_MAX];
		char *argv[] = { loader, list, program, NULL };

		snprintf(program, sizeof(program), "%s", path);
		add_file(files, loader);
		return child__read_lines(argv, files->as_root, add_library, files);
	}
	if (depth == INTERPRETERS_MAX || !read_script(fd, &script))
		return 0;
	return add_script(files, path, &script, depth + 1);
}

static void evict(struct session *session, const char *path)
{
	struct eviction file = { .path = path };
	int err = evict_file(&file);

	format__show_map(session->format, evicted, &file);
	if (err)
		log_note("%s was not evicted: %s", path, file.error);
	else if (file.left == MAP_UNKNOWN)
		log_note("what is left of %s in the page cache is unknown", path);
	else if (file.left)
		log_note("%lu of %lu KiB of %s stay in the page cache: others have them mapped",
			 file.left / 1024, file.cached / 1024, path);
}

void cold_start(struct session *session)
{
	struct files files = { .as_root = session->opts->target.as_root };
	const char *name = session->opts->target.argv[0];
	char path[PATH_MAX];
	int err = find_program(name, path) ? add_program(&files, path, 0) : 0;

	if (err)
		log_note("the libraries of %s are not all known: %s", name, strerror(-err));
	for (uint32_t i = 0; i < files.paths.nr; i++)
		evict(session, intern__get(&files.paths, i));
	intern__free(&files.paths);
}
