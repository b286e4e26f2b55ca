/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs are built here in many ways and stopped. Their stacks are copied, unwound
 * and compared: with what the programs are known to do, with gdb, and, instruction by
 * instruction, with the calls and returns that were seen. What is read of files is
 * compared with libdw.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../src/host/maps.h"
#include "../../src/symbols/expression.h"
#include "../../src/symbols/symbols.h"
#include "../../src/symbols/unwind.h"
#include "programs.h"
#include "test.h"

#define NR(array)  (sizeof(array) / sizeof((array)[0]))
#define STACK_MAX  (64u << 10)
#define FRAMES_MAX 128
/* More steps than anything here takes. */
#define PLENTY	   (&(unsigned int) { 1000000 })

static struct symbols *symbols;
static struct unwinder *unwinder;
static unsigned long long random_state;

static unsigned long long next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* ---- Programs that stop ---------------------------------------------------------------------- */

/* Stopped in its first instruction; its pid, or -1. */
static int start(const char *path, const char *argument)
{
	int status, pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		if (!chdir(work))
			execl(path, path, argument, NULL);
		_exit(127);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) &&
	    !ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE))
		return pid;
	return -1;
}

/* Its threads first: it has not ended before they were waited for. */
static void finish(int pid)
{
	int ended;

	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	while ((ended = waitpid(-1, NULL, __WALL)) > 0 && ended != pid)
		continue;
}

static bool at_breakpoint(int tid)
{
	siginfo_t info;

	return !ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) && info.si_code == SI_KERNEL;
}

/* Until it, or a thread of it, stops at a breakpoint or by this signal; the thread, or -1. */
static int run_to_stop(int pid, int wanted)
{
	int status, tid = pid, signal = 0;

	ptrace(PTRACE_CONT, tid, NULL, 0);
	for (;;) {
		tid = waitpid(-1, &status, __WALL);
		if (tid < 0 || (tid == pid && !WIFSTOPPED(status)))
			return -1;
		if (!WIFSTOPPED(status))
			continue;
		signal = WSTOPSIG(status);
		if (signal == wanted && (signal != SIGTRAP || at_breakpoint(tid)))
			return tid;
		/* A thread's begin. */
		if (signal == SIGTRAP || signal == SIGSTOP)
			signal = 0;
		ptrace(PTRACE_CONT, tid, NULL, signal);
	}
}

struct sample {
	struct unwind_request request;
	char stack[STACK_MAX];
	/* Those that were asked for. */
	struct mapping mappings[32];
	size_t nr_mappings;
};

static const struct mapping *mapping_at(struct sample *sample, uint64_t address)
{
	struct mapping *m;

	for (size_t i = 0; i < sample->nr_mappings; i++)
		if (address >= sample->mappings[i].vma.start &&
		    address < sample->mappings[i].vma.end)
			return &sample->mappings[i];
	m = &sample->mappings[sample->nr_mappings < NR(sample->mappings) ? sample->nr_mappings : 0];
	if (maps__query(sample->request.pid, address, m))
		return NULL;
	if (sample->nr_mappings < NR(sample->mappings))
		sample->nr_mappings++;
	return m;
}

static bool find_mapping(void *context, uint64_t address, struct named_vma *ret)
{
	const struct mapping *m = mapping_at(context, address);

	if (m)
		*ret = (struct named_vma) { m->vma, m->name };
	return m;
}

static void copy_registers(const struct user_regs_struct *from, struct registers *ret)
{
	const struct {
		unsigned int number;
		uint64_t value;
	} all[] = {
		{ DWARF_RBX, from->rbx }, { DWARF_RBP, from->rbp }, { DWARF_RSP, from->rsp },
		{ DWARF_R12, from->r12 }, { DWARF_R13, from->r13 }, { DWARF_R14, from->r14 },
		{ DWARF_R15, from->r15 }, { DWARF_RIP, from->rip }, { DWARF_R10, from->r10 },
	};

	ret->known = 0;
	for (size_t i = 0; i < NR(all); i++)
		registers__set(ret, all[i].number, all[i].value);
}

static bool take(int pid, int tid, size_t max, struct sample *sample)
{
	const struct mapping *stack;
	struct user_regs_struct registers;
	struct unwind_request *r = &sample->request;
	struct iovec to, from;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &registers))
		return false;
	r->pid = pid;
	r->find_mapping = find_mapping;
	r->context = sample;
	copy_registers(&registers, &r->registers);
	stack = mapping_at(sample, registers.rsp);
	if (!stack)
		return false;
	r->stack.start = registers.rsp - RED_ZONE_BYTES;
	if (r->stack.start < stack->vma.start)
		r->stack.start = stack->vma.start;
	r->stack.size = stack->vma.end - r->stack.start;
	if (r->stack.size > max)
		r->stack.size = max;
	r->stack.bytes = sample->stack;
	to = (struct iovec) { sample->stack, r->stack.size };
	from = (struct iovec) { (void *)r->stack.start, r->stack.size };
	return process_vm_readv(pid, &to, 1, &from, 1, 0) == (ssize_t)r->stack.size;
}

struct unwound {
	struct unwind_frame frames[FRAMES_MAX];
	size_t nr;
	enum unwind_end end;
};

static void unwind(const struct unwind_request *request, struct unwound *ret)
{
	ret->nr = unwinder__unwind(unwinder, request, ret->frames, FRAMES_MAX, &ret->end);
	CHECK(ret->nr <= FRAMES_MAX);
}

