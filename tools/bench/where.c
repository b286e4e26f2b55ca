/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plugin of QEMU (API version 1, QEMU 4.2 and later): counts how often each instruction of the
 * guest's kernel is executed, of its modules and BPF programs, too. At its end QEMU writes lines
 * "ADDRESS COUNT" into the file that FT_COUNTS names.
 *
 * Debian has no package with QEMU's header: what is used of it is declared here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define EXPORT	    __attribute__((visibility("default")))
#define KERNEL_TEXT 0xffffffff80000000ULL
#define ADD_U64	    0 /* QEMU_PLUGIN_INLINE_ADD_U64 */
#define SLOT_BITS   22
#define NR_SLOTS    (1ULL << SLOT_BITS)

struct qemu_plugin_tb;
struct qemu_plugin_insn;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*translated)(uint64_t, struct qemu_plugin_tb *));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *instruction, int operation,
						void *counter, uint64_t operand);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*ends)(uint64_t, void *), void *ctx);

EXPORT int qemu_plugin_version = 1;

/* QEMU keeps the addresses of the counters: the table cannot grow. */
static struct slot {
	uint64_t address, count;
} * slots;
static size_t nr_used;

/* NULL: there is no room. */
static struct slot *slot_of(uint64_t address)
{
	size_t i = address * 0x9e3779b97f4a7c15ULL >> (64 - SLOT_BITS);

	while (slots[i].address && slots[i].address != address)
		i = (i + 1) % NR_SLOTS;
	if (!slots[i].address) {
		if (nr_used == NR_SLOTS / 2)
			return NULL;
		nr_used++;
		slots[i].address = address;
	}
	return &slots[i];
}

static void translated(uint64_t id, struct qemu_plugin_tb *block)
{
	size_t nr = qemu_plugin_tb_n_insns(block);

	(void)id;
	for (size_t i = 0; i < nr; i++) {
		struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
		uint64_t address = qemu_plugin_insn_vaddr(instruction);
		struct slot *slot = address >= KERNEL_TEXT ? slot_of(address) : NULL;

		if (slot)
			qemu_plugin_register_vcpu_insn_exec_inline(instruction, ADD_U64,
								   &slot->count, 1);
	}
}

static void write_counts(uint64_t id, void *ctx)
{
	const char *path = getenv("FT_COUNTS");
	FILE *file = path ? fopen(path, "w") : NULL;

	(void)id;
	(void)ctx;
	if (!file)
		return;
	for (size_t i = 0; i < NR_SLOTS; i++)
		if (slots[i].count)
			fprintf(file, "%" PRIx64 " %" PRIu64 "\n", slots[i].address,
				slots[i].count);
	fclose(file);
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	(void)argc;
	(void)argv;
	slots = calloc(NR_SLOTS, sizeof(*slots));
	if (!slots)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, write_counts, NULL);
	return 0;
}
