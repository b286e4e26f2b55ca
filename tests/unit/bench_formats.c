/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../src/base/parse.h"
#include "../../src/format/formats.h"
#include "faults.h"

#define RECORDS_DEFAULT 5000000
#define FLUSH_BYTES	(256 << 10) /* as much as a reader would write at once */

struct bench {
	const char *name;
	const char *format;
	bool wide;
	unsigned int columns;
	enum timestamp timestamp;
};

static const struct bench benches[] = {
	{ "text", "text", false, 0, TIMESTAMP_REL },
	{ "text, 80 columns", "text", false, 80, TIMESTAMP_REL },
	{ "text, wide", "text", true, 0, TIMESTAMP_REL },
	{ "text, wall time", "text", false, 0, TIMESTAMP_WALL },
	{ "json", "json", false, 0, TIMESTAMP_REL },
	{ "null", "null", false, 0, TIMESTAMP_REL },
};

/* Of this CPU: others may want it, too. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Bytes made of so many records; the verdict is the pipeline's, not ours. */
static unsigned long long feed(const struct bench *bench, uint64_t records)
{
	struct run_start run = {
		.wide = bench->wide,
		.columns = bench->columns,
		.timestamp = bench->timestamp,
		.time_ns = 999000000000,
		.wall_ns = 1700000000123456789,
	};
	struct fault faults[NR_SAMPLES];
	struct buf out = { 0 };
	struct format *format = format__new(format_find(bench->format), &out, &run);
	unsigned long long bytes = 0;

	for (size_t i = 0; i < NR_SAMPLES; i++)
		faults[i] = sample_fault(i);
	for (uint64_t i = 0; i < records; i++) {
		format__show(format, fault, &faults[i % NR_SAMPLES]);
		if (out.len < FLUSH_BYTES)
			continue;
		bytes += out.len;
		out.len = 0;
	}
	bytes += out.len;
	format__free(format);
	buf__free(&out);
	return bytes;
}

int main(int argc, char **argv)
{
	uint64_t records = RECORDS_DEFAULT;

	if (argc > 2 || (argc == 2 && (parse_u64(argv[1], &records) || !records))) {
		fprintf(stderr, "usage: %s [RECORDS]\n", argv[0]);
		return 2;
	}
	printf("%-20s %14s %10s %12s\n", "format", "records/s", "ns/record", "bytes/record");
	for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]); i++) {
		double start = now();
		unsigned long long bytes = feed(&benches[i], records);
		double seconds = now() - start;

		printf("%-20s %14.0f %10.1f %12.1f\n", benches[i].name, (double)records / seconds,
		       seconds * 1e9 / (double)records, (double)bytes / (double)records);
	}
	return 0;
}