/* ---- What they are known to do --------------------------------------------------------------- */

static const struct known {
	const char *way;
	int signal;
	const char *want;
} known[] = {
	{ "leaf", SIGTRAP, "leaf main - complete" },
	{ "shapes", SIGTRAP,
	  "leaf middle saving with_alloca with_big_frame with_alignment recursive*16 shapes main - "
	  "complete" },
	{ "misleading", SIGTRAP, "leaf middle saving misleading main - complete" },
	{ "library", SIGTRAP, "leaf middle compare - from_library main - complete" },
	{ "signal", SIGTRAP, "leaf middle handler - from_signal main - complete" },
	{ "fault", SIGTRAP, "leaf middle handler - faulting from_fault main - complete" },
	{ "fault", SIGILL, "faulting from_fault main - complete" },
	{ "other-stack", SIGTRAP, "leaf middle handler - faulting truncated" },
	{ "thread", SIGTRAP, "leaf middle thread - complete" },
	{ "ending", SIGTRAP, "never_returning ending_with_call main - complete" },
	{ "nowhere", SIGSEGV, "- guess: call_nowhere main - complete" },
	{ "made", SIGTRAP, "leaf middle - guess: call_made made_with_frame main - complete" },
	{ "made-without", SIGTRAP, "leaf middle - unreadable" },
	{ "exception", SIGTRAP, "stopped Guard::~Guard guarded catching main - complete" },
	{ "split", SIGTRAP, "report split main - complete" },
};

/* Others are of libraries, or not known. */
static bool is_ours(const char *name)
{
	static const char ours[] =
		" leaf middle saving with_alloca with_big_frame with_alignment recursive shapes main"
		" misleading compare from_library handler from_signal faulting from_fault thread"
		" call_nowhere call_made made_with_frame made_without_frame before on_other_stack"
		" never_returning ending_with_call many_instructions"
		" Guard::~Guard stopped guarded catching report split ";
	char word[600];

	snprintf(word, sizeof(word), " %s ", name);
	return strstr(ours, word);
}

static const char *name_of(int pid, const struct unwind_frame *frame)
{
	static char name[512];
	struct symbol_request request = {
		.pid = pid,
		.address = frame->address - frame->is_return,
		.is_code = true,
	};
	struct symbol symbol;

	symbols__find(symbols, &request, &symbol);
	/* gcc has "split.cold" for a part, and "recursive.part.0". */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(symbol.name, ". ["), symbol.name);
	return is_ours(name) ? name : "-";
}

static void add_word(struct buf *text, const char *word, size_t times)
{
	char number[32];

	if (!times)
		return;
	buf__adds(text, word);
	snprintf(number, sizeof(number), "*%zu", times);
	if (times > 1 && strcmp(word, "-") != 0)
		buf__adds(text, number);
	buf__addc(text, ' ');
}

static const char *text_of(int pid, const struct unwound *unwound)
{
	static const char *const ends[] = {
		[UNWIND_COMPLETE] = "complete",
		[UNWIND_TRUNCATED] = "truncated",
		[UNWIND_UNREADABLE] = "unreadable",
		[UNWIND_FULL] = "full",
	};
	static struct buf text;
	char last[512] = "";
	size_t times = 0;

	text.len = 0;
	for (size_t i = 0; i < unwound->nr; i++) {
		const char *name = name_of(pid, &unwound->frames[i]);
		bool begins =
			unwound->frames[i].is_guess && (!i || !unwound->frames[i - 1].is_guess);

		if (strcmp(name, last) != 0 || begins) {
			add_word(&text, last, times);
			snprintf(last, sizeof(last), "%s", name);
			times = 0;
		}
		if (begins)
			buf__adds(&text, "guess: ");
		times++;
	}
	add_word(&text, last, times);
	buf__adds(&text, ends[unwound->end]);
	buf__addc(&text, '\0');
	return text.data;
}

static void check_known(const char *program, const struct known *k)
{
	static struct sample sample;
	struct unwound unwound;
	int tid, pid = start(program, k->way);

	sample.nr_mappings = 0;
	if (!CHECK(pid > 0))
		return;
	tid = run_to_stop(pid, k->signal);
	if (CHECK(tid > 0) && CHECK(take(pid, tid, STACK_MAX, &sample))) {
		unwind(&sample.request, &unwound);
		CHECK_STR(text_of(pid, &unwound), k->want);
	}
	finish(pid);
}

static const struct build {
	const char *name;
	const char *command; /* makes $x of the source */
	const char *source;
	const char *then; /* or "true" */
} builds[] = {
	{ "gcc", "gcc -O2 -fomit-frame-pointer -pthread", "unwind.c", "true" },
	{ "gcc, not optimised", "gcc -O0 -fomit-frame-pointer -pthread", "unwind.c", "true" },
	{ "gcc, small", "gcc -Os -fomit-frame-pointer -pthread", "unwind.c", "true" },
	{ "gcc, at a fixed address", "gcc -O3 -no-pie -fno-plt -pthread", "unwind.c", "true" },
	{ "gcc, static", "gcc -O2 -static -fomit-frame-pointer -pthread", "unwind.c", "true" },
	{ "clang", "clang -O2 -fomit-frame-pointer -pthread", "unwind.c", "true" },
	{ "with frame pointers", "gcc -O2 -fno-omit-frame-pointer -pthread", "unwind.c", "true" },
	{ ".debug_frame", "gcc -O2 -g -fno-asynchronous-unwind-tables -fno-unwind-tables -pthread",
	  "unwind.c", "true" },
	{ ".debug_frame, compressed",
	  "gcc -O2 -g -gz=zlib -fno-asynchronous-unwind-tables -fno-unwind-tables -pthread",
	  "unwind.c", "true" },
	{ ".debug_frame in a file of its own",
	  "gcc -O2 -g -fno-asynchronous-unwind-tables -fno-unwind-tables -pthread", "unwind.c",
	  "objcopy --only-keep-debug $x $x.debug && strip $x && "
	  "objcopy --add-gnu-debuglink=$x.debug $x" },
	{ "C++", "c++ -O2 -fomit-frame-pointer", "unwind.cc", "true" },
};

