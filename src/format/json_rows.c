/* SPDX-License-Identifier: GPL-2.0-only */
#include "json.h"

#include "json_fields.h"

/* The JSON type of a value depends on the key: string, number, boolean or mapping. */
static void add_key_value(struct buf *out, const struct key_value *key)
{
	if (key->vma) {
		add_u64(out, "{\"pid\":", key->vma->pid);
		json_add_vma(out, key->vma, key->text ? key->text : "");
		buf__addc(out, '}');
	} else if (key->type == FT_KEY_MAJOR && key->text) {
		add_bool(out, "", strcmp(key->text, "major") == 0);
	} else if (key->text) {
		add_string(out, "", key->text);
	} else {
		add_if(out, "", key->number != FT_UNKNOWN64, key->number);
	}
}

static void add_key(struct buf *out, const struct row *row)
{
	buf__adds(out, KEY("key") "{");
	if (row->overflow)
		add_bool(out, "\"overflow\":", true);
	if (row->rest)
		add_u64(out, "\"rest\":", row->rest);
	for (size_t i = 0; i < row->nr_keys; i++) {
		buf__adds(out, i || row->rest ? ",\"" : "\"");
		buf__adds(out, key_names[row->keys[i].type]);
		buf__adds(out, "\":");
		add_key_value(out, &row->keys[i]);
	}
	buf__addc(out, '}');
}

static void add_cause(struct buf *out, const struct row *row)
{
	if (!row->cause_ns) {
		add_null(out, KEY("cause"));
		return;
	}
	json_add_parts(out, row->cause_ns);
	buf__addc(out, '}');
}

KEYED add_known(struct buf *out, const char *key, unsigned long long n)
{
	add_if(out, key, n != FT_UNKNOWN64, n);
}

/* The members that both kinds of rows, hist and top, begin with. */
static void add_sums(struct buf *out, const struct interval *interval, const struct row *row)
{
	add_if(out, KEY("interval"), interval->nr > 0, interval->nr);
	add_u64(out, KEY("begin_ns"), interval->begin_ns);
	add_u64(out, KEY("end_ns"), interval->end_ns);
	add_key(out, row);
	add_u64(out, KEY("count"), row->count);
	add_u64(out, KEY("major"), row->major);
	add_u64(out, KEY("sum_ns"), row->sum_ns);
	add_cause(out, row);
	add_known(out, KEY("throttled_ns"), row->throttled_ns);
}

/* The last bucket has no upper end. */
static void add_buckets(struct buf *out, const struct row *row)
{
	unsigned int nr = row_nr_buckets(row);
	const char *separator = "";

	buf__adds(out, KEY("buckets") "[");
	for (unsigned int i = 0; i < nr; i++) {
		if (!row->buckets[i])
			continue;
		buf__adds(out, separator);
		add_u64(out, "{\"lo_ns\":", row_bucket_low(row, i));
		add_if(out, KEY("hi_ns"), i + 1 < nr, row_bucket_low(row, i + 1));
		add_u64(out, KEY("count"), row->buckets[i]);
		buf__addc(out, '}');
		separator = ",";
	}
	buf__addc(out, ']');
}

static void add_histogram(struct buf *out, const struct interval *interval, const struct row *row)
{
	buf__adds(out, "{\"type\":\"hist\"");
	add_sums(out, interval, row);
	add_known(out, KEY("min_ns"), row->min_ns);
	add_known(out, KEY("max_ns"), row->max_ns);
	add_known(out, KEY("p50_ns"), row_percentile(row, 0.5));
	add_known(out, KEY("p90_ns"), row_percentile(row, 0.9));
	add_known(out, KEY("p99_ns"), row_percentile(row, 0.99));
	add_known(out, KEY("p999_ns"), row_percentile(row, 0.999));
	add_u64(out, KEY("unknown_latency"), row->buckets[FT_HIST_UNKNOWN]);
	add_buckets(out, row);
	if (row->worst) {
		buf__adds(out, KEY("worst"));
		json_add_fault(out, row->worst);
	} else {
		add_null(out, KEY("worst"));
	}
	buf__adds(out, "}\n");
}

void json_hist(struct format *f, const struct interval *interval)
{
	struct buf *out = f->out;

	for (size_t i = 0; i < interval->nr_shown; i++)
		add_histogram(out, interval, &interval->rows[i]);
}

void json_top(struct format *f, const struct interval *interval)
{
	struct buf *out = f->out;

	for (size_t i = 0; i < interval->nr_shown; i++) {
		const struct row *row = &interval->rows[i];

		buf__adds(out, "{\"type\":\"top\"");
		add_sums(out, interval, row);
		add_known(out, KEY("mean_ns"), row_mean(row));
		add_known(out, KEY("max_ns"), row->max_ns);
		add_known(out, KEY("p50_ns"), row_percentile(row, 0.5));
		add_known(out, KEY("p99_ns"), row_percentile(row, 0.99));
		add_if(out, KEY("cached"), row->has_cached, row->cached);
		add_known(out, KEY("read_pages"), row->read_pages);
		add_known(out, KEY("bytes"), row->bytes);
		buf__adds(out, "}\n");
	}
}
