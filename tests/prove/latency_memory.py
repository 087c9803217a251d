#!/usr/bin/env python3
# Passive latency under half-open floods, connections that never close and ports that come and go: flat memory.
import argparse
import collections
import contextlib
import ctypes
import os
import pathlib
import random
import selectors
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/end_to_end"), str(ROOT / "tests/bench/support")]
from lapwing import Agent  # noqa: E402
from measure import cpu_seconds, memory_bytes  # noqa: E402

# The store keeps samples in memory until a chunk is full, which at one a minute of each series that this makes is 0.1 MiB
# a minute: with few of them what grows is what the capture holds.
CONFIG = "collectors: {latency: {interval: 5m}, services: {interval: 15s}}\n"
HERE, THERE = "10.79.0.1", "10.79.0.2"  # the services' host, and whose who call them
SOURCES = "100.64"  # whence the half-open connections seem to come: answers leave, nobody takes them
PORT = 9000
ROTATING = range(9100, 9300)
KEPT = 2000
GROWTH_MIB = 1.0


def enter(namespace):
    """Takes the calling thread into a network name space: its sockets from then on are there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/var/run/netns/{namespace}") as there:
        if libc.setns(there.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns")


class NamespaceAgent(Agent):
    def __init__(self, namespace, *options):
        self.namespace = namespace
        super().__init__(*options, config=CONFIG, wait=False, preexec_fn=lambda: enter(namespace))
        self.await_serving()

    def counter(self, name):
        done = subprocess.run(["ip", "netns", "exec", self.namespace, "curl", "-s", self.url + "/metrics"], capture_output=True, text=True)
        return sum(float(line.rsplit(" ", 1)[1]) for line in done.stdout.splitlines() if line.startswith((name + " ", name + "{")))


class Traffic:
    """What goes on until stop(): threads in the two name spaces; done counts what was."""

    def __init__(self, near, far):
        self.ending = threading.Event()
        self.done = collections.Counter()
        self.failures = []
        work = ((near, self.serve), (far, self.flood), (far, self.keep), (far, self.shake), (far, self.rotate))
        self.threads = [threading.Thread(target=self.run, args=one, daemon=True) for one in work]
        for thread in self.threads:
            thread.start()

    def run(self, namespace, work):
        try:
            enter(namespace)
            work()
        except Exception as error:  # noqa: BLE001
            self.failures.append(f"{work.__name__}: {error!r}")

    def stop(self):
        self.ending.set()
        for thread in self.threads:
            thread.join(10)

    def serve(self):
        """Echoes; the port that stays, and one of the rotating ports after the other, each for two seconds."""
        poll = selectors.DefaultSelector()
        listener = socket.create_server((HERE, PORT), backlog=1024)
        poll.register(listener, selectors.EVENT_READ)
        rotating, until, index = None, 0.0, 0
        while not self.ending.is_set():
            if time.monotonic() >= until:
                if rotating:
                    poll.unregister(rotating)
                    rotating.close()
                # Half of them were there before, half never: those nobody calls.
                rotating = socket.create_server((HERE, ROTATING[index % len(ROTATING)]))
                with socket.create_server((HERE, 0)):
                    self.done["ports that nobody calls"] += 1
                poll.register(rotating, selectors.EVENT_READ)
                self.open_port = rotating.getsockname()[1]
                until, index = time.monotonic() + 1.5, index + 1
                self.done["ports that come and go"] += 1
            for key, _ in poll.select(0.2):
                if key.fileobj in (listener, rotating):
                    with contextlib.suppress(OSError):
                        peer, _ = key.fileobj.accept()
                        poll.register(peer, selectors.EVENT_READ)
                    continue
                try:
                    text = key.fileobj.recv(1000)
                except OSError:
                    text = b""
                if text:
                    key.fileobj.sendall(text)
                else:
                    poll.unregister(key.fileobj)
                    key.fileobj.close()

    def flood(self):
        """SYNs of connections that are never opened, 400 a second."""
        out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        ports = random.Random(7)
        target = socket.inet_aton(HERE)
        while not self.ending.wait(0.05):
            for _ in range(20):
                source = socket.inet_aton(f"{SOURCES}.{ports.randrange(256)}.{ports.randrange(256)}")
                tcp = struct.pack("!HHIIBBHHH", ports.randrange(1024, 65536), PORT, ports.getrandbits(32), 0, 5 << 4, 2, 65535, 0, 0)
                total = source + target + struct.pack("!BBH", 0, 6, len(tcp)) + tcp
                folded = sum(struct.unpack(f"!{len(total) // 2}H", total))
                while folded >> 16:
                    folded = (folded & 0xffff) + (folded >> 16)
                tcp = tcp[:16] + struct.pack("!H", ~folded & 0xffff) + tcp[18:]
                header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, 6, 0, source, target)
                out.sendto(header + tcp, (HERE, 0))
                self.done["half-open connections"] += 1

    def keep(self):
        """Connections that are opened and never closed, each of which asks now and then."""
        kept = []
        while not self.ending.wait(0.05):
            if len(kept) < KEPT:
                kept.append(socket.create_connection((HERE, PORT), 5))
            for one in random.sample(kept, min(5, len(kept))):
                one.sendall(b"hello\n")
                one.recv(100)
                self.done["requests on connections that stay"] += 1
            self.done["connections that stay"] = len(kept)

    def shake(self):
        """Connections that are opened and closed without a word, 40 a second."""
        while not self.ending.wait(0.1):
            for _ in range(4):
                with contextlib.suppress(OSError), socket.create_connection((HERE, PORT), 5):
                    self.done["handshakes without a word"] += 1

    def rotate(self):
        while not self.ending.wait(0.3):
            with contextlib.suppress(OSError), socket.create_connection((HERE, self.open_port), 5) as client:
                client.sendall(b"hello\n")
                client.recv(100)
                self.done["requests to ports that come and go"] += 1


@contextlib.contextmanager
def namespaces():
    names = [f"lapwing-{os.getpid()}-{end}" for end in "ab"]
    run = lambda *command: subprocess.run(command, check=True, capture_output=True)  # noqa: E731
    try:
        for name in names:
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", names[0], "link", "add", "veth0", "type", "veth", "peer", "name", "veth0", "netns", names[1])
        for name, address in zip(names, (HERE, THERE)):
            run("ip", "-n", name, "addr", "add", address + "/24", "dev", "veth0")
            run("ip", "-n", name, "link", "set", "veth0", "up")
        # Answers to those who never were leave by the line, and are thrown away on its other side.
        run("ip", "-n", names[0], "route", "add", SOURCES + ".0.0/16", "via", THERE)
        run("ip", "netns", "exec", names[0], "sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.veth0.rp_filter=0")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=16)
    chosen = options.parse_args()
    with namespaces() as (near, far), NamespaceAgent(near) as on, NamespaceAgent(near, "--latency", "off") as off:
        traffic = Traffic(near, far)
        began, rows = time.monotonic(), []
        print(f"load {os.getloadavg()[0]:.1f}; anonymous memory in MiB, of an agent with capture and one without:")
        print(f"{'minute':>8}{'capture':>10}{'without':>10}{'followed':>10}")
        while (passed := time.monotonic() - began) < 60 * chosen.minutes and not traffic.failures:
            time.sleep(min(30, 60 * chosen.minutes / 10))
            row = [memory_bytes(agent.pid)[1] / 2**20 for agent in (on, off)]
            rows.append((passed, *row))
            print(f"{passed / 60:>8.1f}{row[0]:>10.2f}{row[1]:>10.2f}{on.counter('lapwing_latency_connections'):>10.0f}", flush=True)
        traffic.stop()
        spent = [cpu_seconds(agent.pid) for agent in (on, off)]
        unclear, dropped = on.counter("lapwing_latency_unclear_total"), on.counter("lapwing_latency_dropped_packets_total")
        counted = on.counter("service_latency_seconds_count")
        packets = on.counter("lapwing_latency_packets_total")
    for what, number in sorted(traffic.done.items()):
        print(f"  {number:>9,} {what}")
    print(f"  {packets:>9,.0f} packets looked at, {counted:,.0f} turns in the newest series, {unclear:,.0f} times something unclear, {dropped:,.0f} packets dropped; "
          f"CPU {spent[0]:.1f} s with capture, {spent[1]:.1f} s without")
    # By then every limit is reached: places of connections, and ports that are kept for five minutes after they have gone.
    late = [row for row in rows if row[0] > rows[-1][0] / 2]
    third = max(1, len(late) // 3)
    # Medians: the store takes twice its samples for the moment in which it writes a chunk.
    middle = lambda part, column: statistics.median(row[column] for row in part)  # noqa: E731
    growth = [middle(late[-third:], column) - middle(late[:third], column) for column in (1, 2)]
    print(f"second half: {growth[0]:+.2f} MiB with capture, {growth[1]:+.2f} without; at most {GROWTH_MIB} more")
    good = not traffic.failures and growth[0] - growth[1] <= GROWTH_MIB and counted > 1000
    print("FAILED " + "; ".join(traffic.failures) if not good else "flat")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