static bool belongs(const struct known *k, const struct build *build)
{
	bool is_cplusplus = !strcmp(k->way, "exception") || !strcmp(k->way, "split");

	return is_cplusplus == !strcmp(build->source, "unwind.cc");
}

static void test_known(void)
{
	char program[PATH_MAX];

	for (size_t i = 0; i < NR(builds); i++) {
		bool built;

		if (!is_there(builds[i].command)) {
			test_skip(builds[i].name, "its compiler is not installed");
			continue;
		}
		snprintf(program, sizeof(program), "%s/way%zu", work, i);
		built = CHECK(run("x=way%zu && %s -o $x %s/%s && %s", i, builds[i].command,
				  fixtures, builds[i].source, builds[i].then));
		for (size_t j = 0; built && j < NR(known); j++)
			if (belongs(&known[j], &builds[i]))
				check_known(program, &known[j]);
		test_done(builds[i].name);
	}
}

/* ---- Instruction by instruction --------------------------------------------------------------- */

/* Return addresses, as calls and returns put them there and take them away. */
struct shadow {
	uint64_t addresses[FRAMES_MAX];
	size_t nr;
};

static bool read_word(int pid, uint64_t address, uint64_t *ret)
{
	errno = 0;
	*ret = (uint64_t)ptrace(PTRACE_PEEKDATA, pid, address, NULL);
	return !errno;
}

static void follow(int pid, struct shadow *shadow, const struct user_regs_struct *before,
		   const struct user_regs_struct *after)
{
	uint64_t pushed = 0;

	if (after->rsp == before->rsp - 8 && read_word(pid, after->rsp, &pushed) &&
	    pushed - before->rip - 2 < 6 && after->rip != pushed && shadow->nr < FRAMES_MAX)
		shadow->addresses[shadow->nr++] = pushed;
	else if (shadow->nr && after->rsp > before->rsp &&
		 after->rip == shadow->addresses[shadow->nr - 1] &&
		 (after->rsp - before->rsp) % 16 == 8)
		shadow->nr--;
}

static bool is_as_seen(const struct unwound *unwound, const struct shadow *shadow, uint64_t rip)
{
	if (unwound->end != UNWIND_COMPLETE || unwound->nr != shadow->nr + 1 ||
	    unwound->frames[0].address != rip)
		return false;
	for (size_t i = 1; i < unwound->nr; i++)
		if (unwound->frames[i].address != shadow->addresses[shadow->nr - i] ||
		    unwound->frames[i].is_guess || !unwound->frames[i].is_return)
			return false;
	return true;
}

/*
 * Linkers make stubs in static programs that nothing is said about: what is told there
 * is not more than is known.
 */
static bool is_honest(const struct unwound *unwound)
{
	return (unwound->nr == 1 && unwound->end == UNWIND_UNREADABLE) ||
	       (unwound->nr > 1 && unwound->frames[1].is_guess);
}

static void print_difference(int pid, const struct unwound *unwound, const struct shadow *shadow)
{
	printf("#   found %s\n#  ", text_of(pid, unwound));
	for (size_t i = 0; i < unwound->nr; i++)
		printf(" %llx", (unsigned long long)unwound->frames[i].address);
	printf("\n#   seen");
	for (size_t i = shadow->nr; i--;)
		printf(" %llx", (unsigned long long)shadow->addresses[i]);
	printf("\n");
}

static bool is_in_vdso(struct sample *sample)
{
	const struct mapping *m = mapping_at(sample, sample->request.registers.values[DWARF_RIP]);

	return m && !strcmp(m->name, "[vdso]");
}

struct steps {
	int nr;
	int nr_unknown;
	int nr_vdso;
};

static bool step(int pid, struct shadow *shadow, struct user_regs_struct *registers)
{
	struct user_regs_struct before = *registers;
	int status;

	ptrace(PTRACE_SINGLESTEP, pid, NULL, 0);
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) || at_breakpoint(pid))
		return false;
	ptrace(PTRACE_GETREGS, pid, NULL, registers);
	follow(pid, shadow, &before, registers);
	return true;
}

/* The next ones, up to a breakpoint. */
static struct steps check_instructions(int pid, int max, bool is_strict, struct shadow *shadow)
{
	static struct sample sample;
	struct user_regs_struct registers;
	struct steps steps = { 0 };
	struct unwound unwound;

