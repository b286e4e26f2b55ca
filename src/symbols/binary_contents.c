/* SPDX-License-Identifier: GPL-2.0-only */
#include "binary_contents.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/log.h"

#define SEGMENTS_MAX 1024

/* Asks about this module, which the symbolizer has loaded. */
static int ask_loaded(struct binary *module, const struct question *question, int fd,
		      unsigned int limit_ms, struct reply *ret)
{
	int err = symbolizer__ask(module->symbolizer, question, fd, limit_ms, ret);

	if (!err) {
		module->bytes = ret->head.bytes;
		module->line_bytes = ret->head.line_bytes;
	}
	return err;
}

/* ---- Debug files ---------------------------------------------------------------------------- */

struct offer {
	struct binary *module;
	enum purpose purpose;
	int err; /* as symbolizer__ask() has it */
};

/* True if nothing more is to be offered. */
static bool offer_file(void *ctx, int fd)
{
	struct offer *offer = ctx;
	const struct question question = {
		.type = ASK_OFFER,
		.purpose = offer->purpose,
		.id = offer->module->serial,
	};
	struct reply reply;

	offer->err = ask_loaded(offer->module, &question, fd, INDEX_MS, &reply);
	return offer->err || !reply.head.err;
}

static int offer_files(struct binary *module, const struct proc_snapshot *process,
		       enum purpose purpose)
{
	int root __cleanup_close = proc_snapshot__open_root(process);
	struct offer offer = { .module = module, .purpose = purpose };

	if (!debug_file__find(&module->names, root, offer_file, &offer))
		offer_file(&offer, -1);
	return offer.err;
}

/* ---- Loading -------------------------------------------------------------------------------- */

static bool are_names_valid(const struct loaded *loaded)
{
	return loaded->build_id.len <= BUILD_ID_MAX &&
	       memchr(loaded->link.name, '\0', sizeof(loaded->link.name)) &&
	       !strchr(loaded->link.name, '/');
}

/* 0, or -EPROTO: no such answer is expected. */
static int learn(struct binary *module, const struct reply *reply)
{
	struct loaded loaded;
	size_t size;

	if (reply->len < sizeof(loaded))
		return -EPROTO;
	memcpy(&loaded, reply->bytes, sizeof(loaded));
	size = loaded.nr_segments * sizeof(*module->segments);
	if (loaded.nr_segments > SEGMENTS_MAX || reply->len != sizeof(loaded) + size ||
	    !are_names_valid(&loaded))
		return -EPROTO;
	module->segments = malloc(size + 1);
	if (!module->segments)
		return -ENOMEM;
	memcpy(module->segments, reply->bytes + sizeof(loaded), size);
	module->nr_segments = loaded.nr_segments;
	module->entry = loaded.entry;
	module->names.build_id = loaded.build_id;
	module->names.link = loaded.link;
	for (size_t i = 0; i < loaded.build_id.len; i++)
		sprintf(module->build_id + 2 * i, "%02x", loaded.build_id.bytes[i]);
	return 0;
}

static int load(struct binary *module, const struct proc_snapshot *process)
{
	const struct question question = { .type = ASK_LOAD, .id = module->serial };
	struct reply reply;
	int err = ask_loaded(module, &question, module->fd, INDEX_MS, &reply);

	if (!err)
		err = reply.head.err;
	/* When it is loaded again, the file is the same as before. */
	if (!err && !module->segments)
		err = learn(module, &reply);
	if (!err)
		module->generation = symbolizer__generation(module->symbolizer);
	if (!err && reply.head.needs & 1U << FOR_SYMBOLS)
		err = offer_files(module, process, FOR_SYMBOLS);
	return err;
}

static void give_up(struct binary *module, enum purpose purpose, int err)
{
	if (!module->has_failed[purpose])
		log_info("%s is not read: %s", module->path,
			 err == -ETIME ? "it takes too long" : "who reads it dies");
	module->has_failed[purpose] = true;
}

/* Loading has failed, without which nothing can be asked. */
static void give_up_all(struct binary *module, int err)
{
	for (unsigned int i = 0; i < PURPOSES; i++)
		give_up(module, i, err);
}

