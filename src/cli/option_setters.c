/* SPDX-License-Identifier: GPL-2.0-only */
#include "option_setters.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/array.h"
#include "../base/cleanup.h"
#include "../base/log.h"
#include "../base/socket_address.h"
#include "../format/formats.h"
#include "../host/container_names.h"
#include "../host/users.h"
#include "../map/map.h"

#define RING_BYTES_MAX (1ULL << 30)

static void *field_of(struct parser *p, const struct option_row *row)
{
	return (char *)p->opts + row->field;
}

int option_set_flag(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)arg;
	*(bool *)field_of(p, row) = true;
	return 0;
}

int option_set_string(struct parser *p, const struct option_row *row, const char *arg)
{
	if (!*arg)
		return -EINVAL;
	*(const char **)field_of(p, row) = arg;
	return 0;
}

/* For an enum: the words are in the order of its values. */
int option_set_word(struct parser *p, const struct option_row *row, const char *arg)
{
	int word = find_word(row->words, arg, strlen(arg));

	if (word < 0)
		return word;
	*(unsigned int *)field_of(p, row) = (unsigned int)word;
	return 0;
}

int option_set_print(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)arg;
	p->print = row->print;
	return 0;
}

/* Sets the bit of each word in "anon,cow". The option given again adds to them. */
static int add_bits(uint64_t *bits, const struct words *words, const char *arg,
		    int (*find)(const struct words *words, const char *s, size_t n))
{
	for (;;) {
		size_t n = strcspn(arg, ",");
		int word = find(words, arg, n);

		if (word < 0)
			return word;
		*bits |= 1ULL << word;
		if (!arg[n])
			return 0;
		arg += n + 1;
	}
}

int option_set_origins(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t origins = p->opts->filter.origins;
	int err = add_bits(&origins, row->words, arg, find_word);

	p->opts->filter.origins = (unsigned int)origins;
	return err;
}

int option_set_kinds(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t kinds = p->opts->filter.kinds;
	int err = add_bits(&kinds, row->words, arg, find_kind_word);

	p->opts->filter.kinds = (ft_kind_set)kinds;
	return err;
}

int option_set_count(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t n;
	int err = parse_u64(arg, &n);

	if (err)
		return err;
	if (!n)
		return -EINVAL;
	*(unsigned long long *)field_of(p, row) = n;
	return 0;
}

int choose_target(struct parser *p, enum target_kind kind, const char *name)
{
	struct options *opts = p->opts;

	if (opts->target.kind == kind && kind == TARGET_CGROUP) {
		log_error("cannot trace two cgroups: choose one target");
		return -ECANCELED;
	}
	if (opts->target.kind != TARGET_NONE && opts->target.kind != kind) {
		log_error("cannot trace both %s and %s: choose one target", p->target_name, name);
		return -ECANCELED;
	}
	opts->target.kind = kind;
	p->target_name = name;
	return 0;
}

/* "-p 1 -p 2" means "-p 1,2": the lists are joined as text, and parsed again. */
static int add_ids(struct options *opts, const char *arg)
{
	struct buf list = { 0 };
	int *ids;
	size_t nr;
	int err;

	for (size_t i = 0; i < opts->target.nr_ids; i++)
		buf__addf(&list, "%d,", opts->target.ids[i]);
	buf__add(&list, arg, strlen(arg) + 1);
	err = parse_ids(list.data, &ids, &nr);
	buf__free(&list);
	if (err)
		return err;
	free(opts->target.ids);
	opts->target.ids = ids;
	opts->target.nr_ids = nr;
	return 0;
}

/* Adds the name of a process or a unit. A word "-.." is an option: -p lacks its argument. */
static int add_name(struct options *opts, const char *name)
{
	char **names;

	if (!*name || *name == '-')
		return -EINVAL;
	if (strlen(name) > NAME_MAX)
		return -ERANGE;
	names = array_reserve(opts->target.names, opts->target.nr_names, &opts->target.names_size,
			      sizeof(*names));
	if (!names)
		return -ENOMEM;
	opts->target.names = names;
	names[opts->target.nr_names] = strdup(name);
	if (!names[opts->target.nr_names])
		return -ENOMEM;
	opts->target.nr_names++;
	return 0;
}