	sample.nr_mappings = 0;
	ptrace(PTRACE_GETREGS, pid, NULL, &registers);
	for (; steps.nr < max && step(pid, shadow, &registers); steps.nr++) {
		if (!CHECK(take(pid, pid, 16384, &sample)))
			break;
		unwind(&sample.request, &unwound);
		steps.nr_vdso += is_in_vdso(&sample);
		if (is_as_seen(&unwound, shadow, registers.rip))
			continue;
		steps.nr_unknown++;
		if (!CHECK(!is_strict && is_honest(&unwound))) {
			print_difference(pid, &unwound, shadow);
			break;
		}
	}
	CHECK(steps.nr > 1000);
	CHECK(steps.nr_unknown * 50 <= steps.nr);
	printf("# %d instructions: %d in the vdso, %d with nothing said about them\n", steps.nr,
	       steps.nr_vdso, steps.nr_unknown);
	return steps;
}

static void test_instructions(size_t build, bool is_strict, const char *name)
{
	static struct sample sample;
	struct shadow shadow = { 0 };
	struct unwound unwound;
	char program[PATH_MAX];
	int pid;

	snprintf(program, sizeof(program), "%s/way%zu", work, build);
	pid = start(program, "instructions");
	sample.nr_mappings = 0;
	if (CHECK(pid > 0) && CHECK(run_to_stop(pid, SIGTRAP) == pid) &&
	    CHECK(take(pid, pid, STACK_MAX, &sample))) {
		unwind(&sample.request, &unwound);
		CHECK_STR(text_of(pid, &unwound), "many_instructions main - complete");
		for (size_t i = unwound.nr; i-- > 1;)
			shadow.addresses[shadow.nr++] = unwound.frames[i].address;
		CHECK(check_instructions(pid, 30000, is_strict, &shadow).nr_vdso > 0);
	}
	finish(pid);
	test_done(name);
}

static void test_first_instructions(size_t build, const char *name)
{
	struct shadow shadow = { 0 };
	char program[PATH_MAX];
	int pid;

	snprintf(program, sizeof(program), "%s/way%zu", work, build);
	pid = start(program, "leaf");
	if (CHECK(pid > 0))
		check_instructions(pid, 5000, true, &shadow);
	finish(pid);
	test_done(name);
}

/* ---- Other tools ------------------------------------------------------------------------------ */

static void compare_with_gdb(int pid, const struct unwound *unwound)
{
	char command[512], line[1024];
	size_t nr = 0;
	FILE *f;

	snprintf(command, sizeof(command),
		 "gdb -nx -batch -iex 'set debuginfod enabled off' "
		 "-iex 'set debug-file-directory /nowhere' -iex 'set backtrace past-main on' "
		 "-iex 'set backtrace past-entry on' -p %d -ex bt 2>/dev/null </dev/null",
		 pid);
	f = popen(command, "r");
	while (f && fgets(line, sizeof(line), f)) {
		unsigned long long address;
		int number;

		if (sscanf(line, "#%d  0x%llx in", &number, &address) != 2 &&
		    sscanf(line, "#%d 0x%llx in", &number, &address) != 2) {
			nr += strstr(line, "<signal handler called>") != NULL;
			continue;
		}
		CHECK_EQ(number, nr);
		CHECK_EQ(address, nr < unwound->nr ? unwound->frames[nr].address : 0);
		nr++;
	}
	CHECK_EQ(nr, unwound->nr);
	if (f)
		pclose(f);
}

static void test_agrees_with_gdb(void)
{
	static const char *const asked[] = { "shapes", "library", "fault", "exception" };
	static struct sample sample;
	struct unwound unwound;
	char program[PATH_MAX];

	if (!run("gdb --version >gdb.txt 2>&1")) {
		test_skip("gdb says the same", "gdb is not installed");
		return;
	}
	for (size_t i = 0; i < NR(asked); i++) {
		size_t build = strcmp(asked[i], "exception") != 0 ? 0 : NR(builds) - 1;
		int pid;

		snprintf(program, sizeof(program), "%s/way%zu", work, build);
		if (access(program, X_OK))
			continue;
		pid = start(program, asked[i]);
		sample.nr_mappings = 0;
		if (CHECK(pid > 0) && CHECK(run_to_stop(pid, SIGTRAP) == pid) &&
		    CHECK(take(pid, pid, STACK_MAX, &sample))) {
			unwind(&sample.request, &unwound);
			ptrace(PTRACE_DETACH, pid, NULL, SIGSTOP);
			compare_with_gdb(pid, &unwound);
		}
		finish(pid);
	}
	test_done("gdb says the same");
}

static bool is_same_rule(const struct cfi_rule *rule, unsigned int number, Dwarf_Frame *frame)
{
	Dwarf_Op memory[3], *ops;
	size_t nr;
	bool has_offset = rule->value != 0;

	if (dwarf_frame_register(frame, (int)number, memory, &ops, &nr))
		return false;
	switch (rule->kind) {
	case CFI_SAME:
		/* libdw says aloud that the CFA is the caller's stack pointer. */
		return nr == (number == DWARF_RSP ? 2 : 0);
	case CFI_UNDEFINED: return nr == 0;
	case CFI_AT_OFFSET:
	case CFI_IS_OFFSET:
		return nr == 1u + has_offset + (rule->kind == CFI_IS_OFFSET) &&
		       ops[0].atom == DW_OP_call_frame_cfa &&
		       (!has_offset || (int64_t)ops[1].number == rule->value);
	case CFI_REGISTER: return nr == 1 && ops[0].number == (Dwarf_Word)rule->value;
	default: return nr > 0;
	}
}

