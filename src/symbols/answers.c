/* SPDX-License-Identifier: GPL-2.0-only */
#include "answers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/array.h"
#include "contents.h"
#include "demangle.h"

/* More than the tracer's caches have together: programs, and perf maps of processes. */
#define FILES_MAX 1024

struct answers {
	struct contents **files;
	size_t nr, size;
	size_t last; /* the one that was found last: often the next one, too */
	char plain[TEXT_MAX + 1];
	char text[TEXT_MAX + 1];
};

/* A question that is being answered. */
struct asked {
	struct answers *answers;
	const struct question *question;
	int fd;			   /* -1: none came with it, or it was taken */
	struct contents *contents; /* NULL: no such file was loaded */
	struct answer head;
	struct buf *ret; /* what follows the head is added to it */
};

struct answers *answers__new(void)
{
	return calloc(1, sizeof(struct answers));
}

static void free_file(struct contents *contents)
{
	contents__free(contents);
	free(contents);
}

void answers__free(struct answers *answers)
{
	if (!answers)
		return;
	for (size_t i = 0; i < answers->nr; i++)
		free_file(answers->files[i]);
	free(answers->files);
	free(answers);
}

static struct contents *find(struct answers *answers, uint64_t id)
{
	if (answers->last < answers->nr && answers->files[answers->last]->id == id)
		return answers->files[answers->last];
	for (size_t i = 0; i < answers->nr; i++)
		if (answers->files[i]->id == id) {
			answers->last = i;
			return answers->files[i];
		}
	return NULL;
}

static struct contents *add(struct answers *answers, uint64_t id)
{
	struct contents **files, *file;

	if (answers->nr == FILES_MAX)
		return NULL;
	files = array_reserve(answers->files, answers->nr, &answers->size, sizeof(*files));
	if (!files)
		return NULL;
	answers->files = files;
	file = calloc(1, sizeof(*file));
	if (!file)
		return NULL;
	file->id = id;
	file->fd = -1;
	answers->last = answers->nr;
	files[answers->nr++] = file;
	/* cppcheck-suppress memleak ; the array has it */
	return file;
}

static void forget(struct answers *answers, struct contents *contents)
{
	for (size_t i = 0; i < answers->nr; i++)
		if (answers->files[i] == contents) {
			answers->files[i] = answers->files[--answers->nr];
			free_file(contents);
			return;
		}
}

static int take_fd(struct asked *asked)
{
	int fd = asked->fd;

	asked->fd = -1;
	return fd;
}

static void say(const struct asked *asked, const void *bytes, size_t len)
{
	buf__add(asked->ret, bytes, len);
}

static void need(struct asked *asked, enum purpose purpose)
{
	if (!asked->contents->tried[purpose])
		asked->head.needs |= 1U << purpose;
}

/* ---- Each type of question ------------------------------------------------------------------ */

static int load(struct asked *asked)
{
	struct elf_segment *segments = NULL;
	struct loaded loaded;
	int err;

	if (asked->contents)
		forget(asked->answers, asked->contents);
	asked->contents = add(asked->answers, asked->question->id);
	if (!asked->contents)
		return -ENOMEM;
	err = contents__load(asked->contents, take_fd(asked), &loaded, &segments);
	if (!err) {
		say(asked, &loaded, sizeof(loaded));
		say(asked, segments, loaded.nr_segments * sizeof(*segments));
		need(asked, FOR_SYMBOLS);
	} else {
		forget(asked->answers, asked->contents);
		asked->contents = NULL;
	}
	free(segments);
	return err;
}

static int offer(struct asked *asked)
{
	bool is_none = asked->fd < 0;

	if (asked->question->purpose >= PURPOSES)
		return -EINVAL;
	return contents__offer(asked->contents, asked->question->purpose, take_fd(asked)) || is_none
		       ? 0
		       : -ENOENT;
}

/* A readable name: demangled, of a program's symbol without its version. */
static const char *readable(struct answers *answers, const char *name, bool is_versioned)
{
	size_t len = strnlen(name, TEXT_MAX);

	memcpy(answers->plain, name, len);
	answers->plain[len] = '\0';
	if (is_versioned)
		answers->plain[strcspn(answers->plain, "@")] = '\0';
	return demangle(answers->plain, answers->text, sizeof(answers->text)) ? answers->text
									      : answers->plain;
}

