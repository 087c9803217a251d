#!/usr/bin/env python3
# A minute of default running: CPU, memory, series, bytes written, beside the budgets and the peers.
import argparse
import json
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from measure import cpu_seconds, memory_bytes, row, written_bytes  # noqa: E402
from lapwing import BINARY, PEERS, Agent, Process, free_port, wait_for  # noqa: E402


def start_peers(folder):
    """Prometheus and node_exporter at one second, with 20 rules like PEERS describes."""
    port, exporter_port = free_port(), free_port() + 1
    exporter = Process(PEERS / "prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{exporter_port}")
    rules = [{"record": f"bench:rule{i}", "expr": f"sum by (mode) (rate(node_cpu_seconds_total[{10 + i}s]))"}
             for i in range(20)]
    pathlib.Path(folder, "rules.yml").write_text(json.dumps({"groups": [{"name": "g", "interval": "1s", "rules": rules}]}))
    pathlib.Path(folder, "prometheus.yml").write_text(json.dumps({
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": ["rules.yml"],
        "scrape_configs": [{"job_name": "node", "static_configs": [{"targets": [f"127.0.0.1:{exporter_port}"]}]}]}))
    prometheus = Process(PEERS / "prometheus", f"--config.file={folder}/prometheus.yml",
                         f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}")
    return [exporter, prometheus]


def first_rate_seconds(folder):
    """From the start of the process until a rate() can be read."""
    began = time.monotonic()
    with Agent(folder=folder) as agent:
        wait_for("a first rate", 30, lambda: agent.query("rate(node_cpu_seconds_total[1m])"), 0.01)
        return time.monotonic() - began


def scrape_cost(agent, scrapes):
    """Milliseconds of CPU for one GET /metrics over a kept connection, steady running taken off."""
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", agent.port)
    before_idle = cpu_seconds(agent.pid)
    time.sleep(3)
    idle = (cpu_seconds(agent.pid) - before_idle) / 3
    began, before = time.monotonic(), cpu_seconds(agent.pid)
    for _ in range(scrapes):
        connection.request("GET", "/metrics")
        connection.getresponse().read()
        time.sleep(0.005)
    spent = cpu_seconds(agent.pid) - before - idle * (time.monotonic() - began)
    return 1000 * spent / scrapes


def measure(pid, seconds, windows):
    """Median CPU seconds a minute over the windows; memory and bytes written over all of them."""
    spent, before_io = [], written_bytes(pid)
    for _ in range(windows):
        before, began = cpu_seconds(pid), time.monotonic()
        time.sleep(seconds / windows)
        spent.append((cpu_seconds(pid) - before) * 60 / (time.monotonic() - began))
    after_io = written_bytes(pid)
    return statistics.median(spent), memory_bytes(pid), [a - b for a, b in zip(after_io, before_io)]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--warm", type=int, default=15, help="running before the measurement")
    options.add_argument("--no-peers", action="store_true")
    arguments = options.parse_args()

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as peer_folder, Agent(folder=folder) as agent:
        peers = [] if arguments.no_peers else start_peers(peer_folder)
        time.sleep(arguments.warm)
        peer_before = sum(cpu_seconds(p.pid) for p in peers)
        appended_before = store(agent)["samplesAppended"]
        began = time.monotonic()
        handed_before = store(agent)["bytesWritten"]
        cpu, (resident, anonymous), (_, written) = measure(agent.pid, arguments.seconds, 6)
        handed = store(agent)["bytesWritten"] - handed_before
        elapsed = time.monotonic() - began
        samples = store(agent)["samplesAppended"] - appended_before
        peer_cpu = (sum(cpu_seconds(p.pid) for p in peers) - peer_before) * 60 / elapsed
        peer_resident = sum(memory_bytes(p.pid)[0] for p in peers)
        for peer in peers:
            peer.stop()
        rules = sum(len(g["rules"]) for g in agent.api("rules")["groups"])
        print(f"A minute of default running ({arguments.seconds} s, {rules} shipped rules):")
        row("CPU seconds a minute", cpu, 0.12, "s")
        row("resident memory", resident / 2**20, 24, "MiB")
        row("  of which anonymous", anonymous / 2**20, 12, "MiB")
        row("series", store(agent)["series"], None)
        row("samples a second", samples / elapsed, None)
        row("bytes written a sample, by the store", handed / max(samples, 1), 2, "B")
        row("  as whole pages that the kernel writes", written / max(samples, 1), 2, "B")
        row("program size, stripped", stripped_size(BINARY) / 2**20, 8, "MiB")
        row("GET /metrics, CPU", scrape_cost(agent, 300), 1, "ms")
    with tempfile.TemporaryDirectory() as folder:
        row("start until a rate() can be read", first_rate_seconds(folder), 1.2, "s")
    if peers:
        print("Prometheus (Debian's) + node_exporter in the same minute, 1 s, 20 rules:")
        row("CPU seconds a minute", peer_cpu, None, "s")
        row("resident memory", peer_resident / 2**20, None, "MiB")
        row("our share of their CPU", cpu / peer_cpu, None)


def store(agent):
    return agent.api("status/lapwing")["store"]


def stripped_size(binary):
    import shutil
    import subprocess
    with tempfile.NamedTemporaryFile() as copy:
        shutil.copyfile(binary, copy.name)
        subprocess.run(["strip", copy.name], check=True)
        return pathlib.Path(copy.name).stat().st_size


if __name__ == "__main__":
    main()
