/* SPDX-License-Identifier: GPL-2.0-only */
#include "memcg_probe.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../base/cleanup.h"

/* A program at the tracepoint (memcg, item, val): sets the map `seen` at our own PGFAULT. */
static int load(int tracepoint, int pgfault, int seen)
{
	const struct bpf_insn program[] = {
		/* r6 = item; r0 = pid */
		{ .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 6, .src_reg = 1, .off = 8 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_pid_tgid },
		{ .code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = 0, .imm = 32 },
		/* Goes to the end, unless the process is this one and the item is PGFAULT. */
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 0, .off = 5, .imm = getpid() },
		{ .code = BPF_JMP32 | BPF_JNE | BPF_K, .dst_reg = 6, .off = 4, .imm = pgfault },
		/* r1 = the value of seen; *r1 = 1 */
		{ .code = BPF_LD | BPF_IMM | BPF_DW,
		  .dst_reg = 1,
		  .src_reg = BPF_PSEUDO_MAP_VALUE,
		  .imm = seen },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 1 },
		{ .code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 2 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_RAW_TP,
		    .attach_btf_id = (unsigned int)tracepoint);

	return bpf_prog_load(BPF_PROG_TYPE_TRACING, "memcg_probe", "GPL", program,
			     sizeof(program) / sizeof(*program), &opts);
}

static int fault(void)
{
	size_t size = (size_t)getpagesize();
	volatile char *page =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return -errno;
	*page = 1;
	munmap((void *)page, size);
	return 0;
}

int memcg_probe(int tracepoint, int pgfault)
{
	unsigned long long value = 0;
	unsigned int zero = 0;
	int err;
	int seen __cleanup_close = bpf_map_create(BPF_MAP_TYPE_ARRAY, "memcg_probe", sizeof(zero),
						  sizeof(value), 1, NULL);

	if (seen < 0)
		return seen;
	int prog __cleanup_close = load(tracepoint, pgfault, seen);

	if (prog < 0)
		return prog;
	int link __cleanup_close = bpf_raw_tracepoint_open(NULL, prog);

	if (link < 0)
		return link;
	err = fault();
	if (!err)
		err = bpf_map_lookup_elem(seen, &zero, &value);
	return err ? err : value ? 0 : -ENODATA;
}
