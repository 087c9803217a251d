# Serves exposition pages whose values move, to many targets at once, and notes when each was asked: for tests/bench/scrape.py.
import argparse
import gzip
import json
import random
import selectors
import socket
import time


def make_pages(series, variants, seed=1):
    """Two thirds counters, a third gauges, in families of 100 with four labels; counters fall back once a round."""
    chance = random.Random(seed)
    kinds, names, values, steps = [], [], [], []
    for i in range(series):
        family = i // 100
        counter = family % 3 != 2
        kinds.append(counter)
        names.append(f'app_metric_{family}_{"total" if counter else "value"}{{device="dev{i % 100}",path="/api/v1/item{i % 25}",'
                     f'code="{200 + i % 4}",zone="eu-{i % 7}"}} ')
        values.append(chance.random() * 1e6 if counter else 50.0)
        steps.append(chance.choice([0, 0, 1, 3, 1000.5]))
    pages = []
    for _ in range(variants):
        lines = []
        for i in range(series):
            if i % 100 == 0:
                name = names[i].split("{")[0]
                lines.append(f"# HELP {name} Synthetic metric number {i // 100} of the test page.\n"
                             f"# TYPE {name} {'counter' if kinds[i] else 'gauge'}\n")
            if not kinds[i]:
                lines.append(f"{names[i]}{50 + 20 * chance.random():.2f}\n")
                continue
            values[i] += steps[i] * (0.5 + chance.random())
            lines.append(f"{names[i]}{values[i]:.3f}\n" if steps[i] == 1000.5 else f"{names[i]}{int(values[i])}\n")
        pages.append("".join(lines).encode())
    return pages


def answers(pages, packed):
    made = []
    for page in pages:
        body = gzip.compress(page, 6) if packed else page
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {len(body)}\r\n"
        made.append((head + ("Content-Encoding: gzip\r\n" if packed else "") + "\r\n").encode() + body)
    return made


class Connection:
    def __init__(self, peer):
        self.socket, self.read, self.left = peer, b"", memoryview(b"")


def serve(port, made, asked):
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    listener.setblocking(False)
    chooser = selectors.DefaultSelector()
    chooser.register(listener, selectors.EVENT_READ, None)
    print(json.dumps({"port": listener.getsockname()[1], "bytes": len(made[0])}), flush=True)
    turn = 0
    while True:
        for event, _ in chooser.select():
            one = event.data
            if one is None:
                peer, _ = listener.accept()
                peer.setblocking(False)
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                chooser.register(peer, selectors.EVENT_READ, Connection(peer))
                continue
            try:
                if not one.left:
                    got = one.socket.recv(65536)
                    if not got:
                        raise ConnectionError
                    one.read += got
                    if not one.read.endswith(b"\r\n\r\n"):
                        continue
                    path = one.read.split(b" ", 2)[1].decode()
                    one.read = b""
                    if path == "/asked":
                        body = json.dumps(asked).encode()
                        one.left = memoryview(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                        asked.clear()
                    else:
                        asked.setdefault(path, []).append(time.time())
                        turn += 1
                        one.left = memoryview(made[turn % len(made)])
                one.left = one.left[one.socket.send(one.left):]
                chooser.modify(one.socket, selectors.EVENT_WRITE if one.left else selectors.EVENT_READ, one)
            except BlockingIOError:
                chooser.modify(one.socket, selectors.EVENT_WRITE, one)
            except OSError:
                chooser.unregister(one.socket)
                one.socket.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--series", type=int, default=10000)
    options.add_argument("--variants", type=int, default=10)
    options.add_argument("--gzip", action="store_true")
    chosen = options.parse_args()
    serve(0, answers(make_pages(chosen.series, chosen.variants), chosen.gzip), {})
