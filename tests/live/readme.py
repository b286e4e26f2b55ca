# SPDX-License-Identifier: GPL-2.0-only
"""Runs the examples of README.md and docs/, each on a terminal, and compares what they print with what is shown.

An example is an indented line that begins with "$ ", and the indented lines after it, or a command in backquotes that
begins with sudo. What it prints has to have each line that is shown, as far as that can be the same each time: headings
and prose word by word, but for the numbers; of other lines the columns, the kinds of faults and what is a number, an
address, a place or a strip. ".." stands for anything. What ends by itself has to succeed, unless it is meant to fail.
"""
import os, pty, re, select, signal, subprocess, sys, time

KINDS = "anon|zero|reuse|file|shmem|swap|hugetlb|mkwrite|numa|uffd|migration|device|spurious|error|other"
NUMBER = r"(?:-|<?[+-]?\d[\d.]*(?:ns|us|ms|s|[KMGTk%])?)"
# Columns that are there only if there is something to show in them.
IF_ANY = {"REST", "MAJOR", "SWAP"}
# What a token of a line that is shown may be each time; the first that fits is taken.
TOKENS = [
    (r"\.\.", r".*"),
    (r"[0-9a-f]{5,}-[0-9a-f]{5,}", r"[0-9a-f]+-[0-9a-f]+"),
    (r"(?=.*[0-9])[0-9a-f]{6,}", r"[0-9a-f]+"),
    (r"x\d+", r"x\d+"),
    (r"\+\d+p", r"\+\d+p"),
    (r"(?:[a-z]+=[\d.]+us ?)+", r"(?:[a-z]+=[\d.]+us ?)+"),
    (NUMBER + "[,;]?", None),
    (r"[█▄▒▚·?]+", r"[█▄▒▚·?]+"),
    (r"\|.*\|", r"\|.*\|"),
    (r"[^ ]+\+0x[0-9a-f]+", r"[^ ]+"),
    (r"[r-][w-][x-][ps]", r"[r-][w-][x-][ps]"),
    (r"(?:ns|us|ms|s),?", r"(?:ns|us|ms|s),?"),
]


def examples(text):
    """Pairs of a command and the lines that are shown after it."""
    found = []
    for block in re.findall(r"(?:^    .*\n)+", text, re.M):
        lines = [line[4:].rstrip() for line in block.splitlines()]
        if not lines[0].startswith("$ "):
            continue
        for line in lines:
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    inline = re.findall(r"`(sudo faulttrace\s[^`]*)`", text)
    return found + [(" ".join(command.split()), []) for command in inline]


def examples_of_pages(paths):
    """Each command that a page has, and the different lists of lines that pages show after it."""
    found = {}
    for path in paths:
        with open(path, encoding="utf-8") as page:
            for command, shown in examples(page.read()):
                lists = found.setdefault(command, [])
                if shown not in lists:
                    lists.append(shown)
    return found