int binary_contents__load(struct binary *module, const struct proc_snapshot *process)
{
	int err = load(module, process);

	/* The symbolizer may have died for another reason than this file. */
	if (err == -EPIPE)
		err = load(module, process);
	if (err == -EPIPE || err == -ETIME) {
		give_up_all(module, err);
		symbolizer__count_failure(module->symbolizer);
	}
	return err;
}

static bool is_loaded(const struct binary *module)
{
	return module->generation == symbolizer__generation(module->symbolizer);
}

void binary_contents__forget(struct binary *module)
{
	const struct question question = { .type = ASK_FORGET, .id = module->serial };
	struct reply reply;

	if (is_loaded(module))
		ask_loaded(module, &question, -1, ANSWER_MS, &reply);
}

/* ---- Asking --------------------------------------------------------------------------------- */

static int ask_once(struct binary *module, const struct proc_snapshot *process,
		    const struct question *question, unsigned int limit_ms, struct reply *ret)
{
	enum purpose purpose = question->purpose;
	int err = is_loaded(module) ? 0 : load(module, process);

	if (!err)
		err = ask_loaded(module, question, -1, limit_ms, ret);
	if (err || !(ret->head.needs & 1U << purpose))
		return err;
	err = offer_files(module, process, purpose);
	return err ? err : ask_loaded(module, question, -1, limit_ms, ret);
}

/*
 * True if there is an answer. If the answer was late, or the symbolizer died twice, the same
 * purpose is not asked for again.
 */
static bool ask(struct binary *module, const struct proc_snapshot *process,
		const struct question *question, unsigned int limit_ms, struct reply *ret)
{
	enum purpose purpose = question->purpose;
	int err = -EPIPE;

	if (module->fd < 0)
		return false;
	for (int tries = 0; tries < 2 && err == -EPIPE && !module->has_failed[purpose]; tries++)
		err = ask_once(module, process, question, limit_ms, ret);
	if (!err)
		return !ret->head.err;
	give_up(module, purpose, err);
	symbolizer__count_failure(module->symbolizer);
	return false;
}

const char *binary__name(struct binary *module, const struct proc_snapshot *process,
			 uint64_t address, uint64_t *start)
{
	const struct question question = {
		.type = ASK_NAME,
		.purpose = FOR_SYMBOLS,
		.id = module->serial,
		.address = address,
	};
	struct reply reply;

	return ask(module, process, &question, ANSWER_MS, &reply) ? reply__name(&reply, start)
								  : NULL;
}

size_t binary__lines(struct binary *module, const struct proc_snapshot *process, uint64_t address,
		     struct source_frame *frames, size_t max)
{
	const struct question question = {
		.type = ASK_LINES,
		.purpose = FOR_LINES,
		.id = module->serial,
		.address = address,
	};
	struct reply reply;

	/* A compilation unit of the program is indexed by the first question for a line of it. */
	return ask(module, process, &question, INDEX_MS, &reply) ? reply__lines(&reply, frames, max)
								 : 0;
}

void binary__forget_lines(struct binary *module)
{
	const struct question question = { .type = ASK_FORGET_LINES, .id = module->serial };
	struct reply reply;

	if (is_loaded(module))
		ask_loaded(module, &question, -1, ANSWER_MS, &reply);
	module->line_bytes = 0;
}

bool binary__find_row(struct binary *module, const struct proc_snapshot *process, uint64_t address,
		      unsigned int *budget, struct unwind_row *row)
{
	const struct question question = {
		.type = ASK_ROW,
		.purpose = FOR_FRAMES,
		.id = module->serial,
		.address = address,
		.budget = *budget,
	};
	struct found_row found;
	struct reply reply;

	/* The first question for a row of this file indexes all rows. */
	if (!ask(module, process, &question, INDEX_MS, &reply) || reply.len != sizeof(found))
		return false;
	memcpy(&found, reply.bytes, sizeof(found));
	if (found.budget < *budget)
		*budget = found.budget;
	if (!found.is_found || !unwind_row__is_valid(&found.row))
		return false;
	*row = found.row;
	return true;
}
