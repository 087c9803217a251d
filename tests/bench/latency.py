#!/usr/bin/env python3
# Passive latency: our CPU and drops at 10k, 50k, 200k packets a second, the service's cost with and without, memory under odd loads.
import argparse
import fcntl
import json
import os
import pathlib
import re
import socket
import statistics
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "support"))
from measure import cpu_seconds, memory_bytes, row  # noqa: E402
from lapwing import BINARY, Agent, Process, free_port, wait_for  # noqa: E402
from own_network import in_own_network  # noqa: E402

# linux/if_tun.h
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
UNLIMITED = "latency: {cpu_budget: 4}\n"


# The agent's own counters are collected every five seconds.
COUNTERS = 6.5


def metric(agent, name, mark=""):
    total = 0
    for line in agent.get("/metrics")[1].splitlines():
        if line.startswith((name + " ", name + "{")) and mark in line:
            total += float(line.rsplit(" ", 1)[1])
    return total


def thread_cpu(pid, name):
    """Seconds that one thread ran, and that it was ready to run and did not, by its name."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == name:
            ran, waited = (task / "schedstat").read_text().split()[:2]
            return int(ran) / 1e9, int(waited) / 1e9
    return 0.0, 0.0


def load(rate, seconds, connections=50):
    port = free_port()
    done = subprocess.run([BINARY.parent / "tests/bench/latency_load", str(connections), str(rate), str(seconds), str(port)],
                          check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


class Flood:
    """Packets written to a device of this network name space that throws them away, about a port that somebody has."""

    def __enter__(self):
        self.server, self.name = "10.80.0.1", "flood0"
        self.device = os.open("/dev/net/tun", os.O_RDWR)  # whose other end nobody reads
        fcntl.ioctl(self.device, TUNSETIFF, struct.pack("16sH", self.name.encode(), IFF_TAP | IFF_NO_PI))
        subprocess.run(["ip", "address", "add", self.server + "/24", "dev", self.name], check=True)
        subprocess.run(["ip", "link", "set", self.name, "up"], check=True)
        self.listener = socket.create_server((self.server, 0))
        return self

    def __exit__(self, *_):
        self.listener.close()
        os.close(self.device)

    def __call__(self, rate, seconds, connections=50):
        time.sleep(4)  # until the agent knows the port
        port = self.listener.getsockname()[1]
        done = subprocess.run([BINARY.parent / "tests/bench/latency_flood", self.name, self.server, str(port), str(connections),
                               str(rate), str(seconds)], check=True, capture_output=True, text=True)
        time.sleep(1)
        return json.loads(done.stdout)


def flood_at_rate(rate, seconds, config, budget):
    def work():
        with Flood() as flood:
            at_rate(rate, seconds, config, budget, flood)
    in_own_network(work)


def at_rate(rate, seconds, config, budget, send=load):
    with Agent(config=config) as agent:
        wait_for("capture", 20, lambda: metric(agent, "lapwing_latency_ports") > 0)
        counters = lambda: [*(metric(agent, f"lapwing_latency_{n}_total") for n in ("packets", "dropped_packets")),  # noqa: E731
                            metric(agent, "service_requests_total", 'protocol="redis"')]
        send(rate, 2)  # until the ring is as large as it needs to be
        time.sleep(COUNTERS)
        before = counters()
        spent, waited = thread_cpu(agent.pid, "capture")
        told = send(rate, seconds)
        spent, waited = (now - then for now, then in zip(thread_cpu(agent.pid, "capture"), (spent, waited)))
        time.sleep(COUNTERS)
        packets, dropped, counted = [now - then for now, then in zip(counters(), before)]
        ring = metric(agent, "lapwing_latency_ring_bytes")
        shed = re.findall(r"passive latency looks at .*", agent.output())
    sent = 2 * told["requests"]
    came = sent / told["seconds"]
    print(f"{rate:,} packets a second{', of a client and a service' if send is load else ', written to a device'} ({came:,.0f} came):")
    row("capture thread", 100 * spent / told["seconds"], budget, "% of a CPU")
    row("a packet, capture thread", 1e9 * spent / max(packets, 1), None, "ns")
    row("ready, but not running", waited, None, "s of the capture thread")
    row("dropped before, while the ring grew", before[1], None, "packets")
    row("rings", ring / 2**20, None, "MiB")
    row("dropped by the kernel", dropped, 0, "packets")
    if shed:
        print(f"  {shed[-1]}; {100 * counted / told['requests']:.0f} % of the requests counted")
    else:
        row("requests missed", told["requests"] - counted, 0, "")
    if came < 0.95 * rate:
        print(f"  NOT REACHED: {came:,.0f} of {rate:,} packets a second came")


def measure_with(latency, work):
    with Agent("--latency", latency, config=UNLIMITED):
        time.sleep(2)
        return work()


def beside_off(what, rounds, work):
    """What `work` returns (name → value), with capture beside without: on, off, off, on in each round. The medians of
    each pair's ratio, the least and the most of them; and, for what the machine does by itself, of off beside off."""
    pairs, same, seen = [], [], {"on": [], "off": []}
    for _ in range(rounds):
        first, without, again, last = (measure_with(latency, work) for latency in ("on", "off", "off", "on"))
        pairs += [(first, without), (last, again)]
        same.append((again, without))
        seen["on"] += [first, last]
        seen["off"] += [without, again]
    print(f"{what}, latency on beside off, {len(pairs)} pairs:")
    for name in pairs[0][0]:
        ratios, noise = (sorted(100 * (a[name] / b[name] - 1) for a, b in some) for some in (pairs, same))
        medians = {latency: statistics.median(one[name] for one in values) for latency, values in seen.items()}
        print(f"  {name:<40}{medians['on']:>12,.2f}{medians['off']:>12,.2f}  median of pairs {statistics.median(ratios):>+6.1f} % "
              f"({ratios[0]:+.1f} to {ratios[-1]:+.1f}); off beside off {statistics.median(noise):+.1f} % ({noise[0]:+.1f} to {noise[-1]:+.1f})",
              flush=True)