/* Adds a list such as "17,postgres,18": words that are no numbers are names. */
static int add_processes(struct options *opts, const char *arg)
{
	char *list __cleanup_free = strdup(arg), *rest = list, *word;
	int err = list ? 0 : -ENOMEM;

	while (!err && (word = strsep(&rest, ",")))
		err = *word && !word[strspn(word, "0123456789")] ? add_ids(opts, word)
								 : add_name(opts, word);
	return err;
}

int option_set_pids(struct parser *p, const struct option_row *row, const char *arg)
{
	int err = choose_target(p, TARGET_PID, "-p");

	(void)row;
	return err ? err : add_processes(p->opts, arg);
}

int option_set_tids(struct parser *p, const struct option_row *row, const char *arg)
{
	int err = choose_target(p, TARGET_TID, "-t");

	(void)row;
	return err ? err : add_ids(p->opts, arg);
}

int option_set_cgroup(struct parser *p, const struct option_row *row, const char *arg)
{
	int err = choose_target(p, TARGET_CGROUP, "-c");

	return err ? err : option_set_string(p, row, arg);
}

int option_set_all(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	(void)arg;
	return choose_target(p, TARGET_ALL, "-a");
}

int option_set_follow(struct parser *p, const struct option_row *row, const char *arg)
{
	p->follow_given = true;
	return option_set_flag(p, row, arg);
}

int option_set_no_follow(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	(void)arg;
	p->follow_given = true;
	p->opts->target.follow = false;
	return 0;
}

int option_set_comm(struct parser *p, const struct option_row *row, const char *arg)
{
	if (strlen(arg) >= FT_COMM_LEN)
		return -ERANGE;
	return option_set_string(p, row, arg);
}

int option_set_uid(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t uid;
	int err = parse_u64(arg, &uid);

	(void)row;
	if (err == -EINVAL) {
		uid_t of_name;

		if (users__uid_of(arg, &of_name))
			return -EINVAL;
		uid = of_name;
	} else if (err || uid >= UINT_MAX) { /* (uid_t)-1 is no uid */
		return -ERANGE;
	}
	p->opts->filter.uid = (unsigned int)uid;
	p->opts->filter.has_uid = true;
	return 0;
}

int option_set_access(struct parser *p, const struct option_row *row, const char *arg)
{
	static const char letters[FT_ACCESS_COUNT + 1] = {
		[FT_ACCESS_READ] = 'r',
		[FT_ACCESS_WRITE] = 'w',
		[FT_ACCESS_EXEC] = 'x',
	};
	unsigned int bits = 0;

	(void)row;
	for (; *arg; arg++) {
		const char *letter = strchr(letters, *arg);

		if (letter)
			bits |= 1U << (letter - letters);
		else if (*arg != ',')
			return -EINVAL;
	}
	p->opts->filter.accesses |= bits;
	return bits ? 0 : -EINVAL;
}

int option_set_min_latency(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t ns;
	int err = parse_duration(arg, 1000, &ns);

	(void)row;
	if (!err)
		p->opts->filter.min_latency_ns = ns;
	return err;
}

/* Of at least 1 ns; a number without a unit is in seconds. */
int option_set_duration(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t ns;
	int err = parse_duration(arg, 1000000000, &ns);

	if (err)
		return err;
	*(unsigned long long *)field_of(p, row) = ns;
	return ns ? 0 : -EINVAL;
}

/* As a duration, and 0, too. */
int option_set_age(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t ns;
	int err = parse_duration(arg, 1000000000, &ns);

	if (!err)
		*(unsigned long long *)field_of(p, row) = ns;
	return err;
}

int option_set_host_root(struct parser *p, const struct option_row *row, const char *arg)
{
	int fd = container_names__open(arg);

	if (fd < 0) {
		log_error("cannot use --host-root %s: %s", arg, strerror(-fd));
		return -ECANCELED;
	}
	close(fd);
	return option_set_string(p, row, arg);
}

int option_set_addr(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t start, end;
	int err = parse_range(arg, &start, &end);

	(void)row;
	if (err)
		return err;
	p->opts->filter.addr_start = start;
	p->opts->filter.addr_end = end;
	return 0;
}