static bool is_same_row(const struct cfi_row *row, Dwarf_Frame *frame)
{
	Dwarf_Op *ops;
	size_t nr;

	if (dwarf_frame_cfa(frame, &ops, &nr) || !nr)
		return false;
	if (row->cfa.kind == CFI_IS_OFFSET &&
	    (nr != 1 || ops->atom != DW_OP_bregx || ops->number != row->cfa_register ||
	     (int64_t)ops->number2 != row->cfa.value))
		return false;
	for (unsigned int i = 0; i < NR_DWARF_REGISTERS; i++)
		if (!is_same_rule(&row->rules[i], i, frame))
			return false;
	return true;
}

static void compare_with_libdw(const struct cfi *cfi, Dwarf_CFI *other)
{
	size_t nr = 0, nr_same = 0;

	for (size_t i = 0; i < cfi->nr; i++) {
		for (int j = 0; j < 8; j++) {
			uint64_t address = cfi->entries[i].start + (j ? next_random() % 200 : 0);
			struct cfi_row row;
			Dwarf_Frame *frame = NULL;
			bool is_known = cfi__find(cfi, address, PLENTY, &row);

			if (dwarf_cfi_addrframe(other, address, &frame))
				nr_same += !is_known;
			else
				nr_same += is_known && is_same_row(&row, frame);
			nr++;
			free(frame);
		}
	}
	CHECK_EQ(nr_same, nr);
	CHECK(nr > 100);
	printf("# %zu functions, %zu instructions\n", cfi->nr, nr);
}

static void read_frames(const char *path, const char *section, struct cfi *ret)
{
	struct elf_image image;
	size_t size = 0;
	uint64_t address = 0;
	uint8_t *bytes = NULL;

	*ret = (struct cfi) { 0 };
	if (!elf_image__open(open(path, O_RDONLY | O_CLOEXEC), &image)) {
		bytes = elf_image__copy_section(&image, section, CFI_SECTION_MAX, &size, &address);
		elf_image__close(&image);
	}
	if (CHECK(bytes != NULL))
		cfi__init(ret, bytes, size, address, section[1] == 'e');
}

static const char *path_of_libc(void)
{
	static struct mapping m;

	return maps__query(getpid(), (uintptr_t)&gnu_get_libc_version, &m) ? "" : m.name;
}

static void test_agrees_with_libdw(void)
{
	char debug[PATH_MAX];
	struct cfi cfi;

	snprintf(debug, sizeof(debug), "%s/way7", work);
	const char *paths[] = { path_of_libc(), "/proc/self/exe", debug };

	elf_version(EV_CURRENT);
	for (size_t i = 0; i < NR(paths); i++) {
		bool is_eh = paths[i] != debug;
		int fd = open(paths[i], O_RDONLY | O_CLOEXEC);
		Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
		Dwarf *dwarf = is_eh ? NULL : dwarf_begin_elf(elf, DWARF_C_READ, NULL);
		Dwarf_CFI *other = is_eh ? dwarf_getcfi_elf(elf) : dwarf_getcfi(dwarf);

		read_frames(paths[i], is_eh ? ".eh_frame" : ".debug_frame", &cfi);
		if (CHECK(other != NULL))
			compare_with_libdw(&cfi, other);
		cfi__free(&cfi);
		if (is_eh)
			dwarf_cfi_end(other);
		dwarf_end(dwarf);
		elf_end(elf);
		close(fd);
	}
	test_done("libdw reads the same");
}

/* ---- Processes that are not what they were ----------------------------------------------------- */

static bool is_same(const struct unwound *one, const struct unwound *other)
{
	bool same = one->nr == other->nr && one->end == other->end;

	for (size_t i = 0; same && i < one->nr; i++)
		same = one->frames[i].address == other->frames[i].address;
	return same;
}

static void unwind_anew(const struct unwind_request *request, struct unwound *ret)
{
	struct unwinder *old = unwinder;
	struct binaries *binaries;

	if (!CHECK(!binaries__new(false, &binaries)) || !CHECK(!unwinder__new(binaries, &unwinder)))
		return;
	unwind(request, ret);
	unwinder__free(unwinder);
	binaries__free(binaries);
	unwinder = old;
}

static void test_deleted_and_ended(void)
{
	static struct sample sample;
	struct unwound unwound, again;
	char program[PATH_MAX];
	int pid;

	CHECK(run("cp way0 gone"));
	snprintf(program, sizeof(program), "%s/gone", work);
	pid = start(program, "shapes");
	sample.nr_mappings = 0;
	if (CHECK(pid > 0) && CHECK(run_to_stop(pid, SIGTRAP) == pid) &&
	    CHECK(take(pid, pid, STACK_MAX, &sample))) {
		unwind_anew(&sample.request, &unwound);
		CHECK_EQ(unwound.end, UNWIND_COMPLETE);
		CHECK(unwound.nr > 20);
		CHECK(run("mv gone moved"));
		unwind_anew(&sample.request, &again);
		CHECK(is_same(&unwound, &again));
		CHECK(run("rm moved && cp /bin/true gone"));
		unwind_anew(&sample.request, &again);
		CHECK(is_same(&unwound, &again));
		unwind(&sample.request, &again);
	}
	finish(pid);
	unwind(&sample.request, &unwound);
	CHECK(is_same(&unwound, &again));
	/* Nothing has the program any more. */
	unwind_anew(&sample.request, &unwound);
	CHECK_EQ(unwound.end, UNWIND_UNREADABLE);
	for (size_t i = 1; i < unwound.nr; i++)
		CHECK(unwound.frames[i].is_guess);
	test_done("deleted, replaced and ended programs");
}

