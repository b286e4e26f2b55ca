/* SPDX-License-Identifier: GPL-2.0-only */
#include "command_line.h"

#include <stdio.h>
#include <string.h>

#define COMMAND_LINE_MAX 4096

/* Adds a word as a shell takes it. */
static void add_word(struct buf *text, const char *word)
{
	if (*word && !strpbrk(word, " \t\n\"'\\$`*?[]{}~!;&|<>()#")) {
		buf__adds(text, word);
		return;
	}
	buf__addc(text, '\'');
	for (; *word; word++)
		if (*word == '\'')
			buf__adds(text, "'\\''");
		else
			buf__addc(text, *word);
	buf__addc(text, '\'');
}

void command_line__read(struct buf *text)
{
	char words[COMMAND_LINE_MAX] = "";
	FILE *file = fopen("/proc/self/cmdline", "re");
	size_t len = file ? fread(words, 1, sizeof(words) - 1, file) : 0;

	for (size_t i = 0; i < len; i += strlen(words + i) + 1) {
		if (i)
			buf__addc(text, ' ');
		add_word(text, words + i);
	}
	buf__addc(text, '\0');
	if (file)
		fclose(file);
}