int option_set_number(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t n;
	int err = parse_u64(arg, &n);

	if (err)
		return err;
	if (!n || n > UINT_MAX)
		return n ? -ERANGE : -EINVAL;
	*(unsigned int *)field_of(p, row) = (unsigned int)n;
	return 0;
}

/* "kind" or "kind,vma": one key or two. */
int option_set_by(struct parser *p, const struct option_row *row, const char *arg)
{
	const char *whole = arg;

	p->by_given = true;
	for (size_t i = 0; i < FT_KEYS; i++) {
		size_t n = strcspn(arg, ",");
		int key = n ? find_word(row->words, arg, n) : -EINVAL;

		if (key < 0)
			return key;
		if (i && p->opts->rows.by[0] == (enum ft_key_type)key) {
			log_error("cannot use '%s': %s is named twice", whole, key_names[key]);
			return -ECANCELED;
		}
		p->opts->rows.by[i] = (enum ft_key_type)key;
		if (!arg[n]) {
			for (i++; i < FT_KEYS; i++)
				p->opts->rows.by[i] = FT_KEY_NONE;
			return 0;
		}
		arg += n + 1;
	}
	return -ERANGE;
}

int option_set_stack(struct parser *p, const struct option_row *row, const char *arg)
{
	if (arg)
		arg += *arg == '='; /* -s=dwarf, as help writes it */
	return option_set_word(p, row, arg && *arg ? arg : stack_mode_words.names[STACK_FP]);
}

/* "LO,HI,STEP", durations. */
int option_set_linear(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t values[3], nr;
	char copy[128], *rest = copy, *word;

	(void)row;
	if (strlen(arg) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, arg);
	for (size_t i = 0; i < NR(values); i++) {
		word = strsep(&rest, ",");
		if (!word || parse_duration(word, 1000, &values[i]))
			return -EINVAL;
	}
	if (rest || values[0] >= values[1] || !values[2])
		return -EINVAL;
	nr = (values[1] - values[0] + values[2] - 1) / values[2];
	if (nr > FT_HIST_BUCKETS - 2)
		return -ERANGE;
	p->opts->rows.scale = (struct ft_hist_scale) { values[0], values[2], (__u32)nr };
	return 0;
}

int option_set_format(struct parser *p, const struct option_row *row, const char *arg)
{
	const struct format_ops *format = format_find(row->argument == ARG_NONE ? row->name : arg);

	if (!format || format->profile)
		return -EINVAL;
	p->opts->format = format;
	return 0;
}

/* -T without a value shows the time of day, as -T of dmesg and of bcc's tools does. */
int option_set_timestamp(struct parser *p, const struct option_row *row, const char *arg)
{
	if (!arg)
		arg = timestamp_words.names[TIMESTAMP_WALL];
	return option_set_word(p, row, arg + (*arg == '=')); /* -T=wall, as help writes it */
}

int option_set_plan(struct parser *p, const struct option_row *row, const char *arg)
{
	int word = find_word(row->words, arg, strlen(arg));

	if (word < 0)
		return word;
	p->opts->plan = row->words->names[word];
	return 0;
}

int option_set_ring_size(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t bytes;
	int err = parse_size(arg, &bytes);

	(void)row;
	if (err)
		return err;
	if (bytes < (uint64_t)sysconf(_SC_PAGESIZE) || bytes > RING_BYTES_MAX)
		return -ERANGE;
	if (bytes & (bytes - 1))
		return -EINVAL;
	p->opts->ring_bytes = bytes;
	return 0;
}

int option_set_strip(struct parser *p, const struct option_row *row, const char *arg)
{
	uint64_t columns;
	int err = parse_u64(arg, &columns);

	(void)row;
	if (err || columns > MAP_STRIP_MAX)
		return err ? err : -ERANGE;
	p->opts->strip = (int)columns;
	return 0;
}

int option_add_verbose(struct parser *p, const struct option_row *row, const char *arg)
{
	(void)row;
	(void)arg;
	p->opts->verbose++;
	return 0;
}

int option_set_listen(struct parser *p, const struct option_row *row, const char *arg)
{
	struct socket_address address;

	if (socket_address__parse(arg, &address))
		return -EINVAL;
	*(const char **)field_of(p, row) = arg;
	return 0;
}