def told_of(told):
    values = {"packets a second": 2 * told["requests"] / told["seconds"]}
    if "service_cpu" not in told:
        return {**values, "who writes them, µs of CPU a pair": 1e6 * told["cpu"] / told["requests"]}
    return {**values, "client and service, µs of CPU a request": 1e6 * told["cpu"] / told["requests"],
            "service, µs of CPU a request": 1e6 * told["service_cpu"] / told["requests"]}


def rates_beside_off(seconds, rounds):
    for rate in (10_000, 50_000):
        beside_off(f"{rate:,} packets a second of a client and a service", rounds, lambda: told_of(load(rate, seconds)))  # noqa: B023

    def flooded():
        with Flood() as flood:
            beside_off("200,000 packets a second written to a device", rounds, lambda: told_of(flood(200_000, seconds)))
    in_own_network(flooded)


def redis(seconds):
    """A real service as fast as its client goes: requests a second, and the server's CPU."""
    port = free_port()
    with Process("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no") as server:
        ask = ["redis-benchmark", "-p", str(port), "-t", "get", "-c", "50", "-q"]
        wait_for("redis", 10, lambda: subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True).stdout.startswith(b"PONG"))
        time.sleep(4)  # until the agent knows the port
        said = subprocess.run([*ask, "-n", "20000"], capture_output=True, text=True, check=True).stdout
        requests = int(seconds * float(re.findall(r"([\d.]+) requests per second", said)[-1]))
        before = cpu_seconds(server.pid)
        said = subprocess.run([*ask, "-n", str(requests)], capture_output=True, text=True, check=True).stdout
        spent = cpu_seconds(server.pid) - before
    return {"requests a second": float(re.findall(r"([\d.]+) requests per second", said)[-1]),
            "server, µs of CPU a request": 1e6 * spent / requests}


