/* SPDX-License-Identifier: GPL-2.0-only */
/* What is left of names that do not fit. */
#include <stdlib.h>

#include "../../src/format/columns.h"
#include "test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

typedef void shorten_fn(struct buf *out, size_t start, size_t end, size_t columns);

struct name {
	const char *whole;
	size_t columns;
	const char *shortened;
};

static const struct name names[] = {
	{ "ld-linux-x86-64.so.2", 20, "ld-linux-x86-64.so.2" },
	{ "ld-linux-x86-64.so.2", 10, "ld-linux.." },
	{ "\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87", 3, "\xe4\xb8\xad.." },
	{ "[heap]", 3, "[heap]" },
	{ "[stack]", 6, "[stack]" },
	{ "[anon:glibc: malloc arena]", 14, "[anon:glibc..]" },
	{ "[anon] 7f1100000000", 17, "[anon] ..00000000" },
	{ "[anon] 7f1100000000", 5, "[anon] ..0000" },
	{ "/usr/lib/x86_64-linux-gnu/libc.so.6", 20, "..inux-gnu/libc.so.6" },
	{ "/usr/lib/libcrypto.so.3", 16, "libcrypto.so.3" },
	{ "/usr/lib/libcrypto.so.3", 8, "libcry.." },
};

static const struct name functions[] = {
	{ "main (a.out)", 12, "main (a.out)" },
	{ "_dl_relocate_object (ld-linux-x86-64.so.2)", 30, "_dl_relocate_object (ld-lin..)" },
	{ "_dl_relocate_object (ld-linux-x86-64.so.2)", 24, "..locate_object (ld-l..)" },
	{ "_dl_relocate_object (ld-linux-x86-64.so.2)", 12, "..ate_object" },
	{ "v8::internal::Deserializer<v8::internal::Isolate>::ReadObject (node)", 49,
	  "v8::internal::Deserializer<..>::ReadObject (node)" },
	{ "v8::internal::Deserializer<v8::internal::Isolate>::ReadObject (node)", 24,
	  "..ReadObject (node)" },
	{ "v8::internal::String::Data::Resize", 24, "..String::Data::Resize" },
	{ "aVeryLongClassNameThatIsLong::f", 24, "..ClassNameThatIsLong::f" },
	{ "operator<< <a::long_type_name>", 15, "operator<< <..>" },
	{ "a::operator< (libx.so)", 15, "a::operator<" },
	{ "a < b (long-module.so)", 10, "a < b" },
	{ "libreallylong.so.1+0x1a2f", 16, "libreal..+0x1a2f" },
	{ "[cut];main;read_table;memcpy", 24, "..;read_table;memcpy" },
	{ "main;read_table;libx.so+0x12", 20, "..;libx.so+0x12" },
	{ "<alloc::vec::Vec<T> as Foo>::bar", 10, "<..>::bar" },
	{ "f<(a->b)> (m)", 8, "f<..>" },
};

static void check(const struct name *name, shorten_fn *shorten)
{
	struct buf b = { 0 };
	size_t end;

	buf__adds(&b, "before ");
	buf__adds(&b, name->whole);
	end = b.len;
	buf__adds(&b, " after");
	shorten(&b, strlen("before "), end, name->columns);
	b.len -= strlen(" after");
	CHECK(memcmp(b.data + b.len, " after", strlen(" after")) == 0);
	buf__addc(&b, '\0');
	CHECK_STR(b.data + strlen("before "), name->shortened);
	buf__free(&b);
}

int main(void)
{
	for (size_t i = 0; i < NR(names); i++)
		check(&names[i], shorten_name);
	test_done("names of mappings and files");
	for (size_t i = 0; i < NR(functions); i++)
		check(&functions[i], shorten_function);
	test_done("functions and stacks");
	return test_status();
}
