/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hands each file of the given folders to a harness, once: without a fuzzer. Prints one line.
 */
#include <dirent.h>

#include "fuzz.h"

#define INPUT_MAX (64u << 10)

static size_t replay_file(const char *folder, const char *name)
{
	static uint8_t bytes[INPUT_MAX];
	char path[4096];
	uint8_t *input;
	size_t size;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "r");
	if (!f)
		return 0;
	size = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	/* Shown by the sanitizers' reports: the last one is the input that failed. */
	fprintf(stderr, "# %s\n", path);
	input = malloc(size ? size : 1);
	if (!input)
		abort();
	memcpy(input, bytes, size);
	LLVMFuzzerTestOneInput(input, size);
	free(input);
	return 1;
}

static size_t replay_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	size_t nr = 0;

	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			nr += replay_file(path, entry->d_name);
	if (folder)
		closedir(folder);
	return nr;
}

int main(int argc, char **argv)
{
	size_t nr = 0;

	for (int i = 1; i < argc; i++)
		nr += replay_folder(argv[i]);
	printf("%s - %zu inputs\n", nr ? "ok" : "not ok", nr);
	return !nr;
}
