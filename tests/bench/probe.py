#!/usr/bin/env python3
# Probes: CPU of an HTTP probe and memory, beside blackbox_exporter ($BLACKBOX, else Debian's) in the same run.
import argparse
import http.client
import os
import pathlib
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "support"))
from measure import cpu_seconds, memory_bytes, row  # noqa: E402
from lapwing import PEERS, Agent, Process, free_port, request, wait_for  # noqa: E402

MODULES = "modules: {web: {prober: http, http: {preferred_ip_protocol: ip4}}, tcp: {prober: tcp, tcp: {preferred_ip_protocol: ip4}}}\n"
# What the peers' page says of blackbox_exporter: CPU milliseconds a probe, resident megabytes.
PEER_MILLIS, PEER_MEGABYTES = 1.4, 13


def target(folder):
    """A quick server that is not measured."""
    nginx = shutil.which("nginx") or PEERS.parent / "sbin/nginx"
    port = free_port()
    pathlib.Path(folder, "nginx.conf").write_text(f"""
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{}}
http {{ access_log off; server {{ listen 127.0.0.1:{port}; location / {{ return 200 "hello\\n"; }} }} }}
""")
    server = Process(nginx, "-c", f"{folder}/nginx.conf", "-p", folder)
    wait_for("nginx", 10, lambda: answers(port, "/"))
    return server, port


def answers(port, path):
    try:
        return request(f"http://127.0.0.1:{port}{path}", seconds=1)[0] == 200
    except OSError:
        return False


def drive(port, module, at, count):
    """Probes one after the other over one connection, as a Prometheus does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for _ in range(count):
        connection.request("GET", f"/probe?module={module}&target=127.0.0.1:{at}")
        page = connection.getresponse().read()
        assert b"\nprobe_success 1\n" in page, page
    connection.close()


def measure(name, pid, port, at, count):
    drive(port, "web", at, count // 10)  # warm
    found = {}
    for module in ("web", "tcp"):
        before = cpu_seconds(pid)
        drive(port, module, at, count)
        found[module] = (cpu_seconds(pid) - before) / count * 1000
    resident, anonymous = memory_bytes(pid)
    print(f"{name}: CPU ms a probe: HTTP {found['web']:.3f}, TCP {found['tcp']:.3f}; "
          f"RSS {resident / 2**20:.1f} MiB, {anonymous / 2**20:.1f} anonymous")
    return found, resident / 2**20


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--probes", type=int, default=1000)
    options.add_argument("--seconds", type=int, default=20)
    options = options.parse_args()
    exporter = os.environ.get("BLACKBOX") or PEERS / "prometheus-blackbox-exporter"
    with tempfile.TemporaryDirectory() as folder:
        server, at = target(folder)
        with server:
            file = pathlib.Path(folder, "blackbox.yml")
            file.write_text(MODULES)
            port = free_port()
            with Process(exporter, f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}") as peer:
                wait_for("blackbox_exporter", 10, lambda: answers(port, "/-/healthy"))
                theirs, their_memory = measure("blackbox_exporter", peer.pid, port, at, options.probes)
            with Agent("--collectors", "none", "--config", file, folder=folder + "/asked") as agent:
                ours, our_memory = measure("Lapwing, asked by /probe", agent.pid, agent.port, at, options.probes)
            scheduled = scheduled_millis(folder, at, options.seconds)
    print("Beside each other:")
    row("HTTP probe, CPU", ours["web"], PEER_MILLIS, "ms")
    row("HTTP probe, ours / theirs", ours["web"] / theirs["web"], 1, "")
    row("TCP probe, ours / theirs", ours["tcp"] / theirs["tcp"], 1, "")
    row("HTTP probe of our own, scheduled and stored, CPU", scheduled, None, "ms")
    row("memory of the whole agent", our_memory, PEER_MEGABYTES, "MiB")
    row("memory, ours / theirs", our_memory / their_memory, None, "")


def scheduled_millis(folder, at, seconds):
    """Fifty targets each second, less what the agent costs without them."""
    used = {}
    for count in (0, 50):
        probes = "" if count == 0 else "probes: [{name: web, module: web, interval: 1s, timeout: 1s, targets: [%s]}]\n" % (
            ", ".join(f"'127.0.0.1:{at}/{i}'" for i in range(count)))
        pathlib.Path(folder, f"scheduled{count}").mkdir()
        with Agent("--collectors", "none", folder=f"{folder}/scheduled{count}",
                   config=MODULES + probes + "rules: {shipped: false}\n") as agent:
            time.sleep(3)
            before = cpu_seconds(agent.pid)
            time.sleep(seconds)
            used[count] = cpu_seconds(agent.pid) - before
            if count:
                page = agent.get("/metrics")[1]
                print("scheduled: " + "; ".join(line for line in page.splitlines() if line.startswith("lapwing_probes_total")))
    return (used[50] - used[0]) / (50 * seconds) * 1000


if __name__ == "__main__":
    main()