def run(command, seconds):
    """What it prints on a terminal of 100 columns, and its exit status; None if it had to be ended by Ctrl-C."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp("bash", ["bash", "-c", "stty cols 100 -echo; " + command])
    output, deadline, interrupted = b"", time.time() + seconds, False
    while True:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                data = os.read(fd, 65536)
            except OSError:
                break
            if not data:
                break
            output += data
        if time.time() > deadline and not interrupted:
            os.write(fd, b"\x03")
            interrupted = True
        elif time.time() > deadline + 20:
            os.kill(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    text = re.sub("\033\\[[0-9;?]*[a-zA-Z]", "", output.decode(errors="replace"))
    lines = [" ".join(line.split()) for line in re.split("[\r\n]+", text)]
    return [line for line in lines if line], status


def is_heading(line):
    return re.fullmatch(r"[A-Z][A-Z0-9()a-z/%]*(?: +[A-Z0-9][A-Z0-9()a-z/%]*)+", line.strip()) is not None


def is_prose(line):
    return re.match(r"(?:faulttrace|[a-z][a-z ]*(?:\([^)]*\))?):|  +(?:p50|worst|\d+ anon,)|[A-Z][a-z]+,", line) is not None


def pattern_of(line, literal):
    """A regular expression for lines like this one."""
    line = re.sub(r"\|.*\|", lambda bar: bar.group().replace(" ", "@"), line)
    parts = []
    line = re.sub(r"\b(" + KINDS + r"|cow:[a-z]+) M ", r"\1 ", " ".join(line.split()) + " ").strip()
    line = re.sub(r"((?:[a-z]+=[\d.]+us ?)+)", lambda causes: causes.group().replace(" ", "_"), line)
    for token in line.split():
        for shown, may_be in TOKENS:
            if re.fullmatch(shown, token.replace("_", " ") if "=" in token else token):
                parts.append(may_be or NUMBER + "[,;]?")
                break
        else:
            if re.fullmatch(KINDS + r"|cow:[a-z]+|SEGV|BUS", token):
                parts.append(re.escape(token) + (r"(?: M)?" if token not in ("error", "SEGV") else ""))
            elif literal:
                parts.append(re.sub(r"[\d.]*\d", r"[\\d.]+", re.escape(token).replace(r"\.\.", r".*").replace(r"\.", ".")))
            else:
                parts.append(r"[^ ]*" if token.endswith("..") else r"[^ ]+")
    if literal:
        parts = [part if not part.startswith("/") else "[^ ]+" for part in parts]
    if re.fullmatch(r"\[\^ \]\+", parts[-1]) and not literal:
        parts[-1] += r"(?: .*)?"
    return " ".join(parts).replace(" .* ", ".*").replace(" .*", ".*").replace(".* ", ".*")


def without(line, columns):
    tokens = line.split()
    return " ".join(token for i, token in enumerate(tokens) if i not in columns)


def find_heading(shown, printed):
    """Which columns of the heading are missing in what is printed; None: there is no such heading."""
    wanted = shown.split()
    for line in printed:
        words = line.split()
        missing = [i for i, word in enumerate(wanted) if word not in words]
        if words and all(wanted[i] in IF_ANY for i in missing) and without(shown, missing).split() == words:
            return missing
    return None


def json_keys(text):
    return re.findall(r'"([a-z_]+)":', text)


def check_json(shown, printed):
    wanted = json_keys("".join(shown))
    for line in printed:
        got = iter(json_keys(line))
        if line.startswith("{") and all(key in got for key in wanted):
            return []
    return ["a line with the keys " + " ".join(wanted)]


def check_lines(shown, printed, names_only):
    """The lines that are shown, and not there."""
    wrong, missing = [], []
    for line in shown:
        if line.strip() == "..":
            continue
        if is_heading(line):
            missing = find_heading(line, printed)
            if missing is None:
                wrong, missing = wrong + [line], []
            continue
        literal = is_prose(line)
        # Which kinds there are besides, and whether something was read from the disk, is different each time.
        line = re.sub(r"^kinds: (.*)", r"kinds: .. \1 ..", re.sub(r"\d+ major, (?=total)", ".. ", line))
        if names_only and not literal:
            pattern = "(?:[*+] )?" + re.escape(line.lstrip("*+ ").split()[0]) + " .*"
        else:
            pattern = pattern_of(line if literal else without(line, missing), literal)
        if not any(re.fullmatch(pattern, each) for each in printed):
            wrong.append(f"{line}\n        as {pattern.replace(NUMBER, 'NUMBER')}")
    return wrong


def plan_lines(shown):
    """Without what other plans than perf do not say."""
    return [line for line in shown if os.environ["PLAN"] == "perf" or "plan perf only" not in line]


def is_cold(command):
    return re.search("--major|major\":true|--min-latency|--residency", command)


def check_shown(command, shown, printed):
    """What one page shows, and is not printed."""
    if any(line.startswith("{\"") for line in shown):
        return check_json(shown, printed)
    return check_lines(plan_lines(shown), printed, "features" in command)


def check(written, lists):
    # Which lines come first is different each time.
    command = re.sub(r"head -\d+", "head -1000", written)
    if is_cold(command):
        subprocess.run([os.environ["EVICT"]], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    elif "map" in command:
        run(command, 60) # nothing is read from the disk the second time
    printed, status = run(command, 60 if any(lists) else 5)
    may_fail = re.search("wild|segv", command)
    printed = [line.replace("plan " + os.environ["PLAN"], "plan perf") for line in printed]
    wrong = [line for shown in lists for line in check_shown(command, shown, printed)]
    if status and not may_fail:
        wrong.append(f"exit status 0, but is {status}")
    print(f"{'not ok' if wrong else 'ok'} - {written}")
    for line in wrong:
        print(f"    not printed: {line}")
    for line in printed[:12] + ["..."] + printed[-12:] if wrong else []:
        print(f"    printed: {line}")
    sys.stdout.flush()


def main():
    only, pages = sys.argv[1], sys.argv[2:]
    skipped = dict(line.split("\t", 1) for line in os.environ.get("SKIP", "").splitlines())
    found = examples_of_pages(pages)
    if not found:
        print("not ok - there are examples")
    for command, lists in found.items():
        reason = next((skipped[word] for word in skipped if word in command), None)
        if only not in command:
            continue
        if reason:
            print(f"skip - {command}: {reason}")
        else:
            check(command, lists)


main()
