#!/usr/bin/env python3
# Scraping: CPU a million samples beside Prometheus and VictoriaMetrics, the parser alone, 500 targets on time, churn.
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "support"))
from measure import cpu_seconds, memory_bytes, row  # noqa: E402
from lapwing import BINARY, PEERS, Agent, Process, free_port, request, wait_for  # noqa: E402


class PageServer(Process):
    def __init__(self, series, packed=False, variants=10):
        super().__init__(sys.executable, HERE / "support/page_server.py", "--series", str(series), "--variants", str(variants),
                         *(["--gzip"] if packed else []))
        told = wait_for("the page server", 120, lambda: self.output().strip() or self.popen.poll())
        self.port, self.page_bytes = json.loads(told)["port"], json.loads(told)["bytes"]


def configuration(port, targets):
    return {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [{
        "job_name": "app", "static_configs": [{"targets": [f"127.0.0.1:{port}"], "labels": {"target": str(i), "__metrics_path__": f"/{i}"}}
                                              for i in range(targets)]}]}


class Lapwing:
    name = "Lapwing"

    def __init__(self, folder, config):
        self.process = Agent("--collectors", "none", folder=folder, config=json.dumps({**config, "rules": {"shipped": False}}))
        self.process.__enter__()

    def samples(self):
        return self.process.api("status/lapwing")["store"]["samplesAppended"]


class Peer:
    def __init__(self, folder, config):
        path = pathlib.Path(folder, "peer.yml")
        path.write_text(json.dumps(config))
        self.port = free_port()
        self.process = Process(*self.command(folder, path))

    def samples(self):
        try:
            _, text = request(f"http://127.0.0.1:{self.port}/metrics", seconds=5)
        except OSError:
            return 0
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(self.counter, line))


class Prometheus(Peer):
    name, counter = "Prometheus", r'prometheus_tsdb_head_samples_appended_total\{type="float"\}|prometheus_tsdb_head_samples_appended_total '

    def command(self, folder, path):
        return [PEERS / "prometheus", f"--config.file={path}", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{self.port}"]


class VictoriaMetrics(Peer):
    name, counter = "VictoriaMetrics", r'vm_rows_inserted_total\{type="promscrape"\}'

    def command(self, folder, path):
        return [PEERS / "victoria-metrics", f"-promscrape.config={path}", f"-storageDataPath={folder}/data", f"-httpListenAddr=127.0.0.1:{self.port}"]


def measure(product, server, targets, seconds, warm):
    """(CPU seconds a million samples, samples a second, resident, anonymous bytes)"""
    with tempfile.TemporaryDirectory() as folder:
        running = product(folder, configuration(server.port, targets))
        try:
            wait_for(f"{product.name}'s first samples", 60, running.samples)
            time.sleep(warm)
            pid = running.process.pid
            samples, spent, began = running.samples(), cpu_seconds(pid), time.monotonic()
            time.sleep(seconds)
            samples, spent, took = running.samples() - samples, cpu_seconds(pid) - spent, time.monotonic() - began
            resident, anonymous = memory_bytes(pid)
            return 1e6 * spent / max(samples, 1), samples / took, resident, anonymous
        finally:
            running.process.__exit__(None, None, None)


def compare(series, seconds, warm, peers, packed=False):
    print(f"One target of {series:,} series each second{', gzip' if packed else ''} ({seconds} s):")
    with PageServer(series, packed) as server:
        for product in [Lapwing, *peers]:
            cpu, rate, resident, anonymous = measure(product, server, 1, seconds, warm)
            row(f"{product.name}: CPU a million samples", cpu, 0.25 if product is Lapwing and not packed else None, "s")
            row("  samples a second", rate, None)
            row("  resident memory", resident / 2**20, None, "MiB")
            row("  of which anonymous", anonymous / 2**20, None, "MiB")


def many_targets(seconds, warm):
    print(f"500 targets of 200 series each second ({seconds} s):")
    with PageServer(200) as server, tempfile.TemporaryDirectory() as folder:
        running = Lapwing(folder, configuration(server.port, 500))
        try:
            wait_for("the first samples", 60, running.samples)
            time.sleep(warm)
            request(f"http://127.0.0.1:{server.port}/asked")
            samples, spent = running.samples(), cpu_seconds(running.process.pid)
            time.sleep(seconds)
            spent = 1e6 * (cpu_seconds(running.process.pid) - spent) / max(1, running.samples() - samples)
            asked = json.loads(request(f"http://127.0.0.1:{server.port}/asked")[1])
            resident, anonymous = memory_bytes(running.process.pid)
        finally:
            running.process.__exit__(None, None, None)
    # Every target is due on the whole second.
    late = sorted(1000 * (t % 1) for path, times in asked.items() if path != "/asked" for t in times)
    row("scrapes a second", len(late) / seconds, None)
    row("lateness at the target, median", late[len(late) // 2], None, "ms")
    row("lateness at the target, 99th percentile", late[int(len(late) * 0.99)], 50, "ms")
    row("CPU a million samples", spent, None, "s")
    row("resident memory", resident / 2**20, None, "MiB")
    row("  of which anonymous", anonymous / 2**20, None, "MiB")


def parser_alone():
    folder = BINARY.parent
    subprocess.run(["ninja", "-C", folder, "scrape_parser_bench"], check=True, stdout=subprocess.DEVNULL)
    # The least of several runs: other programs only ever add to it.
    runs = [dict(line.split() for line in subprocess.run([folder / "tests/collectors/scrape_parser_bench"], check=True, text=True,
                                                         capture_output=True).stdout.splitlines()) for _ in range(5)]
    least = {name: min(float(run[name]) for run in runs) for name in runs[0]}
    print("The parser alone, 10,000 series:")
    row("new page, text", least["syntax_text"], 80, "ns")
    row("new page, OpenMetrics", least["syntax_openmetrics"], 80, "ns")
    row("page seen before, text", least["known_text"], 20, "ns")
    row("page seen before, OpenMetrics", least["known_openmetrics"], 20, "ns")
    row("a target's first page, labels made", least["first_page"], None, "ns")
    row("page in another order each time", least["shuffled"], None, "ns")
    row("page that grows by 10 series each time", least["growing"], None, "ns")
    print("Churn, 10 % new series a minute for an hour, a scrape each second:")
    row("memory of the page after 15 minutes", least["churn_early_bytes"] / 2**20, None, "MiB")
    row("memory of the page after the hour", least["churn_late_bytes"] / 2**20, 1.1 * least["churn_early_bytes"] / 2**20, "MiB")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=20)
    options.add_argument("--warm", type=int, default=10)
    options.add_argument("--no-peers", action="store_true")
    options.add_argument("--only", choices=["parser", "10k", "100k", "gzip", "many"])
    chosen = options.parse_args()
    peers = [] if chosen.no_peers else [p for p, program in ((Prometheus, "prometheus"), (VictoriaMetrics, "victoria-metrics"))
                                        if (PEERS / program).exists()]
    parts = {"parser": parser_alone,
             "10k": lambda: compare(10_000, chosen.seconds, chosen.warm, peers),
             "gzip": lambda: compare(10_000, chosen.seconds, chosen.warm, peers, packed=True),
             "100k": lambda: compare(100_000, chosen.seconds, chosen.warm, peers),
             "many": lambda: many_targets(chosen.seconds, chosen.warm)}
    for name, part in parts.items():
        if chosen.only in (None, name):
            part()


if __name__ == "__main__":
    main()
