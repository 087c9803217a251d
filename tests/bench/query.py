#!/usr/bin/env python3
# Queries over 1,340 series × 6 h of 1 s data: CPU, wall and memory beside Prometheus and VictoriaMetrics, in one run.
import argparse
import contextlib
import http.client
import math
import pathlib
import random
import statistics
import struct
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from measure import cpu_seconds, row  # noqa: E402
from lapwing import PEERS, Agent, Process, free_port, request, wait_for  # noqa: E402

MODES = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice"]
BOUNDS = ["0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf"]
BATCH_SECONDS = 60

# name, query, step in seconds (0: instant), the share of VictoriaMetrics's CPU that is the budget
QUERIES = [
    ("rate, 100 series", 'rate(c{grp="0"}[5m])', 60, 0.1),
    ("sum by (rate), 1,000", "sum by (mode) (rate(c[1m]))", 60, 0.1),
    ("the same, step 360 s", "sum by (mode) (rate(c[1m]))", 360, 0.1),
    ("quantile_over_time, 100", "quantile_over_time(0.99, g[10m])", 60, 0.5),
    ("avg_over_time, 100", "avg_over_time(g[10m])", 60, 0.5),
    ("topk of rate, 1,000", "topk(5, rate(c[5m]))", 60, 0.1),
    ("histogram_quantile, 240", "histogram_quantile(0.99, sum by (le) (rate(h_bucket[5m])))", 60, 0.1),
    ("rate off the minutes, 100", 'rate(c{grp="0"}[5m])', 47, 0.5),
    ("instant rate, 1,000", "rate(c[5m])", 0, 0.5),
    ("instant alert, 1", 'rate(c{grp="0",cpu="0",mode="user"}[5m]) > 0.5', 0, 0.5),
]


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def snappy(data):
    """Snappy's block format with literals only."""
    out = [varint(len(data))]
    for at in range(0, len(data), 65536):
        part = data[at:at + 65536]
        out.append(b"\xf4" + struct.pack("<H", len(part) - 1) + part)
    return b"".join(out)


