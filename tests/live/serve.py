# SPDX-License-Identifier: GPL-2.0-only
"""Clients of a server of metrics that mean no good: python3 serve.py ADDRESS:PORT."""
import select, socket, sys, time

HOST, PORT = sys.argv[1].rsplit(":", 1)
GET = b"GET /metrics HTTP/1.1\r\nHost: x\r\n"


def connect(data=b""):
    client = socket.create_connection((HOST, int(PORT)), timeout=20)
    send(client, data)
    return client


def send(client, data):
    try:
        client.sendall(data)
    except OSError:
        pass # the server has closed it


def status(client):
    """The first line of the answer; "closed" if there is none, "late" if none comes in time."""
    try:
        return client.recv(4096).split(b"\r\n")[0].decode(errors="replace") or "closed"
    except socket.timeout:
        return "late"
    except OSError:
        return "closed"


def check(name, is_right, got):
    print(f"{'ok' if is_right else 'not ok'} - {name}")
    if not is_right:
        print(f"    got: {got}")


def scrape():
    begin = time.time()
    got = status(connect(GET + b"\r\n"))
    return got, time.time() - begin


def main():
    half = [connect(GET) for _ in range(10)]
    silent = [connect() for _ in range(10)]
    begin = time.time()
    got, seconds = scrape()
    check("twenty half-open connections do not delay a scrape", got.endswith("200 OK") and seconds < 2, (got, seconds))
    for name, data in (
        ("a huge header", GET + b"X: " + b"x" * 1000000 + b"\r\n\r\n"),
        ("many headers", GET + b"".join(b"X%d: y\r\n" % i for i in range(100000)) + b"\r\n"),
        ("a line without an end", b"GET /" + b"x" * 1000000),
        ("a huge body", b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 1000000),
        ("no HTTP", b"\x16\x03\x01\x00\xa5" * 100 + b"\r\n\r\n"),
        ("a method that nobody knows", b"EAT /metrics HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("a path of bytes", b"GET /\xff\x00%00%zz HTTP/1.1\r\nHost: x\r\n\r\n"),
    ):
        client = connect(data)
        client.settimeout(8)
        got = status(client)
        check(f"{name}: refused", " 4" in got or " 501 " in got or got == "closed", got)
    crowd = [connect(GET) for _ in range(60)]
    got, seconds = scrape()
    check("eighty half-open connections delay a scrape by seconds", got.endswith("200 OK") and seconds < 10, (got, seconds))
    closed, _, _ = select.select(half + silent, [], [], 0)
    while len(closed) < 20 and time.time() < begin + 12:
        time.sleep(0.1)
        closed, _, _ = select.select(half + silent, [], [], 0)
    check("half-open connections are closed", len(closed) == 20, len(closed))
    for client in half + silent + crowd:
        client.close()
    many = [connect(GET + b"\r\n") for _ in range(200)]
    got = [status(client) for client in many]
    check("200 scrapes at once", all(line.endswith("200 OK") for line in got), sorted(set(got)))


main()