def service_cost(seconds, rounds):
    beside_off("A service that does nothing but answer, at full speed", rounds, lambda: told_of(load(0, seconds)))
    beside_off("redis-server and redis-benchmark at full speed", rounds, lambda: redis(seconds))


def odd_loads(seconds):
    """Handshakes without payload, connections that stay, ports that come and go: what it leaves, beside capture off."""
    grown = {name: odd_load(name, seconds) for name in ("on", "off")}
    row("more than with capture off", grown["on"] - grown["off"], 1, "MiB")


def odd_load(name, seconds):
    with Agent("--latency", name) as agent:
        time.sleep(3)
        load(20_000, 3)
        anonymous = memory_bytes(agent.pid)[1]
        port = free_port()
        ports = 0
        until = time.monotonic() + seconds
        with socket.create_server(("127.0.0.1", port), backlog=4096) as service:
            time.sleep(4)
            kept = []
            while time.monotonic() < until:
                # Half-open, as far as payload goes: handshakes and nothing more.
                for _ in range(200):
                    with socket.create_connection(("127.0.0.1", port)):
                        service.accept()[0].close()
                if len(kept) < 400:
                    client = socket.create_connection(("127.0.0.1", port))
                    kept.append((client, service.accept()[0]))
                for client, server in kept:
                    client.send(b"hello")
                    server.recv(10)
                    server.send(b"world")
                    client.recv(10)
                with socket.create_server(("127.0.0.1", 0)):
                    ports += 1
                    time.sleep(0.05)
            time.sleep(COUNTERS)
            followed = metric(agent, "lapwing_latency_connections")
        after = memory_bytes(agent.pid)[1]
    print(f"{200 * ports} handshakes without payload, {len(kept)} connections that stay, {ports} ports that come and go "
          f"({seconds:g} s), capture {name}:")
    row("connections followed", followed, None)
    row("anonymous memory before", anonymous / 2**20, None, "MiB")
    row("anonymous memory after", after / 2**20, None, "MiB")
    return (after - anonymous) / 2**20


def idle():
    spent = {}
    for name in ("on", "off"):
        with Agent("--latency", name) as agent:
            time.sleep(4)
            began = cpu_seconds(agent.pid)
            time.sleep(10)
            spent[name] = (cpu_seconds(agent.pid) - began) * 6
            row(f"idle host, latency {name}: CPU a minute", spent[name], None, "s")
            row("  resident, anonymous memory", memory_bytes(agent.pid)[0] / 2**20, None, "MiB")
            row("", memory_bytes(agent.pid)[1] / 2**20, None, "MiB")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", choices=["rates", "off", "budget", "service", "odd", "idle"])
    chosen = options.parse_args()
    subprocess.run(["ninja", "-C", BINARY.parent, "latency_load", "latency_flood"], check=True, stdout=subprocess.DEVNULL)
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs")
    if chosen.only in (None, "idle"):
        idle()
    if chosen.only in (None, "rates"):
        for rate in (10_000, 50_000):
            at_rate(rate, chosen.seconds, UNLIMITED, 2)
        # What TCP's two ends leave of few CPUs is no measure of the capture: past it the packets are written.
        for rate in (50_000, 200_000):
            flood_at_rate(rate, chosen.seconds, UNLIMITED, 2)
    if chosen.only in (None, "budget"):
        print("With the default budget of 2 %, sampling beyond it:")
        flood_at_rate(200_000, 3 * chosen.seconds, "", None)
    if chosen.only in (None, "off"):
        rates_beside_off(chosen.seconds / 2, chosen.rounds)
    if chosen.only in (None, "service"):
        service_cost(chosen.seconds / 2, chosen.rounds)
    if chosen.only in (None, "odd"):
        odd_loads(10 * chosen.seconds)


if __name__ == "__main__":
    main()
