/* SPDX-License-Identifier: GPL-2.0-only */
#include "record_maps.h"

#include "../host/clock.h"
#include "../map/map.h"
#include "../recording/recorder.h"

/* Of all maps that are read at one time. A reader of captures takes both times. */
#define MAPPINGS_MAX (48u << 10)
#define SPANS_MAX    (400u << 10)
#define READ_NS	     1000000000ULL

bool record_maps__has(const struct options *opts)
{
	return opts->target.kind == TARGET_PID || opts->target.kind == TARGET_COMMAND;
}

static void on_progress(void *ctx, uint64_t done)
{
	(void)done;
	session__poll(ctx);
}

void record_maps__take(struct session *session)
{
	struct map_config config = {
		.keep_runs = true, /* tells whether all pages are known */
		.keep_spans = true,
		.max_rows = MAPPINGS_MAX,
		.max_spans = SPANS_MAX,
		.until_ns = clock_ns(CLOCK_MONOTONIC) + READ_NS,
		.progress = on_progress,
		.ctx = session,
	};

	if (!record_maps__has(session->opts))
		return;
	for (size_t i = 0; i < session->start.nr_target_ids; i++) {
		struct memory_map map;

		if (!config.max_rows || !config.max_spans ||
		    clock_ns(CLOCK_MONOTONIC) >= config.until_ns)
			return;
		config.pid = session->start.target_ids[i];
		map__read(&map, &config);
		if (map.nr_rows)
			recorder__map(session->format, &map);
		config.max_rows -= map.nr_rows;
		config.max_spans -= map.spans.len / sizeof(struct map_span);
		map__free(&map);
	}
}
