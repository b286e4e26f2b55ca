/* SPDX-License-Identifier: GPL-2.0-only */
/* A pattern and a thread's name: the matcher of the kernel half agrees with the definition. */
#include "../../bpf/contract/glob.h"
#include "fuzz.h"

/* reached[i]: the pattern's first i bytes match all of the text until here. */
static bool defined(const char *pattern, size_t len, const char *text)
{
	bool reached[FT_COMM_LEN + 1] = { true };

	for (size_t i = 0; i < len && pattern[i] == '*'; i++)
		reached[i + 1] = true;
	for (size_t at = 0; at < FT_COMM_LEN && text[at]; at++) {
		bool next[FT_COMM_LEN + 1] = { false };

		for (size_t i = 0; i < len; i++) {
			if (pattern[i] == '*')
				next[i + 1] = next[i] || reached[i + 1] || reached[i];
			else
				next[i + 1] =
					reached[i] && (pattern[i] == '?' || pattern[i] == text[at]);
		}
		memcpy(reached, next, sizeof(reached));
	}
	return reached[len];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	char pattern[FT_COMM_LEN] = { 0 }, text[FT_COMM_LEN] = { 0 };

	input__text(&input, pattern, sizeof(pattern));
	input__text(&input, text, sizeof(text));
	/* The last byte, which is no NUL if they have 16. */
	pattern[FT_COMM_LEN - 1] =
		(char)(strlen(pattern) == FT_COMM_LEN - 1 ? input__u8(&input) : 0);
	text[FT_COMM_LEN - 1] = (char)(strlen(text) == FT_COMM_LEN - 1 ? input__u8(&input) : 0);
	EXPECT(!!ft_glob(pattern, text) ==
	       defined(pattern, strnlen(pattern, sizeof(pattern)), text));
	return 0;
}
