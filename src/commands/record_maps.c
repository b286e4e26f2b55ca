/* SPDX-License-Identifier: GPL-2.0-only */
#include "record_maps.h"

#include <errno.h>

#include "../base/log.h"
#include "../host/clock.h"
#include "../map/map.h"
#include "../recording/recorder.h"

/* Of all maps that are read at one time. A reader of captures takes both times. */
#define MAPPINGS_MAX (48u << 10)
#define SPANS_MAX    (400u << 10)
#define READ_NS	     1000000000ULL

static void on_progress(void *ctx, uint64_t done)
{
	(void)done;
	session__poll(ctx);
}

/* Not a map whose process ended, or called exec, while it was read. */
static void take(struct session *session, struct map_config *config, size_t target)
{
	struct memory_map map;
	int err = map__read(&map, config);

	if (map.nr_rows && err != -ESRCH && !targets__has_ended(&session->targets, target))
		recorder__map(session->format, &map);
	config->max_rows -= map.nr_rows;
	config->max_spans -= map.spans.len / sizeof(struct map_span);
	map__free(&map);
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

	if (!session->opts->maps)
		return;
	for (size_t i = 0; i < session->start.nr_target_ids; i++) {
		config.pid = session->start.target_ids[i];
		/* Its pid may be another process's by now. */
		if (targets__has_ended(&session->targets, i))
			continue;
		if (!config.max_rows || !config.max_spans ||
		    clock_ns(CLOCK_MONOTONIC) >= config.until_ns) {
			log_note("the memory map of %d is left out: there is no more room or time",
				 config.pid);
			continue;
		}
		take(session, &config, i);
	}
}