static int name(struct asked *asked)
{
	struct contents *contents = asked->contents;
	bool is_program = contents->fd >= 0;
	const struct symbol_table *table = is_program ? &contents->table : &contents->jit.table;
	const struct symbol_entry *entry = symbol_table__find(table, asked->question->address);
	struct found_name found = { 0 };
	const char *text;

	if (!entry)
		return -ENOENT;
	text = readable(asked->answers, symbol_table__name(table, entry), is_program);
	found.start = entry->start;
	found.len = (uint32_t)strlen(text) + 1;
	say(asked, &found, sizeof(found));
	say(asked, text, found.len);
	return 0;
}

static void say_line(const struct asked *asked, const struct source_frame *frame)
{
	const char *function = frame->function, *file = frame->file;
	struct found_line found = { .line = frame->line };
	char *text = asked->answers->text;

	if (!demangle(function, text, TEXT_MAX + 1)) {
		size_t len = strnlen(function, TEXT_MAX);

		memcpy(text, function, len);
		text[len] = '\0';
	}
	/* A path that long leads nowhere. */
	if (strnlen(file, TEXT_MAX + 1) > TEXT_MAX)
		file = "";
	found.function_len = (uint32_t)strlen(text) + 1;
	found.file_len = (uint32_t)strlen(file) + 1;
	say(asked, &found, sizeof(found));
	say(asked, text, found.function_len);
	say(asked, file, found.file_len);
}

static int lines(struct asked *asked)
{
	struct source_frame frames[LINES_MAX];
	size_t nr;

	if (!contents__has_lines(asked->contents)) {
		need(asked, FOR_LINES);
		return 0;
	}
	nr = asked->contents->lines
		     ? source_lines__find(asked->contents->lines, asked->question->address, frames,
					  LINES_MAX)
		     : 0;
	for (size_t i = 0; i < nr; i++)
		say_line(asked, &frames[i]);
	return 0;
}

static int row(struct asked *asked)
{
	struct found_row found = { .budget = asked->question->budget };

	found.is_found = contents__find_row(asked->contents, asked->question->address,
					    &found.budget, &found.row);
	if (!found.is_found)
		need(asked, FOR_FRAMES);
	say(asked, &found, sizeof(found));
	return 0;
}

static int read_jit(struct asked *asked)
{
	struct jit_read read = { 0 };
	int fd = take_fd(asked), err;

	if (!asked->contents)
		asked->contents = add(asked->answers, asked->question->id);
	err = asked->contents ? jit_names__read(&asked->contents->jit, fd) : -ENOMEM;
	if (fd >= 0)
		close(fd);
	if (err)
		return err;
	read.read_bytes = asked->contents->jit.read_bytes;
	say(asked, &read, sizeof(read));
	return 0;
}

static int forget_all(struct asked *asked)
{
	forget(asked->answers, asked->contents);
	asked->contents = NULL;
	return 0;
}

static int forget_lines(struct asked *asked)
{
	contents__forget_lines(asked->contents);
	return 0;
}

static const struct {
	int (*answer)(struct asked *asked);
	bool may_be_new; /* the file need not be loaded yet */
} types[QUESTION_TYPES] = {
	[ASK_LOAD] = { load, true },	      [ASK_OFFER] = { offer, false },
	[ASK_NAME] = { name, false },	      [ASK_LINES] = { lines, false },
	[ASK_ROW] = { row, false },	      [ASK_READ_JIT] = { read_jit, true },
	[ASK_FORGET] = { forget_all, false }, [ASK_FORGET_LINES] = { forget_lines, false },
};

void answers__give(struct answers *answers, const struct question *question, int fd,
		   struct buf *ret)
{
	struct asked asked = {
		.answers = answers,
		.question = question,
		.fd = fd,
		.contents = find(answers, question->id),
		.ret = ret,
		.head.err = -EINVAL,
	};

	ret->len = 0;
	say(&asked, &asked.head, sizeof(asked.head));
	if (question->type < QUESTION_TYPES &&
	    !(asked.contents || types[question->type].may_be_new))
		asked.head.err = -ESTALE;
	else if (question->type < QUESTION_TYPES)
		asked.head.err = types[question->type].answer(&asked);
	if (asked.fd >= 0)
		close(asked.fd);
	if (asked.contents) {
		asked.head.bytes = contents__bytes(asked.contents);
		asked.head.line_bytes = source_lines__bytes(asked.contents->lines);
	}
	if (ret->len > ANSWER_MAX)
		asked.head.err = -EMSGSIZE;
	if (asked.head.err)
		ret->len = sizeof(asked.head);
	memcpy(ret->data, &asked.head, sizeof(asked.head));
}