class Data:
    """Counters c, gauges g and histogram buckets, the same in every run."""

    def __init__(self, scale):
        self.random = random.Random(42)
        groups = max(1, 10 * scale // 100)
        self.heads, self.counters, self.gauges = [], [], []
        for i in range(100 * groups):
            self.heads.append(self.head("c", grp=i // 100, cpu=i // 10 % 10, mode=MODES[i % 10]))
            self.counters.append([self.random.random() * 1e5, self.random.choice([0, 0, 0.001, 0.02, 0.1, 0.8])])
        for i in range(scale):
            self.heads.append(self.head("g", i=i))
            self.gauges.append(self.random.random() * 6.28)
        self.hosts = max(1, scale // 5)
        for host in range(self.hosts):
            for bound in BOUNDS:
                self.heads.append(self.head("h_bucket", host=host, le=bound))
        self.buckets = [[0] * len(BOUNDS) for _ in range(self.hosts)]

    @staticmethod
    def head(name, **labels):
        pairs = sorted(dict(labels, __name__=name, job="app").items())
        return b"".join(field(1, field(1, k.encode()) + field(2, str(v).encode())) for k, v in pairs)

    def values(self, second):
        chance, out = self.random.random, []
        for counter in self.counters:
            if counter[1]:
                counter[0] += counter[1] * (0.5 + chance())
            out.append(round(counter[0], 2))
        for phase in self.gauges:
            out.append(round(50 + 30 * math.sin(phase + second / 3000) + 5 * chance(), 3))
        for counts in self.buckets:
            seen = int(10 * (0.5 + chance()))
            for i in range(len(BOUNDS)):
                counts[i] += int(seen * (1 - (1 - i / (len(BOUNDS) - 1)) ** 2))
            out += counts
        return out

    def body(self, first, seconds):
        """Bytes of a remote write of some seconds of all series."""
        columns = zip(*(self.values(second) for second in range(first, first + seconds)))
        times = [b"\x10" + varint(second * 1000) for second in range(first, first + seconds)]
        size = 9 + len(times[0])
        lead = b"\x12" + varint(size) + b"\x09"
        out = []
        for head, column in zip(self.heads, columns):
            packed = struct.pack("<%dd" % seconds, *column)
            samples = b"".join([lead + packed[8 * i:8 * i + 8] + at for i, at in enumerate(times)])
            out.append(field(1, head + samples))
        return snappy(b"".join(out))


class Server:
    def __init__(self, name, pid, port, write_path="/api/v1/write"):
        self.name, self.pid, self.write_path = name, pid, write_path
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def send(self, method, path, body=None, headers={}):
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def write(self, body):
        status, text = self.send("POST", self.write_path, body, {
            "Content-Encoding": "snappy", "Content-Type": "application/x-protobuf",
            "X-Prometheus-Remote-Write-Version": "0.1.0"})
        assert status < 300, f"{self.name}: {status} {text[:200]}"

    def ask(self, path):
        """(CPU s, wall s, the answer)"""
        before, began = cpu_seconds(self.pid), time.perf_counter()
        status, text = self.send("GET", path)
        wall = time.perf_counter() - began
        assert status == 200, f"{self.name}: {status} {text[:300]}"
        return cpu_seconds(self.pid) - before, wall, text

    def memory(self, key):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(key):
                return int(line.split()[1]) * 1024
        return 0

    def extra_memory(self, path, before):
        """How far resident memory stood above `before` at its highest while the query ran."""
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        self.send("GET", path)
        return max(0, self.memory("VmHWM") - before)


def path_of(query, step, begin, end):
    words = {"query": query, "nocache": "1"}
    if step == 0:
        return "/api/v1/query?" + urllib.parse.urlencode(dict(words, time=end))
    return "/api/v1/query_range?" + urllib.parse.urlencode(dict(words, start=begin, end=end, step=step))


def median(values):
    return statistics.median(values) * 1000


def compare(servers, options, begin, end):
    print(f"CPU ms (wall ms) of a query, median of {options.repeat}; peak extra memory of ours:")
    print(f"  {'':<28}" + "".join(f"{server.name:>22}" for server in servers) + f"{'memory MB':>11}")
    idle = servers[0].memory("VmRSS")
    for name, query, step, share in QUERIES:
        path = path_of(query, step, begin, end)
        times = {server: [] for server in servers}
        for turn in range(options.repeat + 1):
            for server in servers:
                measured = server.ask(path)
                if turn > 0:
                    times[server].append(measured)
        cpu = {server.name: median([one[0] for one in times[server]]) for server in servers}
        cells = "".join(f"{cpu[s.name]:>12.2f} ({median([one[1] for one in times[s]]):>7.2f})" for s in servers)
        memory = servers[0].extra_memory(path, idle) / 2**20
        missed = []
        if "VictoriaMetrics" in cpu and cpu["lapwing"] > share * cpu["VictoriaMetrics"]:
            missed.append(f"> {share:g} × VictoriaMetrics")
        if "Prometheus" in cpu and cpu["lapwing"] > 0.2 * cpu["Prometheus"]:
            missed.append("> 0.2 × Prometheus")
        if memory > 32:
            missed.append("> 32 MB")
        print(f"  {name:<28}{cells}{memory:>11.1f}  {'MISSED ' + ', '.join(missed) if missed else ''}", flush=True)


def growth(server, options, begin, end):
    """Cost of a query against the number of series, of samples and of steps; none of the times are whole
    minutes, so that every sample is read."""
    print("Growth of lapwing's CPU, the least of each:")
    longest = end - begin
    tables = [("series", [(100 * n, 'rate(c{grp=~"[0-%d]"}[5m])' % (n - 1), 47, begin) for n in (1, 2, 4, 8)]),
              # From the beginning on: the newest samples lie in memory, and cost a quarter.
              ("samples", [(100 * seconds, 'sum(rate(c{grp="0"}[%ds]))' % (seconds + 1), 0, begin + seconds)
                           for seconds in (longest // 16, longest // 8, longest // 4, longest // 2, longest - 60)]),
              ("steps", [(1800 // n, 'rate(c{grp="0"}[5m])', n, end - 1800) for n in (16, 8, 4, 2, 1)])]
    for unit, table in tables:
        costs = [math.inf] * len(table)
        for _ in range(3 * options.repeat):  # one after the other, so that all see the same machine
            for i, (_, query, step, first) in enumerate(table):
                costs[i] = min(costs[i], server.ask(path_of(query, step, first, end if step else first))[0])
        for (count, *_), cost in zip(table, costs):
            row(f"{count:,} {unit}", cost * 1e3, None, "ms")
        ratio = table[-1][0] / table[0][0]
        exponent = math.log(costs[-1] / costs[0]) / math.log(ratio)
        each = (costs[-1] - costs[0]) / (table[-1][0] - table[0][0])
        print(f"  {each * 1e9:,.0f} ns for each more of the {unit}; cost grows as {unit}^{exponent:.2f}"
              f"{'' if exponent <= 1.1 else '  MISSED: more than linear'}")


def start_peers(folder, stack):
    if (PEERS / "prometheus").exists():
        port = free_port()
        pathlib.Path(folder, "empty.yml").write_text("{}\n")
        process = stack(Process(PEERS / "prometheus", f"--config.file={folder}/empty.yml",
                                f"--storage.tsdb.path={folder}/prometheus", f"--web.listen-address=127.0.0.1:{port}",
                                "--web.enable-remote-write-receiver", "--query.lookback-delta=5m"))
        wait_for("Prometheus", 30, lambda: ready(port, "/-/ready"))
        yield Server("Prometheus", process.pid, port)
    if (PEERS / "victoria-metrics").exists():
        port = free_port()
        process = stack(Process(PEERS / "victoria-metrics", f"-storageDataPath={folder}/victoria",
                                f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=1"))
        wait_for("VictoriaMetrics", 30, lambda: ready(port, "/health"))
        yield Server("VictoriaMetrics", process.pid, port)


def settle(servers):
    """Waits until nobody works on what was written, so that queries are measured alone."""
    for _ in range(240):
        before = [cpu_seconds(server.pid) for server in servers]
        time.sleep(0.5)
        if all(cpu_seconds(server.pid) - spent < 0.02 for server, spent in zip(servers, before)):
            return
    print("  the servers are still at work on what was written")


def ready(port, path):
    try:
        return request(f"http://127.0.0.1:{port}{path}", seconds=2)[0] == 200
    except OSError:
        return False


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--no-peers", action="store_true")
    options.add_argument("--hours", type=float, default=6)
    options.add_argument("--scale", type=int, default=100, help="per cent of the 1,340 series")
    options.add_argument("--repeat", type=int, default=7)
    options.add_argument("--hold", action="store_true", help="leave the servers running until a key is pressed")
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        config = "web: {enable_remote_write_receiver: true}\nrules: {shipped: false}\n"
        writer = stack.enter_context(Agent("--collectors", "none", folder=folder, config=config))
        servers = [Server("lapwing", writer.pid, writer.port)]
        if not options.no_peers:
            servers += start_peers(folder, stack.enter_context)
        seconds = int(options.hours * 3600) // BATCH_SECONDS * BATCH_SECONDS
        end = int(time.time()) // 60 * 60
        data = Data(options.scale)
        spent = {server: cpu_seconds(server.pid) for server in servers}
        for first in range(end - seconds + 1, end + 1, BATCH_SECONDS):
            body = data.body(first, BATCH_SECONDS)
            for server in servers:
                server.write(body)
        samples = len(data.heads) * seconds
        print(f"{len(data.heads)} series × {seconds} samples. CPU s a million samples written: " + ", ".join(
            f"{s.name} {(cpu_seconds(s.pid) - spent[s]) * 1e6 / samples:.2f}" for s in servers), flush=True)
        # Hours of samples came in minutes and are all in memory still. A start writes to disk what would be
        # there by now: all but the newest quarter of an hour or two.
        writer.stop(seconds=60)
        agent = stack.enter_context(Agent("--collectors", "none", folder=folder, config=config))
        servers[0] = Server("lapwing", agent.pid, agent.port)
        time.sleep(3)  # VictoriaMetrics makes new samples visible each second.
        settle(servers)
        begin = end - seconds + 600
        compare(servers, options, begin, end)
        growth(servers[0], options, begin, end)
        if options.hold:
            print("serving on", *[f"{s.name} {s.connection.port} pid {s.pid} begin {begin} end {end}" for s in servers])
            input()


if __name__ == "__main__":
    main()