/* ---- Little and wrong input --------------------------------------------------------------------- */

static bool take_shapes(struct sample *sample, int *pid)
{
	char program[PATH_MAX];

	snprintf(program, sizeof(program), "%s/way0", work);
	*pid = start(program, "shapes");
	sample->nr_mappings = 0;
	return CHECK(*pid > 0) && CHECK(run_to_stop(*pid, SIGTRAP) == *pid) &&
	       CHECK(take(*pid, *pid, STACK_MAX, sample));
}

static bool begins_with(const struct unwound *part, const struct unwound *whole)
{
	bool same = part->nr <= whole->nr;

	for (size_t i = 0; same && i < part->nr; i++)
		same = part->frames[i].address == whole->frames[i].address;
	return same;
}

static void test_truncated(struct sample *sample)
{
	struct unwind_request request = sample->request;
	struct unwound whole, part;
	size_t nr_before = 0;

	unwind(&request, &whole);
	for (request.stack.size = 0; request.stack.size < sample->request.stack.size;
	     request.stack.size += 8) {
		unwind(&request, &part);
		if (!CHECK(begins_with(&part, &whole)) ||
		    !CHECK(part.end == UNWIND_TRUNCATED || part.end == UNWIND_COMPLETE) ||
		    !CHECK((part.end == UNWIND_COMPLETE) == (part.nr == whole.nr)) ||
		    !CHECK(part.nr >= nr_before && part.nr > 0))
			break;
		nr_before = part.nr;
	}
	CHECK_EQ(nr_before, whole.nr);
	test_done("stacks that were not copied to their end");
}

static void test_limits(struct sample *sample)
{
	struct unwind_request request = sample->request;
	struct unwind_frame frames[4];
	enum unwind_end end;

	CHECK_EQ(unwinder__unwind(unwinder, &request, frames, 4, &end), 4);
	CHECK_EQ(end, UNWIND_FULL);
	CHECK_EQ(unwinder__unwind(unwinder, &request, frames, 0, &end), 0);
	CHECK_EQ(end, UNWIND_FULL);
	/* The frames that need rbp are not found without it. */
	request.registers.known &= 1u << DWARF_RIP | 1u << DWARF_RSP;
	CHECK_EQ(unwinder__unwind(unwinder, &request, frames, 4, &end), 4);
	request.registers.known = 1u << DWARF_RIP;
	CHECK_EQ(unwinder__unwind(unwinder, &request, frames, 4, &end), 0);
	CHECK_EQ(end, UNWIND_UNREADABLE);
	test_done("little room, few registers");
}

static void replace_words(char *bytes, size_t size, uint64_t from, uint64_t to)
{
	for (size_t at = 0; at + 8 <= size; at += 8)
		if (memcmp(bytes + at, &from, 8) == 0)
			memcpy(bytes + at, &to, 8);
}

/* As of the first function of a Go program: what lies there is the number of arguments. */
static void test_no_caller(const struct sample *sample)
{
	const struct {
		uint64_t address;
		enum unwind_end end;
	} cases[] = {
		{ 0, UNWIND_COMPLETE },
		{ 1, UNWIND_UNREADABLE },
		{ sample->request.stack.start + 4096, UNWIND_UNREADABLE },
		{ 0x8000000000000000, UNWIND_UNREADABLE },
	};
	struct unwind_request request = sample->request;
	static char bytes[STACK_MAX];
	struct unwound whole, part;

	unwind(&request, &whole);
	request.stack.bytes = bytes;
	for (size_t i = 0; i < NR(cases); i++) {
		memcpy(bytes, sample->stack, request.stack.size);
		replace_words(bytes, request.stack.size, whole.frames[2].address, cases[i].address);
		unwind(&request, &part);
		CHECK_EQ(part.nr, 2);
		CHECK_EQ(part.end, cases[i].end);
		CHECK(begins_with(&part, &whole));
	}
	test_done("callers that are no code");
}

/* What a stack and registers may well hold. */
static uint64_t make_value(const struct sample *sample)
{
	const struct mapping *m = &sample->mappings[next_random() % sample->nr_mappings];

	switch (next_random() % 6) {
	case 0: return next_random();
	case 1: return next_random() % 256;
	case 2: return sample->request.stack.start + next_random() % STACK_MAX / 8 * 8;
	default: return m->vma.start + next_random() % (m->vma.end - m->vma.start);
	}
}

static void test_garbage(const struct sample *sample)
{
	static char bytes[STACK_MAX];
	struct unwind_request request;
	struct unwound unwound;
	size_t nr[4] = { 0 }, longest = 0;

	for (int i = 0; i < 20000; i++) {
		request = sample->request;
		memcpy(bytes, sample->stack, request.stack.size);
		request.stack.bytes = bytes;
		if (i % 3)
			for (size_t j = 0; j < NR_DWARF_REGISTERS; j++)
				if (j != DWARF_RSP || i % 7 == 0)
					registers__set(&request.registers, (unsigned int)j,
						       make_value(sample));
		for (int j = 0; j < 300; j++) {
			uint64_t value = make_value(sample);

			memcpy(bytes + next_random() % (j % 2 ? 1000 : request.stack.size - 8) / 8 *
					       8,
			       &value, 8);
		}
		unwind(&request, &unwound);
		nr[unwound.end]++;
		longest = unwound.nr > longest ? unwound.nr : longest;
	}
	printf("# complete %zu, truncated %zu, unreadable %zu, full %zu; longest %zu\n",
	       nr[UNWIND_COMPLETE], nr[UNWIND_TRUNCATED], nr[UNWIND_UNREADABLE], nr[UNWIND_FULL],
	       longest);
	CHECK(nr[UNWIND_TRUNCATED] && nr[UNWIND_UNREADABLE]);
	test_done("garbage on the stack and in registers");
}

