# SPDX-License-Identifier: GPL-2.0-only
"""Files that harm who parses them, and what the test of them needs beside.

hostile.py make NAME FOLDER        writes the files of an attack
hostile.py run SECONDS COMMAND..   runs a tracer, kills it after so long, and prints what it took as JSON
hostile.py share                   prints how many seconds a second of a processor's time takes here
hostile.py text FILE               is it UTF-8 without control characters? Prints what is not.
"""
import array
import json
import os
import signal
import struct
import subprocess
import sys
import time
import unicodedata
import zlib

KIB, MIB, GIB, TIB, EIB = (1 << n for n in (10, 20, 30, 40, 60))

# Where tools/workloads/hostile.c has its code.
CODE = 0x290000000000
# Functions are 16 bytes apart: movb $1, (%rdi); ret.
STEP = 16
FUNCTION = b"\xc6\x07\x01\xc3".ljust(STEP, b"\x90")
TEXT_AT = 4 * KIB  # both in the file and in memory

PROGBITS, SYMTAB, STRTAB, NOTE, NOBITS = 1, 2, 3, 7, 8
ALLOC, EXEC, WRITE, COMPRESSED = 2, 4, 1, 0x800
FUNC, OBJECT = 2, 1


class Elf:
    """A shared object with code at TEXT_AT. A section's content is bytes, or the size of a hole."""

    def __init__(self, functions=256):
        self.sections = []  # [name, type, flags, address, content, link, entry size, offset if not its own]
        self.segments = [(5, TEXT_AT, TEXT_AT, functions * STEP)]  # flags, offset, address, size
        self.names_size = 0
        self.add("", 0, b"")
        self.text_size = functions * STEP
        self.add(".text", PROGBITS, FUNCTION * functions, ALLOC | EXEC, TEXT_AT, at=TEXT_AT)

    def add(self, name, kind, content, flags=0, address=0, link=0, entry=0, at=None):
        self.sections.append([name, kind, flags, address, content, link, entry, at])
        return len(self.sections) - 1

    def add_symbols(self, symbols, strings):
        """symbols: bytes, or a list of (offset of the name, address, size, section, type)."""
        if isinstance(symbols, list):
            symbols = b"".join(struct.pack("<IBBHQQ", name, 1 << 4 | kind, 0, section, address, size)
                               for name, address, size, section, kind in symbols)
        link = self.add(".strtab", STRTAB, strings)
        self.add(".symtab", SYMTAB, bytes(24) + symbols, link=link, entry=24)

    def name_code(self, name):
        self.add_symbols([(1, TEXT_AT, self.text_size, 1, FUNC)], b"\0" + name + b"\0")

    def write(self, path):
        names, headers = b"", []
        last = self.add(".shstrtab", STRTAB, b"")
        for section in self.sections:
            section[0] = (len(names), section[0])
            names += section[0][1].encode() + b"\0"
        self.sections[last][4] = names
        with open(path, "wb") as file:
            end = TEXT_AT + self.text_size
            for (name, _), kind, flags, address, content, link, entry, at in self.sections:
                if at is None:
                    at = end = (end + 15) & ~15
                size = content if isinstance(content, int) else len(content)
                if size and not isinstance(content, int):
                    file.seek(at)
                    file.write(content)
                end = max(end, at + size)
                headers.append(struct.pack("<IIQQQQIIQQ", name, kind, flags, address, at, size, link, 0, 8, entry))
            headers[0] = bytes(64)
            if self.names_size:  # more than there is of them
                fields = list(struct.unpack("<IIQQQQIIQQ", headers[last]))
                fields[5] = self.names_size
                headers[last] = struct.pack("<IIQQQQIIQQ", *fields)
                end = max(end, fields[4] + self.names_size)
            end = (end + 15) & ~15
            file.seek(end)
            file.write(b"".join(headers))
            file.seek(0)
            file.write(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 3, 62, 1, 0, 64, end, 0, 64, 56, len(self.segments),
                                   64, len(headers), last))
            for flags, at, address, size in self.segments:
                file.write(struct.pack("<IIQQQQQQ", 1, flags, at, address, address, size, size, 4 * KIB))


def sparse(path, size, begin=b""):
    with open(path, "wb") as file:
        file.write(begin)
        file.truncate(size)


def write_map(folder, lines):
    with open(folder + "/map", "wb") as file:
        file.writelines(lines)


