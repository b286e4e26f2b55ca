/* SPDX-License-Identifier: GPL-2.0-only */
/* Any words, each of which ends with a NUL, as a command line. */
#include "../../src/commands/commands.h"
#include "check_text.h"

#define WORDS_MAX 24

/* What was printed while a stream was a file in memory. */
struct capture {
	FILE **stream;
	FILE *saved;
	struct buf text;
};

static void capture__begin(struct capture *capture, FILE **stream)
{
	*capture = (struct capture) { .stream = stream, .saved = *stream };
	fflush(*stream);
	*stream = open_memstream(&capture->text.data, &capture->text.len);
	EXPECT(*stream);
}

static void capture__end(struct capture *capture)
{
	fclose(*capture->stream);
	*capture->stream = capture->saved;
	check_lines(&capture->text, false);
	buf__free(&capture->text);
}

static void check(const struct options *opts)
{
	EXPECT(opts->command && opts->format && opts->plan);
	EXPECT(opts->max_rows && opts->filter.sample);
	EXPECT(!(opts->ring_bytes & (opts->ring_bytes - 1)));
	for (size_t i = 0; i < opts->target.nr_ids; i++)
		EXPECT(opts->target.ids[i] > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	char *words[WORDS_MAX + 2] = { strdup("faulttrace") }, *argv[WORDS_MAX + 2];
	struct capture out, err;
	struct options opts;
	int argc = 1, status = -1, ret;

	while (argc <= WORDS_MAX && input__left(&input))
		words[argc++] = input__string(&input);
	/* getopt changes the order. */
	memcpy(argv, words, sizeof(argv));
	capture__begin(&out, &stdout);
	capture__begin(&err, &stderr);
	ret = options__parse(&opts, all_commands, argc, argv, &status);
	capture__end(&err);
	capture__end(&out);
	if (ret)
		EXPECT(status == 0 || status == 2);
	else
		check(&opts);
	if (!ret)
		options__free(&opts);
	for (int i = 0; i < argc; i++)
		free(words[i]);
	return 0;
}
