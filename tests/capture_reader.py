#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Print the rows of a capture as lines of JSON: tests/capture_reader.py FILE
#
# A reader of its own, made of docs/capture-format.md: the tests compare faulttrace's with it. zstd's command
# decompresses the frames. What is damaged is told on stderr, and the exit status is then 1.
import json
import struct
import subprocess
import sys
import zlib

HEADER = struct.Struct("<IIQHHHHIIQQQIIII")
MARK = struct.pack("<II", 0x184D2A5C, 64) + b"\x89ftc\r\n\x1a\n"
META, STRINGS, ROWS, END = 1, 2, 3, 4
DELTA, STRING, KNOWN_FLAGS = 1, 2, 7
LIMIT = 1 << 20

problems = 0


def complain(text):
    global problems
    problems += 1
    print(text, file=sys.stderr)


class Data:
    """Bytes that are taken one after another."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, n):
        if self.at + n > len(self.data):
            raise ValueError("data are too short")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "little")

    def name(self):
        name = self.take(self.number(1)).decode("latin-1")
        self.take(1)
        return name


class Header:
    def __init__(self, data):
        fields = HEADER.unpack(data)
        self.version, self.type, self.table, _, self.segment, self.rows, self.sequence = fields[3:10]
        self.frame_bytes, self.frame_crc, self.data_bytes, crc = fields[12:]
        self.is_whole = data.startswith(MARK) and zlib.crc32(data[:-4]) == crc


def decompress(frame):
    return subprocess.run(["zstd", "-q", "-d", "-c"], input=frame, stdout=subprocess.PIPE, check=True).stdout


def blocks(data):
    """Each whole block's header and data."""
    at, sequence, complete = 0, 0, False
    while at + 8 <= len(data):
        magic, size = struct.unpack_from("<II", data, at)
        if magic != 0x184D2A5C and magic & ~15 == 0x184D2A50:
            at += 8 + size
            continue
        header = Header(data[at : at + HEADER.size]) if at + HEADER.size <= len(data) else None
        if not header or not header.is_whole:
            complain(f"no block at {at}")
            at = data.find(MARK, at + 1)
            if at < 0:
                break
            continue
        at += HEADER.size
        frame = data[at : at + header.frame_bytes]
        if len(frame) < header.frame_bytes or zlib.crc32(frame) != header.frame_crc:
            complain(f"block {header.sequence} is damaged")
            continue
        at += header.frame_bytes
        if header.sequence == 0 and header.type == META and sequence:
            if not complete:
                complain("a capture follows one that has no end")
            sequence = 0
        if header.sequence != sequence:
            complain(f"blocks {sequence} to {header.sequence - 1} are missing")
        sequence, complete = header.sequence + 1, header.type == END
        yield header, decompress(frame) if header.frame_bytes else b""
    if not complete:
        complain("there is no end")


def read_meta(data, nr_tables):
    tables = {}
    for _ in range(nr_tables):
        table, nr_columns = data.number(2), data.number(2)
        name, columns = data.name(), []
        for _ in range(nr_columns):
            data.take(2)
            width, flags = data.number(1), data.number(1)
            columns.append((data.name(), width, flags))
        tables[table] = name, columns
    return tables


def read_strings(data, nr, strings):
    first = data.number(4)
    for i in range(nr):
        strings[first + i] = data.take(data.number(2)).decode("latin-1")


def read_column(data, width, flags, nr_rows):
    value, mask = data.number(width) if flags & DELTA else 0, (1 << 8 * width) - 1
    values = [0] * nr_rows
    for i in range(width):
        plane = data.take(nr_rows) if data.number(1) else data.take(1) * nr_rows
        values = [before | byte << 8 * i for before, byte in zip(values, plane)]
    if flags & DELTA:
        for i, stored in enumerate(values):
            value = values[i] = (value + ((stored >> 1) ^ -(stored & 1))) & mask
    return values


def print_rows(header, data, table, strings):
    name, columns = table
    if header.rows * sum(width for _, width, _ in columns) > LIMIT:
        raise ValueError("too many rows")
    values = {}
    for column, width, flags in columns:
        read = read_column(data, width, flags, header.rows)
        if not flags & ~KNOWN_FLAGS:
            values[column] = [strings.get(string) for string in read] if flags & STRING else read
    for row in zip(*values.values()):
        print(json.dumps({"table": name, "segment": header.segment, **dict(zip(values, row))}))


def main():
    segment, tables, strings = None, {}, {}
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    for header, content in blocks(data):
        if header.version != 1 or header.type not in (META, STRINGS, ROWS, END):
            complain(f"block {header.sequence} is of an unknown type")
        elif header.type == META and header.segment == segment and header.sequence:
            pass # the second one
        elif header.type == META:
            segment, tables, strings = header.segment, read_meta(Data(content), header.rows), {}
        elif header.segment != segment and header.type != END:
            complain(f"block {header.sequence} is of a segment without a beginning")
        elif header.type == STRINGS:
            read_strings(Data(content), header.rows, strings)
        elif header.type == ROWS:
            print_rows(header, Data(content), tables[header.table], strings)
    return problems > 0


if __name__ == "__main__":
    sys.exit(main())
