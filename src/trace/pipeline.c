/* SPDX-License-Identifier: GPL-2.0-only */
#include "pipeline.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "../host/maps.h"
#include "names.h"

/* One write(2) for so many bytes, or for what one poll brought. */
#define FLUSH_BYTES (256 * 1024)

struct pipeline {
	struct pipeline_config config;
	struct names *names;
	struct buf out;
	struct run_end sums;
	unsigned long long nr_events;
	bool reader_gone;
	int error;
	struct mapping asked; /* what /proc said, for names that did not come */
};

int pipeline__new(const struct pipeline_config *config, struct pipeline **ret)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	int err = p ? names__new(&p->names) : -ENOMEM;

	if (err) {
		free(p);
		return err;
	}
	p->config = *config;
	*ret = p;
	return 0;
}

void pipeline__free(struct pipeline *p)
{
	if (!p)
		return;
	names__free(p->names);
	buf__free(&p->out);
	free(p);
}

bool pipeline__done(const struct pipeline *p)
{
	return pipeline__broken(p) ||
	       (p->config.max_events && p->nr_events >= p->config.max_events);
}

bool pipeline__broken(const struct pipeline *p)
{
	return p->reader_gone || p->error;
}

int pipeline__error(const struct pipeline *p)
{
	return p->error;
}

void pipeline__flush(struct pipeline *p)
{
	size_t done = 0;

	while (done < p->out.len && !p->reader_gone && !p->error) {
		ssize_t n = write(p->config.fd, p->out.data + done, p->out.len - done);

		if (n >= 0) {
			done += (size_t)n;
		} else if (errno == EPIPE) {
			p->reader_gone = true;
		} else if (errno != EINTR) {
			p->error = -errno;
			log_error("cannot write %s: %s", p->config.output, strerror(errno));
		}
	}
	p->out.len = 0;
}

void pipeline__start(struct pipeline *p)
{
	if (p->config.sink->start)
		p->config.sink->start(&p->out, p->config.start);
	pipeline__flush(p);
}

/* The mapping as /proc shows it now, if it is still the one of the fault. */
static const char *ask_for_name(struct pipeline *p, const struct ft_fault *rec)
{
	if (maps__query((int)rec->pid, rec->addr, &p->asked) || p->asked.inode != rec->inode ||
	    p->asked.dev != rec->dev || p->asked.start > rec->vma_start ||
	    p->asked.end < rec->vma_end)
		return "";
	return p->asked.name;
}

static const char *mapping_name(struct pipeline *p, const struct ft_fault *rec)
{
	const char *name;

	if (!(rec->vma & FT_VMA_COVERS))
		return "";
	if (rec->vma & FT_VMA_HEAP)
		return "[heap]";
	if (rec->vma & FT_VMA_STACK)
		return "[stack]";
	name = names__find(p->names, rec->name_id);
	if (name)
		return name;
	/* Only a file always has a name. */
	return rec->inode ? ask_for_name(p, rec) : "";
}

static bool name_wanted(const struct pipeline *p, const char *name)
{
	const char *glob = p->config.file, *base = strrchr(name, '/');

	/* "[heap]" is also a glob, of one letter: as it stands it counts first. */
	return !glob || !strcmp(glob, name) || !fnmatch(glob, name, 0) ||
	       (base && !fnmatch(glob, base + 1, 0));
}

static void sum_up(struct run_end *sums, const struct fault *fault)
{
	const struct ft_fault *rec = fault->rec;

	if (fault->verdict.kind == FT_KIND_ERROR)
		sums->errors += rec->weight;
	if (rec->outcome != FT_OUTCOME_RESOLVED)
		return;
	sums->faults += rec->weight;
	if (rec->major)
		sums->major += rec->weight;
	else
		sums->minor += rec->weight;
	if (rec->latency_ns != FT_UNKNOWN64)
		sums->latency_ns += rec->latency_ns * rec->weight;
}

static void on_fault(struct pipeline *p, const struct ft_fault *rec)
{
	struct fault fault = { .rec = rec };

	if (pipeline__done(p))
		return;
	fault.verdict = ft_classify(rec);
	fault.name = mapping_name(p, rec);
	if (!name_wanted(p, fault.name))
		return;
	p->nr_events++;
	sum_up(&p->sums, &fault);
	if (p->config.sink->fault)
		p->config.sink->fault(&p->out, p->config.start, &fault);
	if (p->out.len >= FLUSH_BYTES)
		pipeline__flush(p);
}

void pipeline__record(void *ctx, const struct ft_header *record)
{
	struct pipeline *p = ctx;

	if (record->type == FT_RECORD_FAULT && record->size >= sizeof(struct ft_fault))
		on_fault(p, (const struct ft_fault *)record);
	else if (record->type == FT_RECORD_NAME)
		names__learn(p->names, (const struct ft_name *)record);
}

void pipeline__end(struct pipeline *p, struct run_end *end)
{
	end->faults = p->sums.faults;
	end->major = p->sums.major;
	end->minor = p->sums.minor;
	end->errors = p->sums.errors;
	end->latency_ns = p->sums.latency_ns;
	if (p->config.sink->end)
		p->config.sink->end(&p->out, p->config.start, end);
	pipeline__flush(p);
}
