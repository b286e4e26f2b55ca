/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tracer asks the symbolizer, which reads strangers' files in a process of its own, and
 * what that answers. Both are the same program: so messages are structs. Each question has one
 * answer: a struct answer, and what its type is said to add below.
 */
#ifndef SYMBOLS_PROTOCOL_H
#define SYMBOLS_PROTOCOL_H

#include <stdint.h>

#include "elf_image.h"
#include "unwind_row.h"

#define ANSWER_MAX (128UL << 10)
#define TEXT_MAX   4095 /* bytes of a name or a path, without the NUL */
#define LINES_MAX  64	/* functions at one address */

enum question_type {
	ASK_LOAD,     /* with the descriptor of a file: what it is. struct loaded, segments */
	ASK_OFFER,    /* with a debug file: is it the program's? Without one: there is none */
	ASK_NAME,     /* of the symbol at an address. struct found_name, and the name */
	ASK_LINES,    /* struct found_line, function and file of each; innermost first */
	ASK_ROW,      /* struct found_row */
	ASK_READ_JIT, /* with the descriptor of a perf map: reads what was added. struct jit_read */
	ASK_FORGET,   /* frees what was read of a file */
	ASK_FORGET_LINES, /* frees its lines only; ASK_LINES reads them again */
	QUESTION_TYPES,
};

/* What a debug file is needed for. */
enum purpose {
	FOR_SYMBOLS,
	FOR_LINES,
	FOR_FRAMES,
	PURPOSES,
};

struct question {
	uint32_t type;
	uint32_t purpose; /* of ASK_OFFER; else what a debug file may be needed for */
	uint64_t id;	  /* of the file: the tracer chooses it */
	uint64_t address;
	uint32_t budget; /* of ASK_ROW: see cfi__find() */
};

struct answer {
	int32_t err;	     /* 0 or -errno: then nothing follows */
	uint32_t needs;	     /* bit n: first offer a debug file for purpose n, then ask again */
	uint64_t bytes;	     /* of memory that the file takes, without its lines */
	uint64_t line_bytes; /* ... that its lines take */
};

struct loaded {
	uint64_t entry;
	struct build_id build_id;
	struct debug_link link;
	uint32_t nr_segments;
};

struct found_name {
	uint64_t start; /* of the symbol */
	uint32_t len;	/* of the name, with its NUL, which follows */
};

struct found_line {
	uint32_t line;
	uint32_t function_len, file_len; /* of both texts, with their NULs */
};

struct found_row {
	uint32_t budget; /* what is left */
	uint32_t is_found;
	struct unwind_row row;
};

struct jit_read {
	uint64_t read_bytes; /* of the file, so far */
};

#endif /* SYMBOLS_PROTOCOL_H */
