#!/usr/bin/env python3
# A minute of default running: CPU, memory, series, bytes written, beside the budgets and the peers.
import argparse
import contextlib
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from measure import cpu_seconds, memory_bytes, row, written_bytes  # noqa: E402
import peers  # noqa: E402
from lapwing import BINARY, Agent, wait_for  # noqa: E402


HOST_ONLY = """
collectors: {services: {enabled: false}, service_network: {enabled: false}, latency: {enabled: false}}
latency: {enabled: false}
"""


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

    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        agent = stack.enter_context(Agent(folder=folder))
        host_only = stack.enter_context(Agent(config=HOST_ONLY))
        others = [] if arguments.no_peers else start_peers(stack)
        time.sleep(arguments.warm)
        peers_before = [other.cpu_seconds() for other in others]
        host_before = cpu_seconds(host_only.pid)
        before, began = store(agent), time.monotonic()
        cpu, (resident, anonymous), (_, written) = measure(agent.pid, arguments.seconds, 6)
        after, elapsed = store(agent), time.monotonic() - began
        host_cpu = (cpu_seconds(host_only.pid) - host_before) * 60 / elapsed
        host_memory, host_series = memory_bytes(host_only.pid), store(host_only)["series"]
        peers_cpu = [(other.cpu_seconds() - spent) * 60 / elapsed for other, spent in zip(others, peers_before)]
        peers_memory = [other.memory() for other in others]
        for other in others:
            other.stop()
        samples = after["samplesAppended"] - before["samplesAppended"]
        rules = sum(len(g["rules"]) for g in agent.api("rules")["groups"])
        print(f"A minute of the host alone, without services and latency ({arguments.seconds} s, {rules} shipped rules):")
        row("CPU seconds a minute", host_cpu, 0.12, "s")
        row("resident memory", host_memory[0] / 2**20, 24, "MiB")
        row("  of which anonymous", host_memory[1] / 2**20, 12, "MiB")
        row("series", host_series, None)
        print("The same minute of default running, with services and latency:")
        row("CPU seconds a minute", cpu, 0.25, "s")
        row("resident memory", resident / 2**20, 24, "MiB")
        row("  of which anonymous", anonymous / 2**20, 12, "MiB")
        row("series", after["series"], None)
        row("samples a second", samples / elapsed, None)
        handed = after["bytesWritten"] - before["bytesWritten"]
        row("bytes written a sample, by the store", handed / max(samples, 1), 2, "B")
        row("  as whole pages that the kernel writes", written / max(samples, 1), 2, "B")
        row("program size, stripped", stripped_size(BINARY) / 2**20, 8, "MiB")
        page_series = sum(1 for line in agent.get("/metrics")[1].splitlines() if not line.startswith("#"))
        cost = scrape_cost(agent, 300)
        row(f"GET /metrics, CPU, {page_series} series", cost, None, "ms")
        row("  for 1,000 series", cost * 1000 / page_series, 1.5, "ms")
    with tempfile.TemporaryDirectory() as folder:
        row("start until a rate() can be read", first_rate_seconds(folder), 1.2, "s")
    for other, spent, (peer_resident, peer_anonymous) in zip(others, peers_cpu, peers_memory):
        print(f"{other.name}, in the same minute:")
        row("CPU seconds a minute", spent, None, "s")
        row("resident memory", peer_resident / 2**20, None, "MiB")
        row("  of which anonymous", peer_anonymous / 2**20, None, "MiB")
        row("our share of its CPU", cpu / spent, None)


def start_peers(stack):
    """Each in a folder of its own, all at one second."""
    return [start(stack.enter_context(tempfile.TemporaryDirectory())) for start in peers.ALL]


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
