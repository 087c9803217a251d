#!/usr/bin/env python3
# 5,000 processes and 20,000 sockets: what a tick costs then, and that none is late.
"""    ./dev prove scale [--processes N] [--sockets N] [--seconds N]

Needs root: the sockets live in a network name space of their own, together with the agent. Prints
CPU by thread before and under the load, what each collection took, and how many of the one-second
batches came late or not at all; ends with 1 when more did under the load than before it.
"""
import argparse
import ctypes
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/end_to_end"), str(ROOT / "tests/bench/support")]
from lapwing import Agent, wait_for  # noqa: E402
from measure import cpu_seconds, memory_bytes  # noqa: E402

CLONE_NEWNET = 0x40000000
HOLDERS = 10
TOLERATED_LATE = 2
COLLECTIONS = ("services", "service_network", "processes", "tcpstat", "sockstat", "udp_queues", "netstat")


def own_network():
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise SystemExit(f"a network name space of its own: {os.strerror(ctypes.get_errno())}")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


class Connected:
    """That many sockets, two a connection, shared out among processes: descriptors have a limit."""

    def __init__(self, sockets):
        self.pids = []
        for _ in range(HOLDERS):
            pid = os.fork()
            if pid == 0:
                self.hold(sockets // HOLDERS)
            self.pids.append(pid)

    @staticmethod
    def hold(sockets):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        kept = []
        for _ in range(sockets // 2):
            kept.append(socket.create_connection(listener.getsockname()))
            kept.append(listener.accept()[0])
        while True:
            signal.pause()

    def stop(self):
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


class Sleepers:
    """That many processes which do nothing."""

    def __init__(self, number):
        script = f"i=0; while [ $i -lt {number} ]; do sleep 3600 & i=$((i+1)); done; echo ready; wait"
        self.shell = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, process_group=0)
        self.shell.stdout.readline()

    def stop(self):
        os.killpg(self.shell.pid, signal.SIGKILL)
        self.shell.wait()


def by_thread(pid):
    spent = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        name = (task / "comm").read_text().strip()
        spent[name] = spent.get(name, 0) + int((task / "schedstat").read_text().split()[0]) / 1e9
    return spent


def measured(agent, seconds):
    """(CPU seconds a minute, the same by thread, batches of one second that came on their tick)"""
    time.sleep(16)  # every collector has run once
    threads, before, began = by_thread(agent.pid), cpu_seconds(agent.pid), time.monotonic()
    time.sleep(seconds)
    minute = 60 / (time.monotonic() - began)
    spent = (cpu_seconds(agent.pid) - before) * minute
    shares = {name: (now - threads.get(name, 0)) * minute for name, now in by_thread(agent.pid).items()}
    times = [time for time, _ in agent.api("query", query=f"node_load1[{seconds}s]")["result"][0]["values"]]
    return spent, shares, sum(1 for time in times if time == int(time))


def report(title, agent, seconds):
    spent, shares, on_time = measured(agent, seconds)
    print(f"{title}: {spent:.3f} CPU s a minute; resident {memory_bytes(agent.pid)[0] / 2**20:.1f} MiB; "
          f"{on_time} of {seconds} batches on their tick")
    print("  by thread: " + ", ".join(f"{name} {share:.3f}" for name, share in
                                      sorted(shares.items(), key=lambda one: -one[1]) if share > 0.002))
    durations = {labels["collector"]: value for labels, value in agent.query("node_scrape_collector_duration_seconds")}
    print("  newest collections, ms: " + ", ".join(f"{name} {durations[name] * 1000:.1f}" for name in COLLECTIONS
                                                  if name in durations))
    return on_time


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--processes", type=int, default=5000)
    options.add_argument("--sockets", type=int, default=20000)
    options.add_argument("--seconds", type=int, default=60)
    arguments = options.parse_args()
    own_network()
    with Agent() as agent:
        before = report("Before", agent, arguments.seconds)
        sleepers = Sleepers(arguments.processes)
        try:
            connected = Connected(arguments.sockets)
            try:
                wait_for("the agent sees the sockets", 90, lambda: sum(value for _, value in agent.query(
                    'service_tcp_connections{state="established"}')) >= arguments.sockets, 1)
                on_time = report(f"{arguments.processes} processes and {arguments.sockets} sockets", agent,
                                 arguments.seconds)
            finally:
                connected.stop()
        finally:
            sleepers.stop()
    # A machine that is busy with other things delays both.
    sys.exit(0 if on_time >= before - TOLERATED_LATE else 1)


if __name__ == "__main__":
    main()
