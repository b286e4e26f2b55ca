/* SPDX-License-Identifier: GPL-2.0-only */
#include "tables.h"

#include "../capture/value.h"

/* A column of the file, and where its values are in the struct of a row. */
struct field {
	struct capture_column column;
	uint16_t offset;
};

#define FIELD(row, number, title, member, how)                          \
	{                                                               \
		.column = { .id = (number),                             \
			    .width = sizeof(((struct row *)0)->member), \
			    .flags = (how),                             \
			    .name = #title },                           \
		.offset = offsetof(struct row, member),                 \
	}

#define NR(array) (sizeof(array) / sizeof((array)[0]))

#define DELTA  CAPTURE_DELTA
#define STRING CAPTURE_STRING
#define TIME   (CAPTURE_DELTA | CAPTURE_TIME)

static const struct field start_fields[] = {
	FIELD(start_row, 1, time_ns, time_ns, TIME),
	FIELD(start_row, 2, wall_ns, wall_ns, 0),
	FIELD(start_row, 3, version, version, STRING),
	FIELD(start_row, 4, plan, plan, STRING),
	FIELD(start_row, 5, kernel, kernel, STRING),
	FIELD(start_row, 6, arch, arch, STRING),
	FIELD(start_row, 7, target, target, STRING),
	FIELD(start_row, 8, target_text, target_text, STRING),
	FIELD(start_row, 9, page_size, page_size, 0),
	FIELD(start_row, 10, sees_gup, sees_gup, 0),
	FIELD(start_row, 11, cause, cause, 0),
	FIELD(start_row, 12, residency, residency, 0),
	FIELD(start_row, 13, wide, wide, 0),
	FIELD(start_row, 14, stacks, stacks, 0),
	FIELD(start_row, 15, command_line, command_line, STRING),
	FIELD(start_row, 16, sees_lookup, sees_lookup, 0),
	FIELD(start_row, 17, sees_throttling, sees_throttling, 0),
	FIELD(start_row, 18, sees_pages, sees_pages, 0),
	FIELD(start_row, 19, uids, uids, 0),
	FIELD(start_row, 20, segment_ns, segment_ns, 0),
	FIELD(start_row, 21, faults_before, faults_before, 0),
	FIELD(start_row, 22, is_dump, is_dump, 0),
};

static const struct field target_fields[] = {
	FIELD(target_row, 1, id, id, DELTA),
};

static const struct field setting_fields[] = {
	FIELD(setting_row, 1, name, name, STRING),
	FIELD(setting_row, 2, value, value, STRING),
};

static const struct field cgroup_fields[] = {
	FIELD(cgroup_row, 1, id, id, 0),
	FIELD(cgroup_row, 2, path, path, STRING),
	FIELD(cgroup_row, 3, container, container, STRING),
};

static const struct field thread_fields[] = {
	FIELD(thread_row, 1, id, id, DELTA),	    FIELD(thread_row, 2, pid, pid, 0),
	FIELD(thread_row, 3, tid, tid, 0),	    FIELD(thread_row, 4, uid, uid, 0),
	FIELD(thread_row, 5, cgroup_id, cgroup, 0), FIELD(thread_row, 6, comm, comm, STRING),
};

static const struct field mapping_fields[] = {
	FIELD(mapping_row, 1, id, id, DELTA),
	FIELD(mapping_row, 2, start, vma.start, DELTA),
	FIELD(mapping_row, 3, end, vma.end, DELTA),
	FIELD(mapping_row, 4, offset, vma.offset, DELTA),
	FIELD(mapping_row, 5, inode, vma.inode, 0),
	FIELD(mapping_row, 6, dev, vma.dev, 0),
	FIELD(mapping_row, 7, facts, vma.facts, 0),
	FIELD(mapping_row, 8, name, name, STRING),
};

static const struct field loss_fields[] = {
	FIELD(loss_row, 1, time_ns, time_ns, TIME), FIELD(loss_row, 2, since_ns, since_ns, DELTA),
	FIELD(loss_row, 3, ring, ring, 0),	    FIELD(loss_row, 4, storage, storage, 0),
	FIELD(loss_row, 5, unpaired, unpaired, 0),  FIELD(loss_row, 6, unexplained, unexplained, 0),
	FIELD(loss_row, 7, file, file, 0),
};

static const struct field map_pages_fields[] = {
	FIELD(map_pages_row, 1, map, map, 0),
	FIELD(map_pages_row, 2, start, start, DELTA),
	FIELD(map_pages_row, 3, end, end, DELTA),
	FIELD(map_pages_row, 4, state, state, 0),
};

static const struct field map_mapping_fields[] = {
	FIELD(map_mapping_row, 1, map, map, 0),
	FIELD(map_mapping_row, 2, start, start, DELTA),
	FIELD(map_mapping_row, 3, end, end, DELTA),
	FIELD(map_mapping_row, 4, offset, offset, DELTA),
	FIELD(map_mapping_row, 5, inode, inode, 0),
	FIELD(map_mapping_row, 6, dev, dev, 0),
	FIELD(map_mapping_row, 7, perms, perms, STRING),
	FIELD(map_mapping_row, 8, class, class, STRING),
	FIELD(map_mapping_row, 9, name, name, STRING),
	FIELD(map_mapping_row, 10, nr_pages, nr_pages, 0),
	FIELD(map_mapping_row, 11, rss, n[FIELD_RSS], 0),
	FIELD(map_mapping_row, 12, huge, n[FIELD_HUGE], 0),
	FIELD(map_mapping_row, 13, swap, n[FIELD_SWAP], 0),
	FIELD(map_mapping_row, 14, dirty, n[FIELD_DIRTY], 0),
	FIELD(map_mapping_row, 15, locked, n[FIELD_LOCKED], 0),
	FIELD(map_mapping_row, 16, cached, n[FIELD_CACHED], 0),
	FIELD(map_mapping_row, 17, on_disk, n[FIELD_ON_DISK], 0),
	FIELD(map_mapping_row, 18, file_dirty, n[FIELD_FILE_DIRTY], 0),
	FIELD(map_mapping_row, 19, recently_evicted, n[FIELD_EVICTED], 0),
	FIELD(map_mapping_row, 20, shared, n[FIELD_SHARED], 0),
	FIELD(map_mapping_row, 21, pss, n[FIELD_PSS], 0),
};

static const struct field map_fields[] = {
	FIELD(whole_map_row, 1, map, map, 0),
	FIELD(whole_map_row, 2, begin_ns, begin_ns, DELTA),
	FIELD(whole_map_row, 3, end_ns, end_ns, TIME),
	FIELD(whole_map_row, 4, pid, pid, 0),
	FIELD(whole_map_row, 5, comm, comm, STRING),
	FIELD(whole_map_row, 6, pss, pss, 0),
	FIELD(whole_map_row, 7, peak_rss, peak_rss, 0),
	FIELD(whole_map_row, 8, nr_mappings, nr_mappings, 0),
	FIELD(whole_map_row, 9, is_complete, is_complete, 0),
	FIELD(whole_map_row, 10, knows_pages, knows_pages, 0),
};

static const struct field frame_fields[] = {
	FIELD(frame_row, 1, ip, ip, 0),
	FIELD(frame_row, 2, offset, offset, 0),
	FIELD(frame_row, 3, address, address, 0),
	FIELD(frame_row, 4, function, function, STRING),
	FIELD(frame_row, 5, made_code, made_code, STRING),
	FIELD(frame_row, 6, module, module, STRING),
	FIELD(frame_row, 7, build_id, build_id, STRING),
	FIELD(frame_row, 8, source, source, STRING),
	FIELD(frame_row, 9, line, line, 0),
	FIELD(frame_row, 10, is_inlined, is_inlined, 0),
	FIELD(frame_row, 11, stack, stack, DELTA),
};

static const struct field stack_fields[] = {
	FIELD(stack_row, 1, id, id, DELTA),	  FIELD(stack_row, 2, pid, pid, 0),
	FIELD(stack_row, 3, nr, nr, 0),		  FIELD(stack_row, 4, is_cut, is_cut, 0),
	FIELD(stack_row, 5, made_by, made_by, 0),
};

static const struct field fault_fields[] = {
	FIELD(fault_row, 1, time_ns, rec.h.time_ns, TIME),
	FIELD(fault_row, 2, cpu, rec.h.cpu, 0),
	FIELD(fault_row, 3, addr, rec.addr, DELTA),
	FIELD(fault_row, 4, ip, rec.ip, DELTA),
	FIELD(fault_row, 5, latency_ns, rec.latency_ns, 0),
	FIELD(fault_row, 13, read_bytes, rec.read_bytes, 0),
	FIELD(fault_row, 14, run_delay_ns, rec.run_delay_ns, 0),
	FIELD(fault_row, 17, weight, rec.weight, 0),
	FIELD(fault_row, 18, access, rec.access, 0),
	FIELD(fault_row, 19, origin, rec.origin, 0),
	FIELD(fault_row, 20, outcome, rec.outcome, 0),
	FIELD(fault_row, 21, major, rec.major, 0),
	FIELD(fault_row, 22, before, rec.before, 0),
	FIELD(fault_row, 23, before_page, rec.before_page, 0),
	FIELD(fault_row, 24, after, rec.after, 0),
	FIELD(fault_row, 25, after_page, rec.after_page, 0),
	FIELD(fault_row, 26, page_facts, rec.page, 0),
	FIELD(fault_row, 27, order, rec.order, 0),
	FIELD(fault_row, 28, retries, rec.retries, 0),
	FIELD(fault_row, 29, blocked, rec.blocked, 0),
	FIELD(fault_row, 30, signal, rec.signal, 0),
	FIELD(fault_row, 31, si_code, rec.si_code, 0),
	FIELD(fault_row, 32, thp, rec.thp, 0),
	FIELD(fault_row, 33, read_pages, rec.read_pages, 0),
	FIELD(fault_row, 34, cause_other_ns, causes.ns[FT_CAUSE_OTHER], 0),
	FIELD(fault_row, 35, cause_lookup_ns, causes.ns[FT_CAUSE_LOOKUP], 0),
	FIELD(fault_row, 36, cause_lock_ns, causes.ns[FT_CAUSE_LOCK], 0),
	FIELD(fault_row, 37, cause_io_ns, causes.ns[FT_CAUSE_IO], 0),
	FIELD(fault_row, 38, cause_reclaim_ns, causes.ns[FT_CAUSE_RECLAIM], 0),
	FIELD(fault_row, 39, cause_compact_ns, causes.ns[FT_CAUSE_COMPACT], 0),
	FIELD(fault_row, 40, cause_uffd_ns, causes.ns[FT_CAUSE_UFFD], 0),
	FIELD(fault_row, 41, cause_sched_ns, causes.ns[FT_CAUSE_SCHED], 0),
	FIELD(fault_row, 42, cause_cpu_ns, causes.ns[FT_CAUSE_CPU], 0),
	FIELD(fault_row, 43, disk_bytes, causes.disk_bytes, 0),
	FIELD(fault_row, 44, disk_ns, causes.disk_ns, 0),
	FIELD(fault_row, 45, disk_dev, causes.disk_dev, 0),
	FIELD(fault_row, 46, throttled_began_ns, throttled.began_ns, 0),
	FIELD(fault_row, 47, throttled_ns, throttled.ns, 0),
	FIELD(fault_row, 48, symbol, symbol.name, STRING),
	FIELD(fault_row, 49, symbol_offset, symbol.offset, 0),
	FIELD(fault_row, 50, symbol_module, symbol.module, STRING),
	FIELD(fault_row, 51, data_symbol, data_symbol.name, STRING),
	FIELD(fault_row, 52, data_offset, data_symbol.offset, 0),
	FIELD(fault_row, 53, data_module, data_symbol.module, STRING),
	FIELD(fault_row, 54, stack, stack, 0),
	FIELD(fault_row, 57, is_throttled, is_throttled, 0),
	FIELD(fault_row, 58, has_causes, has_causes, 0),
	FIELD(fault_row, 59, has_cached, has_cached, 0),
	FIELD(fault_row, 60, cached, cached, 0),
	FIELD(fault_row, 61, has_read_pages, has_read_pages, 0),
	FIELD(fault_row, 62, thread_id, thread, 0),
	FIELD(fault_row, 63, mapping_id, mapping, 0),
	FIELD(fault_row, 64, made_code, made_code, STRING),
	FIELD(fault_row, 65, source, source, STRING),
	FIELD(fault_row, 66, line, line, 0),
};

/* Of each fault in older captures; now they are in the rows of its thread and its mapping. */
static const struct field old_fault_fields[] = {
	FIELD(fault_row, 6, vma_start, rec.vma.start, DELTA),
	FIELD(fault_row, 7, vma_end, rec.vma.end, DELTA),
	FIELD(fault_row, 8, vma_offset, rec.vma.offset, DELTA),
	FIELD(fault_row, 9, vma_inode, rec.vma.inode, 0),
	FIELD(fault_row, 10, vma_dev, rec.vma.dev, 0),
	FIELD(fault_row, 11, vma_facts, rec.vma.facts, 0),
	FIELD(fault_row, 12, cgroup_id, rec.cgroup_id, 0),
	FIELD(fault_row, 15, pid, rec.pid, 0),
	FIELD(fault_row, 16, tid, rec.tid, 0),
	FIELD(fault_row, 55, comm, old_comm, STRING),
	FIELD(fault_row, 56, mapping, old_mapping, STRING),
};

static const struct field end_fields[] = {
	FIELD(run_end, 1, faults, faults, 0),
	FIELD(run_end, 2, major, major, 0),
	FIELD(run_end, 3, minor, minor, 0),
	FIELD(run_end, 4, errors, errors, 0),
	FIELD(run_end, 5, latency_ns, latency_ns, 0),
	FIELD(run_end, 6, lost_ring, lost_ring, 0),
	FIELD(run_end, 7, lost_storage, lost_storage, 0),
	FIELD(run_end, 8, lost_unpaired, lost_unpaired, 0),
	FIELD(run_end, 9, lost_unexplained, lost_unexplained, 0),
	FIELD(run_end, 10, in_progress, in_progress, 0),
	FIELD(run_end, 11, unseen_gup, unseen_gup, 0),
	FIELD(run_end, 12, thp_fell_back, thp_fell_back, 0),
	FIELD(run_end, 13, thp_unknown, thp_unknown, 0),
	FIELD(run_end, 14, throttled_ns, throttled_ns, 0),
	FIELD(run_end, 15, elapsed_ns, elapsed_ns, 0),
	FIELD(run_end, 16, bpf_run_ns, bpf_run_ns, 0),
	FIELD(run_end, 17, bpf_runs, bpf_runs, 0),
	FIELD(run_end, 18, lost_file, lost_file, 0),
};

#define FIELDS(list) .fields = (list), .nr = NR(list)

/* The numbers of the tables in the file. */
static const struct {
	uint16_t id;
	const char *name;
	const struct field *fields;
	size_t nr;
	const struct field *old_fields; /* read, and not written any more */
	size_t nr_old;
} tables[RECORDING_TABLES] = {
	[RECORDING_START] = { 1, "start", FIELDS(start_fields) },
	[RECORDING_TARGET] = { 2, "target", FIELDS(target_fields) },
	[RECORDING_SETTING] = { 7, "setting", FIELDS(setting_fields) },
	[RECORDING_CGROUP] = { 8, "cgroup", FIELDS(cgroup_fields) },
	[RECORDING_THREAD] = { 9, "thread", FIELDS(thread_fields) },
	[RECORDING_MAPPING] = { 10, "mapping", FIELDS(mapping_fields) },
	[RECORDING_FRAME] = { 3, "frame", FIELDS(frame_fields) },
	[RECORDING_STACK] = { 4, "stack", FIELDS(stack_fields) },
	[RECORDING_FAULT] = { 5, "fault", FIELDS(fault_fields), old_fault_fields,
			      NR(old_fault_fields) },
	[RECORDING_LOSS] = { 11, "loss", FIELDS(loss_fields) },
	[RECORDING_MAP_PAGES] = { 12, "map_pages", FIELDS(map_pages_fields) },
	[RECORDING_MAP_MAPPING] = { 13, "map_mapping", FIELDS(map_mapping_fields) },
	[RECORDING_MAP] = { 14, "map", FIELDS(map_fields) },
	[RECORDING_END] = { 6, "end", FIELDS(end_fields) },
};

_Static_assert(NR(fault_fields) + NR(old_fault_fields) <= RECORDING_COLUMNS,
	       "the widest table has room");

/* The i-th of the columns that are read: first those that are written, then the old ones. */
static const struct field *field_at(enum recording_table table, size_t i)
{
	return i < tables[table].nr ? &tables[table].fields[i]
				    : &tables[table].old_fields[i - tables[table].nr];
}

static size_t nr_read(enum recording_table table)
{
	return tables[table].nr + tables[table].nr_old;
}

struct capture_schema recording_schema(void)
{
	static struct capture_column columns[RECORDING_TABLES][RECORDING_COLUMNS];
	static struct capture_table all[RECORDING_TABLES];

	for (size_t i = 0; i < RECORDING_TABLES; i++) {
		for (size_t j = 0; j < tables[i].nr; j++)
			columns[i][j] = tables[i].fields[j].column;
		all[i] = (struct capture_table) {
			.id = tables[i].id,
			.nr_columns = (uint16_t)tables[i].nr,
			.name = tables[i].name,
			.columns = columns[i],
		};
	}
	return (struct capture_schema) { all, RECORDING_TABLES };
}

const struct capture_wanted *recording_wanted(void)
{
	static uint16_t columns[RECORDING_TABLES][RECORDING_COLUMNS];
	static struct capture_wanted all[RECORDING_TABLES];

	for (enum recording_table i = 0; i < RECORDING_TABLES; i++) {
		for (size_t j = 0; j < nr_read(i); j++)
			columns[i][j] = field_at(i, j)->column.id;
		all[i] = (struct capture_wanted) { tables[i].id, (uint16_t)nr_read(i), columns[i] };
	}
	return all;
}

enum recording_table recording_table(uint16_t id)
{
	enum recording_table table = 0;

	while (table < RECORDING_TABLES && tables[table].id != id)
		table++;
	return table;
}

void recording_values(enum recording_table table, const void *row, uint64_t *values)
{
	const struct field *fields = tables[table].fields;

	for (size_t i = 0; i < tables[table].nr; i++)
		values[i] =
			value_load((const char *)row + fields[i].offset, fields[i].column.width);
}

void recording_row(enum recording_table table, const struct capture_row *from, void *row)
{
	size_t nr = from->is_first ? nr_read(table) : from->nr_moving;

	for (size_t i = 0; i < nr; i++) {
		size_t value = from->is_first ? i : from->moving[i];
		const struct field *field = field_at(table, value);

		value_store((char *)row + field->offset, from->values[value], field->column.width);
	}
}
