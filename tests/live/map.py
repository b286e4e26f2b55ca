# SPDX-License-Identifier: GPL-2.0-only
"""A process with mappings of its own: prints their addresses, in hex, and stops itself.

map.py WHAT [FILE]
"""
import ctypes
import mmap
import os
import resource
import signal
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.mlock.argtypes = [ctypes.c_void_p, ctypes.c_size_t]

PAGE = mmap.PAGESIZE
READ, WRITE = mmap.PROT_READ, mmap.PROT_WRITE
SHARED, PRIVATE, ANON = mmap.MAP_SHARED, mmap.MAP_PRIVATE, mmap.MAP_ANONYMOUS
NORESERVE, HUGETLB = 0x4000, 0x40000
PAGEOUT, NOHUGEPAGE = 21, 15


def check(result):
    if result in (-1, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def map_at(size, prot=READ | WRITE, flags=PRIVATE | ANON | NORESERVE, fd=-1, offset=0):
    """Between pages without access, so that no neighbour becomes one with it."""
    if flags & HUGETLB:
        return check(libc.mmap(None, size, prot, flags, fd, offset))
    around = check(libc.mmap(None, size + 2 * PAGE, 0, PRIVATE | ANON | NORESERVE, -1, 0))
    return check(libc.mmap(around + PAGE, size, prot, flags | 0x10, fd, offset))


def touch(address, size, step=PAGE):
    for at in range(address, address + size, step):
        ctypes.memset(at, 1, 1)


def sparse():
    address = map_at(100 << 30)
    check(libc.madvise(address, 100 << 30, NOHUGEPAGE))
    touch(address, 100 << 30, 50 << 20)
    return address


def many():
    address = map_at(60000 * PAGE)
    for page in range(0, 60000, 2):
        check(libc.mprotect(address + page * PAGE, PAGE, READ))
    return address


def file_mapping(flags=PRIVATE):
    fd = os.open(sys.argv[2], os.O_RDONLY)
    size = max(os.fstat(fd).st_size, PAGE)
    return map_at((size + PAGE - 1) // PAGE * PAGE, READ, flags, fd)


def deleted():
    address = file_mapping()
    os.unlink(sys.argv[2])
    return address


def shrinking():
    """Never stops: the file is there and gone again."""
    fd = os.open(sys.argv[2], os.O_RDWR)
    size = os.fstat(fd).st_size
    print("%x" % map_at(size, READ, SHARED, fd), flush=True)
    while True:
        os.ftruncate(fd, 0)
        os.ftruncate(fd, size)
        os.pwrite(fd, b"x" * (1 << 20), size // 2)


def hole_faults():
    """How many of the faults on 64 pages of a file's holes the kernel calls major."""
    fd = os.open(sys.argv[2], os.O_RDONLY)
    area = mmap.mmap(fd, 64 * PAGE, PRIVATE, READ)
    area.madvise(mmap.MADV_RANDOM)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_majflt
    for page in range(64):
        area[page * PAGE]
    print(resource.getrusage(resource.RUSAGE_SELF).ru_majflt - before)
    sys.exit()


def swapped():
    """The first half of 64 pages in swap, private ones, and shared ones."""
    addresses = []
    for flags in (PRIVATE, SHARED):
        address = map_at(64 * PAGE, flags=flags | ANON)
        touch(address, 64 * PAGE)
        check(libc.madvise(address, 32 * PAGE, PAGEOUT))
        addresses.append("%x" % address)
    return " ".join(addresses)


def locked():
    address = map_at(64 * PAGE)
    check(libc.mlock(address, 32 * PAGE))
    return address


def memfd():
    """A quarter of it written and not mapped, a quarter mapped, half of it a hole."""
    fd = os.memfd_create("map test")
    os.ftruncate(fd, 64 * PAGE)
    os.pwrite(fd, b"x" * 16 * PAGE, 0)
    address = map_at(64 * PAGE, flags=SHARED, fd=fd)
    touch(address + 16 * PAGE, 16 * PAGE)
    return address


def hugetlb():
    """The first of two pages of private memory, and the same of shared memory."""
    addresses = []
    for flags in (PRIVATE, SHARED):
        addresses.append(map_at(2 * (2 << 20), flags=flags | ANON | HUGETLB))
        touch(addresses[-1], 1, 1)
    return " ".join("%x" % address for address in addresses)


def device():
    """A quarter of it touched: it has no page cache."""
    address = map_at(64 * PAGE, flags=PRIVATE, fd=os.open("/dev/zero", os.O_RDWR))
    touch(address, 16 * PAGE)
    return address


def zero():
    """Read only: the shared zero page."""
    address = map_at(64 * PAGE)
    check(libc.madvise(address, 64 * PAGE, NOHUGEPAGE))
    for page in range(64):
        ctypes.string_at(address + page * PAGE, 1)
    return address


said = {
    "sparse": sparse, "many": many, "file": file_mapping, "shared": lambda: file_mapping(SHARED), "deleted": deleted,
    "shrinking": shrinking, "hole_faults": hole_faults, "swapped": swapped, "locked": locked, "memfd": memfd,
    "hugetlb": hugetlb, "zero": zero, "device": device,
}[sys.argv[1]]()
print(said if isinstance(said, str) else "%x" % said, flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
