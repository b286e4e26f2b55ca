/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any registers, stack and unwind information: unwinds through a program that is made around
 * that information.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/symbols/unwind.h"
#include "fuzz.h"

/* Where the program and the copy of the stack are in the memory of the thread. */
#define PROGRAM	    0x10000000
#define PROGRAM_END (PROGRAM + 0x10000)
#define STACK	    0x20000000
#define STACK_MAX   512
#define FRAMES_MAX  32

static const char section_names[] = "\0.eh_frame\0.shstrtab";

/* What is in the file before .eh_frame. */
struct program {
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	Elf64_Shdr sections[3];
	char names[sizeof(section_names)];
};

static struct program program_of(size_t size)
{
	struct program program = {
		.header = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				     EV_CURRENT },
			.e_type = ET_DYN, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
			.e_phoff = offsetof(struct program, segment),
			.e_shoff = offsetof(struct program, sections),
			.e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 1, .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 3,
			.e_shstrndx = 2,
		},
		.segment = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_filesz = 0x10000,
			     .p_memsz = 0x10000, .p_align = 4096 },
		.sections[1] = { .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC,
				 .sh_addr = sizeof(program), .sh_offset = sizeof(program),
				 .sh_size = size, .sh_addralign = 1 },
		.sections[2] = { .sh_name = 11, .sh_type = SHT_STRTAB,
				 .sh_offset = offsetof(struct program, names),
				 .sh_size = sizeof(section_names), .sh_addralign = 1 },
	};

	memcpy(program.names, section_names, sizeof(section_names));
	return program;
}

/* The mapping of the file, as /proc/PID/maps would show it; its name leads to the file. */
static bool map_file(int fd, struct mapping *ret)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	bool ok = page != MAP_FAILED && !maps__query(getpid(), (uintptr_t)page, ret);

	if (page != MAP_FAILED)
		munmap(page, 4096);
	ret->vma.start = PROGRAM;
	ret->vma.end = PROGRAM_END;
	ret->vma.offset = 0;
	ret->vma.facts |= FT_VMA_EXEC;
	snprintf(ret->name, sizeof(ret->name), "/proc/self/fd/%d", fd);
	return ok;
}

static bool find_mapping(void *ctx, uint64_t address, struct named_vma *ret)
{
	const struct mapping *mapping = ctx;

	*ret = (struct named_vma) { mapping->vma, mapping->name };
	return address >= mapping->vma.start && address < mapping->vma.end;
}

/* Registers that point into the program or the stack, or are anything. */
static uint64_t some_value(struct input *input)
{
	uint64_t value = input__number(input);

	return value < 0x8000 ? PROGRAM + value : value < 0x10000 ? STACK + value - 0x8000 : value;
}

static void unwind(struct unwinder *unwinder, struct unwind_request *request)
{
	struct unwind_frame frames[FRAMES_MAX];
	enum unwind_end end;
	size_t nr = unwinder__unwind(unwinder, request, frames, FRAMES_MAX, &end);

	EXPECT(nr <= FRAMES_MAX && end <= UNWIND_FULL);
	EXPECT(end != UNWIND_FULL || nr == FRAMES_MAX);
	for (size_t i = 1; i < nr; i++)
		EXPECT(frames[i].is_guess >= frames[i - 1].is_guess);
}

static void write_program(int fd, struct input *input)
{
	size_t size = input__left(input);
	struct program program = program_of(size);

	EXPECT(write(fd, &program, sizeof(program)) == sizeof(program));
	EXPECT(write(fd, input->at, size) == (ssize_t)size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	uint8_t stack[STACK_MAX];
	struct unwind_request request = { .pid = getpid(), .find_mapping = find_mapping };
	static struct binaries *binaries;
	static struct unwinder *unwinder;
	struct mapping mapping;

	EXPECT(fd >= 0);
	registers__set(&request.registers, DWARF_IP, PROGRAM + (input__u64(&input) & 0x7fff));
	registers__set(&request.registers, DWARF_SP, STACK + (input__u8(&input) & 0xf8u));
	for (unsigned int i = input__u8(&input) % NR_DWARF_REGISTERS; i > 0; i--)
		registers__set(&request.registers, input__u8(&input) % NR_DWARF_REGISTERS,
			       some_value(&input));
	request.stack = (struct stack_copy) { STACK, stack, (input__u8(&input) * 2u) };
	for (size_t i = 0; i + 8 <= request.stack.size; i += 8) {
		uint64_t value = input__u8(&input) & 1 ? some_value(&input) : 0;

		memcpy(stack + i, &value, 8);
	}
	request.stack.size &= ~7UL;
	write_program(fd, &input);
	EXPECT(map_file(fd, &mapping));
	request.context = &mapping;
	/* Each run has a file of its own: what was cached before is of no consequence. */
	EXPECT(binaries ||
	       (!binaries__new(false, &binaries) && !unwinder__new(binaries, &unwinder)));
	unwind(unwinder, &request);
	close(fd);
	return 0;
}