/* Without a function to ask for mappings, and with it. */
static void test_own_mappings(struct sample *sample)
{
	struct unwind_request request = sample->request;
	struct unwound asked, own;

	unwind(&request, &asked);
	CHECK_EQ(asked.end, UNWIND_COMPLETE);
	request.find_mapping = NULL;
	unwind_anew(&request, &own);
	CHECK(is_same(&asked, &own));
	test_done("mappings that the process has now");
}

static void test_samples(void)
{
	static struct sample sample;
	int pid;

	if (take_shapes(&sample, &pid)) {
		test_own_mappings(&sample);
		test_truncated(&sample);
		test_limits(&sample);
		test_no_caller(&sample);
		test_garbage(&sample);
	}
	finish(pid);
}

/* ---- Damaged files ------------------------------------------------------------------------------ */

static void damage(uint8_t *bytes, size_t size)
{
	for (unsigned long long n = next_random() % 64 + 1; n--;)
		bytes[next_random() % size] = (uint8_t)(next_random() & 1 ? next_random() : 0xff);
}

static void ask_for_expressions(const struct cfi *cfi, const struct cfi_row *row)
{
	static uint8_t memory[1024];
	struct registers registers = { .known = ~0u };
	struct stack_copy copy = { 0x1000, memory, sizeof(memory) };
	uint64_t value, cfa = 0x1100;

	for (size_t i = 0; i < NR_DWARF_REGISTERS; i++) {
		registers.values[i] = 0x1000 + next_random() % 1200;
		if (row->rules[i].kind == CFI_AT_EXPRESSION ||
		    row->rules[i].kind == CFI_IS_EXPRESSION)
			expression__evaluate(cfi__expression(cfi, &row->rules[i]), &cfa, &registers,
					     &copy, PLENTY, &value);
	}
	if (row->cfa.kind == CFI_IS_EXPRESSION)
		expression__evaluate(cfi__expression(cfi, &row->cfa), NULL, &registers, &copy,
				     PLENTY, &value);
}

/* Half of the damage is done in one function's entry, or in what it has in common with others. */
static void damage_frames(uint8_t *bytes, const struct cfi *whole)
{
	size_t at;

	if (next_random() & 1) {
		damage(bytes, whole->size);
		return;
	}
	at = next_random() & 1 ? 0 : whole->entries[next_random() % whole->nr].offset;
	for (int i = 0; i < 4 && at + 4 + 40 < whole->size; i++)
		bytes[at + 8 + next_random() % 32] = (uint8_t)next_random();
}

static void test_damaged_frames(const char *path, const char *section, int rounds)
{
	const char *more = getenv("FUZZ_ROUNDS");
	struct cfi whole, cfi;
	struct cfi_row row;
	char name[128];

	read_frames(path, section, &whole);
	rounds = more ? atoi(more) : rounds;
	for (int i = 0; whole.nr && i < rounds; i++) {
		size_t size = i % 4 ? whole.size : next_random() % whole.size + 1;
		uint8_t *bytes = malloc(size);
		uint8_t *all = malloc(whole.size);

		memcpy(all, whole.bytes, whole.size);
		damage_frames(all, &whole);
		memcpy(bytes, all, size);
		free(all);
		cfi__init(&cfi, bytes, size, whole.address, whole.is_eh);
		for (size_t j = 0; cfi.nr && j < 300; j++)
			if (cfi__find(&cfi,
				      cfi.entries[next_random() % cfi.nr].start +
					      next_random() % 100,
				      PLENTY, &row))
				ask_for_expressions(&cfi, &row);
		cfi__free(&cfi);
	}
	cfi__free(&whole);
	snprintf(name, sizeof(name), "damaged %s of %s", section, strrchr(path, '/') + 1);
	test_done(name);
}