def uleb(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + uleb(n >> 7)


# ---- DWARF ----------------------------------------------------------------------------------------------------------

NAME, LOW, HIGH = 0x03, 0x11, 0x12
ADDRESS, DATA8, STRING, STRP, STRP_ALT = 0x01, 0x07, 0x08, 0x0e, 0x1f21


def add_dwarf(elf, form, name):
    """A unit with one function, both of the whole code and with a name of that form, as given."""
    def abbreviation(code, tag, has_children, *attributes):
        return uleb(code) + bytes([tag, has_children]) + b"".join(uleb(a) + uleb(f) for a, f in attributes) + b"\0\0"

    attributes = (LOW, ADDRESS), (HIGH, DATA8), (NAME, form)
    place = struct.pack("<QQ", TEXT_AT, elf.text_size)
    entries = b"\1" + place + name + b"\2" + place + name
    unit = struct.pack("<HIB", 4, 0, 8) + entries + (b"\0" if form != STRING else b"")
    elf.add(".debug_abbrev", PROGBITS, abbreviation(1, 0x11, 1, *attributes) + abbreviation(2, 0x2e, 0, *attributes) + b"\0")
    elf.add(".debug_info", PROGBITS, struct.pack("<I", len(unit)) + unit)


# ---- The attacks ----------------------------------------------------------------------------------------------------

def rust_loop(folder):
    """A Rust name that binds more lifetimes than anybody can print, of a function."""
    elf = Elf()
    elf.name_code(b"_RMYDGzzzzzzzz_")
    elf.write(folder + "/elf")


def rust_loop_in_map(folder):
    write_map(folder, [b"%x 1000 _RMYDGzzzzzzzz_\n" % CODE])


def alternate_file(folder):
    """Names that are in another file, which is a FIFO."""
    os.mkfifo(folder + "/fifo")
    elf = Elf()
    elf.add(".gnu_debugaltlink", PROGBITS, (folder + "/fifo").encode() + b"\0" + bytes(range(20)))
    add_dwarf(elf, STRP_ALT, struct.pack("<I", 0))
    elf.write(folder + "/elf")


def notes(folder):
    """Forty sections of notes over one hole."""
    elf = Elf()
    for _ in range(40):
        elf.add(".note", NOTE, 512 * MIB, ALLOC, at=64 * KIB)
    elf.write(folder + "/elf")


def section_names(folder):
    elf = Elf()
    elf.names_size = 12 * GIB
    elf.write(folder + "/elf")


def debug_hole(folder):
    """Debug information that is loaded, as it says, and is a hole."""
    elf = Elf()
    elf.add(".debug_abbrev", PROGBITS, b"\0")
    elf.add(".debug_info", PROGBITS, 20 * GIB, ALLOC)
    elf.write(folder + "/elf")


def zeros_compressed(mib):
    """What so many MiB of zeros are when compressed, without compressing them all."""
    stream = zlib.compressobj(9, wbits=-15)
    block = stream.compress(bytes(MIB)) + stream.flush(zlib.Z_FULL_FLUSH)
    block = stream.compress(bytes(MIB)) + stream.flush(zlib.Z_FULL_FLUSH)
    checksum = ((mib << 20) % 65521) << 16 | 1
    return b"\x78\xda" + block * mib + b"\3\0" + struct.pack(">I", checksum)


def debug_bomb(folder):
    """Two MB that are two GiB of strings."""
    elf = Elf()
    add_dwarf(elf, STRP, struct.pack("<I", 0))
    elf.add(".debug_str", PROGBITS, struct.pack("<IIQQ", 1, 0, 2 * GIB, 1) + zeros_compressed(2048), COMPRESSED)
    elf.write(folder + "/elf")


def debug_link(folder):
    """A file with the debug information that has no end."""
    elf = Elf()
    elf.write(folder + "/huge.debug")
    os.truncate(folder + "/huge.debug", 8 * TIB)
    elf = Elf()
    elf.add(".gnu_debuglink", PROGBITS, b"huge.debug\0\0" + bytes(4))
    elf.write(folder + "/elf")


def endless_line(folder):
    sparse(folder + "/map", TIB, b"%x 1000 " % CODE)


def long_name(folder):
    elf = Elf()
    elf.name_code(b"n" * (60 * MIB))
    elf.write(folder + "/elf")


def many_symbols(folder):
    """Data whose first MiB has a name at each of 1.5 million bytes, in a symbol that has them all."""
    count, at, size = 1500000, 64 * MIB, 64 * MIB
    elf = Elf()
    data = elf.add(".data", PROGBITS, size, ALLOC | WRITE, at, at=at)
    elf.segments.append((6, at, at, size))
    words = array.array("Q", bytes(24 * (count + 1)))
    words[0::3] = array.array("Q", [1 | (1 << 4 | OBJECT) << 32 | data << 48]) * (count + 1)
    words[1::3] = array.array("Q", [at]) + array.array("Q", range(at + 1, at + 1 + count))
    words[2::3] = array.array("Q", [size]) + array.array("Q", [1]) * count
    elf.add_symbols(words.tobytes(), b"\0x\0")
    elf.write(folder + "/elf")


def overlapping_map(folder, count=1500000):
    write_map(folder, (b"%x 10000000 x\n" % (CODE - i) for i in range(count)))


def growing_map(folder):
    overlapping_map(folder, 700000)


def twin_strings(folder):
    """Two sections of one name, the second without an end, and a name at the end of its section."""
    elf = Elf()
    add_dwarf(elf, STRP, struct.pack("<I", 0))
    elf.add(".debug_str", PROGBITS, b"first\0")
    elf.add(".debug_str", PROGBITS, b"s" * 64)
    elf.write(folder + "/elf")


def unended_string(folder):
    elf = Elf()
    add_dwarf(elf, STRING, b"unended")
    elf.write(folder + "/elf")


def punycode(folder):
    """A Rust name that takes memory to demangle, and then is too long."""
    write_map(folder, [b"%x 1000000 _RNvC1au3000_%s\n" % (CODE, b"a" * 3000)])


def long_names(folder):
    """20 000 functions, each with a name of its own of 100 KB: each the end of the one before."""
    count = 20000
    elf = Elf(count)
    elf.add_symbols([(1 + i, TEXT_AT + i * STEP, STEP, 1, FUNC) for i in range(count)],
                    b"\0" + b"n" * (100 * KIB + count) + b"\0")
    elf.write(folder + "/elf")


def long_path(folder):
    elf = Elf()
    elf.name_code(b"named")
    elf.write(folder + "/elf")
    path = "/tmp/"  # as the attacker sees the folder
    here = os.open(folder, os.O_PATH)
    while len(path) < 4080:
        name = "d" * min(250, 4088 - len(path))
        os.mkdir(name, dir_fd=here)
        path += name + "/"
        below = os.open(name, os.O_PATH, dir_fd=here)
        os.close(here)
        here = below
    os.rename(folder + "/elf", "elf", dst_dir_fd=here)
    os.symlink(path + "elf", folder + "/elf")


def huge_file(folder):
    sparse(folder + "/elf", 4 * EIB, b"nothing to see")


def frame_programs(folder):
    """Unwind information that takes a MiB of instructions to find each row."""
    def record(id, rest):
        rest = struct.pack("<I", id) + rest
        rest += bytes(-len(rest) % 8)
        return struct.pack("<I", len(rest)) + rest

    elf = Elf(65536)
    common = record(0, b"\1\0\1\x78\x10" + b"\x0c\7\x08" + b"\x90\1")
    program = b"\x0a\x0b" * (512 * KIB - 64)
    functions = record(len(common) + 4, struct.pack("<QQ", TEXT_AT, elf.text_size) + program)
    elf.add(".eh_frame", PROGBITS, common + functions + bytes(4), ALLOC, 16 * MIB)
    elf.name_code(b"framed")
    elf.write(folder + "/elf")


def linked_map(folder):
    os.symlink("secret", folder + "/map")


# Each with what it is read as in text: the first turns the direction of what follows, and the last is no escape.
def strange_names(folder):
    names = "left\u200eto", "right\u200fto", "arabic\u061cmark", "over\u202eride", "e\x1b[2J", "e\\x1b[2J", "bad"
    strings, symbols = b"\0", []
    elf = Elf(len(names))
    for i, name in enumerate(names):
        symbols.append((len(strings), TEXT_AT + i * STEP, STEP, 1, FUNC))
        strings += name.encode() + (b"\xff\xc0\x80" if name == "bad" else b"") + b"\0"
    elf.add_symbols(symbols, strings)
    elf.write(folder + "/elf")


# ---- Running the tracer ---------------------------------------------------------------------------------------------

def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def same_program(pid, program):
    try:
        return os.path.samefile(f"/proc/{pid}/exe", program)
    except OSError:
        return False


def processes_of(pid, program):
    """The tracer, and those that it made of itself."""
    yield pid
    for child in read(f"/proc/{pid}/task/{pid}/children").split():
        if same_program(child, program):
            yield from processes_of(int(child), program)


def most_kib(pids):
    lines = "\n".join(read(f"/proc/{pid}/status") for pid in pids).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def run(limit, *command):
    began, most, status = time.monotonic(), 0, "killed"
    tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    while time.monotonic() - began < float(limit):
        most = max(most, most_kib(processes_of(tracer.pid, command[0])))
        try:
            status = tracer.wait(0.02)
            break
        except subprocess.TimeoutExpired:
            pass
    took = time.monotonic() - began
    try:
        os.killpg(tracer.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    print(json.dumps({"ms": round(1000 * took), "mib": most >> 10, "status": status}))


def share():
    began, used = time.monotonic(), time.process_time()
    while time.process_time() - used < 0.3:
        pass
    print(round((time.monotonic() - began) / (time.process_time() - used), 2))


def text(path):
    with open(path, "rb") as file:
        content = file.read()
    try:
        strange = {c for c in set(content.decode()) if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c != "\n"}
        print(*(f"U+{ord(c):04X}" for c in sorted(strange)))
    except UnicodeDecodeError as error:
        print(error)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        globals()[sys.argv[2]](sys.argv[3])
    else:
        {"run": run, "share": share, "text": text}[sys.argv[1]](*sys.argv[2:])