/* Any bytes at all may be an expression. */
static void test_expressions(void)
{
	static const struct {
		uint8_t code[12];
		size_t size;
		int err;
		uint64_t want;
	} cases[] = {
		{ { DW_OP_breg7, 8 }, 2, 0, 0x1008 },
		{ { DW_OP_breg7, 0x78, DW_OP_deref }, 3, -EFAULT, 0 },
		{ { DW_OP_breg7, 0, DW_OP_deref }, 3, 0, 0x1122334455667788 },
		{ { DW_OP_breg7, 0, DW_OP_deref_size, 2 }, 4, 0, 0x7788 },
		{ { DW_OP_breg3, 0 }, 2, -ENODATA, 0 },
		/* What linkers write for the stubs of calls between libraries. */
		{ { DW_OP_breg7, 8, DW_OP_breg16, 0, DW_OP_lit15, DW_OP_and, DW_OP_lit11, DW_OP_ge,
		    DW_OP_lit3, DW_OP_shl, DW_OP_plus },
		  11,
		  0,
		  0x1010 },
		{ { DW_OP_lit8, DW_OP_const1s, 0xfe, DW_OP_div }, 4, 0, (uint64_t)-4 },
		{ { DW_OP_const1s, 0xf0, DW_OP_lit2, DW_OP_shra }, 4, 0, (uint64_t)-4 },
		{ { DW_OP_lit1, DW_OP_lit0, DW_OP_div }, 3, -EINVAL, 0 },
		{ { DW_OP_lit1, DW_OP_lit0, DW_OP_mod }, 3, -EINVAL, 0 },
		{ { DW_OP_lit1, DW_OP_lit2, DW_OP_lit3, DW_OP_rot }, 4, 0, 2 },
		{ { DW_OP_lit1, DW_OP_lit2, DW_OP_swap, DW_OP_minus }, 4, 0, 1 },
		{ { DW_OP_lit5, DW_OP_lit0, DW_OP_bra, 1, 0, DW_OP_lit7 }, 6, 0, 7 },
		{ { DW_OP_lit5, DW_OP_lit1, DW_OP_bra, 1, 0, DW_OP_lit7 }, 6, 0, 5 },
		{ { DW_OP_skip, 0xfd, 0xff }, 3, -EINVAL, 0 },
		{ { DW_OP_skip, 0xfc, 0xff }, 3, -EINVAL, 0 },
		{ { DW_OP_dup }, 1, -EINVAL, 0 },
		{ { DW_OP_plus }, 1, -EINVAL, 0 },
		{ { DW_OP_constu, 0x80 }, 2, -EINVAL, 0 },
		{ { DW_OP_call_frame_cfa }, 1, -EINVAL, 0 },
		{ { 0 }, 0, -EINVAL, 0 },
	};
	uint64_t words[2] = { 0x1122334455667788, 0 }, value;
	struct stack_copy memory = { 0x1000, words, sizeof(words) };
	struct registers registers = { 0 };
	uint8_t bytes[64];

	registers__set(&registers, DWARF_RSP, 0x1000);
	registers__set(&registers, DWARF_RIP, 0x40100b);
	for (size_t i = 0; i < NR(cases); i++) {
		struct reader program = { cases[i].code, cases[i].code + cases[i].size, false };
		int err = expression__evaluate(program, NULL, &registers, &memory, PLENTY, &value);

		if (!CHECK(err == cases[i].err && (err || value == cases[i].want)))
			printf("#   case %zu is %d, %llx\n", i, err, (unsigned long long)value);
	}
	registers.known = ~0u;
	for (int i = 0; i < 300000; i++) {
		struct reader program = { bytes, bytes + next_random() % sizeof(bytes), false };

		for (size_t j = 0; j < sizeof(bytes); j += 8)
			*(uint64_t *)(bytes + j) = next_random();
		expression__evaluate(program, i & 1 ? words : NULL, &registers, &memory, PLENTY,
				     &value);
	}
	test_done("expressions");
}

static void test_damaged_sections(size_t build)
{
	char path[PATH_MAX];
	size_t size, address_size = 0;
	uint64_t address;
	FILE *f;
	uint8_t *whole = malloc(1 << 20);

	snprintf(path, sizeof(path), "%s/way%zu", work, build);
	f = fopen(path, "r");
	size = f ? fread(whole, 1, 1 << 20, f) : 0;
	if (f)
		fclose(f);
	for (int i = 0; CHECK(size) && i < 500; i++) {
		uint8_t *bytes = malloc(size), *copy;
		struct elf_image image;

		memcpy(bytes, whole, size);
		/* Its headers, and the sections' at the end. */
		damage(bytes + (i & 1 ? 0 : size - 4000), i & 1 ? 1000 : 4000);
		if (elf_image__open_memory(bytes, size, &image))
			continue;
		copy = elf_image__copy_section(&image, ".debug_frame", 1 << 20, &address_size,
					       &address);
		free(copy);
		copy = elf_image__copy_section(&image, ".eh_frame", 1 << 20, &address_size,
					       &address);
		free(copy);
		elf_image__close(&image);
	}
	free(whole);
	test_done("damaged sections");
}

static void test_damaged(void)
{
	char debug[PATH_MAX];

	snprintf(debug, sizeof(debug), "%s/way7", work);
	test_damaged_frames(path_of_libc(), ".eh_frame", 150);
	test_damaged_frames(debug, ".eh_frame", 2000);
	test_damaged_frames(debug, ".debug_frame", 2000);
	test_damaged_sections(8);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!mkdtemp(work) || symbols__new(&symbols) ||
	    unwinder__new(symbols__modules(symbols), &unwinder))
		return 1;
	atexit(remove_work);
	find_fixtures();
	random_state = (unsigned long long)time(NULL) * 2654435761ULL | 1;
	printf("# seed %llu\n", random_state);
	test_known();
	test_instructions(0, true, "each instruction");
	test_instructions(4, false, "each instruction of a static program");
	test_first_instructions(0, "the dynamic loader's first instructions");
	test_first_instructions(4, "a static program's first instructions");
	test_agrees_with_gdb();
	test_agrees_with_libdw();
	test_deleted_and_ended();
	test_samples();
	test_expressions();
	test_damaged();
	unwinder__free(unwinder);
	unwinder__free(NULL);
	symbols__free(symbols);
	return test_status();
}
