#!/usr/bin/env python3
# What services use, in a real systemd container: units, a storm of forks, capabilities, and containers of three runtimes.
"""    ./dev prove services [--without-containers]

Needs root. Installs Lapwing and, from Debian, docker.io, containerd and podman in a Debian with
systemd of its own (build/prove/root) and starts the shipped unit there. What it compares with is the
kernel's own word: cpu.stat of each unit's control group, and that of all the container.

Kubernetes is a container of containerd's at the path that kubelet gives a pod, with the link that
kubelet makes in /var/log/containers: kubelet itself is not in Debian.
"""
import argparse
import json
import pathlib
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from system_container import SYSTEM, Container, check, install, make_system, need_root, wait_for  # noqa: E402

URL = "http://127.0.0.1:5279"
TOLERANCE = 0.03
SLACK_SECONDS = 0.6  # two readings are not of one moment: series are a second old, or two
MEASURED_SECONDS = 12

# CPU in bursts, so that the machine stays usable.
BURSTS = "while :; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 0.3; done"
UNITS = {
    "prove-busy": BURSTS,
    "prove-forks": "while :; do i=0; while [ $i -lt 60 ]; do /bin/true; i=$((i+1)); done; sleep 0.2; done",
    "prove-writer": "while :; do dd if=/dev/zero of=/var/tmp/prove-writer bs=1M count=2 conv=fsync 2>/dev/null; sleep 0.5; done",
    "prove-pages": "while :; do head -c 3000000 /dev/zero | tail -c 1 >/dev/null; sleep 0.2; done",
}
# Neither units nor containers: shells below a login's scope are told from one another by name.
STORM = "i=0; while [ $i -lt 6000 ]; do /bin/true; /bin/sh -c : ; i=$((i+1)); done"

POD_UID = "0d7a3f5e_1c2b_4a6d_9e8f_7b6c5d4e3f2a"
POD_CONTAINER = "4f0c1b7e2d3a" * 5 + "0000"
POD_SCOPE = f"/kubepods.slice/kubepods-pod{POD_UID}.slice/cri-containerd-{POD_CONTAINER}.scope"

FORGET_CONTAINERS = ("docker rm -f shop-web; podman rm -f -t 0 cache-pod; ctr -n k8s.io task kill -s 9 orders; sleep 1; "
                     "ctr -n k8s.io c rm orders; ctr -n k8s.io snapshots rm orders")


class Agent:
    def __init__(self, host):
        self.host = host

    def query(self, expression):
        text = self.host.get(f"{URL}/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        try:
            answer = json.loads(text)
        except ValueError:
            return []
        return [(one["metric"], float(one["value"][1])) for one in answer.get("data", {}).get("result", [])]

    def value(self, expression):
        found = self.query(expression)
        return found[0][1] if found else 0.0

    def start(self):
        started = self.host.run("systemctl", "restart", "lapwing")
        check(started.returncode == 0, f"the unit starts {started.stderr.strip()}")
        wait_for("series of services", 60, lambda: self.query("service_info"))

    def journal(self, text):
        """Lines with this text since the unit's newest start."""
        since = self.host.properties("lapwing", "InvocationID")["InvocationID"]
        log = self.host.run("journalctl", f"_SYSTEMD_INVOCATION_ID={since}", "--no-pager", "-q").stdout
        return [line for line in log.splitlines() if text in line]


def group_cpu(host, folder):
    """Seconds that the kernel counted for a control group."""
    text = host.run("cat", f"/sys/fs/cgroup{folder}/cpu.stat").stdout
    return next((int(line.split()[1]) / 1e6 for line in text.splitlines() if line.startswith("usage_usec")), 0.0)


def close(counted, kernel):
    return abs(counted - kernel) <= TOLERANCE * kernel + SLACK_SECONDS


def prove_capabilities(host, agent):
    pid = host.properties("lapwing", "MainPID")["MainPID"]
    status = dict(line.split(":\t", 1) for line in host.run("cat", f"/proc/{pid}/status").stdout.splitlines() if ":\t" in line)
    names = {13: "net_raw", 19: "sys_ptrace", 2: "dac_read_search"}
    held = int(status["CapEff"], 16)
    check(status["Uid"].split()[0] != "0" and held == sum(1 << bit for bit in names) == int(status["CapBnd"], 16),
          f"runs as {host.properties('lapwing', 'User')['User']} with {', '.join(names.values())} and no more")
    wait_for("the owners of ports were looked for", 30, lambda: agent.query("lapwing_services_hidden_processes"))
    hidden = {labels["what"]: value for labels, value in agent.query("lapwing_services_hidden_processes")}
    check(hidden == {"io": 0, "memory": 0, "descriptors": 0, "ports": 0}, f"nothing is hidden from it: {hidden}")
    for metric in ("service_disk_written_bytes_total", "service_open_fds", "service_memory_proportional_bytes"):
        wait_for(f"{metric} of another user's process", 90, lambda name=metric: agent.value(name + '{service="prove-writer"}') > 0, 1)
    check(True, "another user's I/O, descriptors and proportional memory are seen")


def prove_missing_capabilities(host, agent):
    drop_in = host.path("/etc/systemd/system/lapwing.service.d/bare.conf")
    drop_in.parent.mkdir(parents=True, exist_ok=True)
    drop_in.write_text("[Service]\nCapabilityBoundingSet=\nAmbientCapabilities=\n")
    try:
        host.run("systemctl", "daemon-reload")
        agent.start()
        hidden = wait_for("what is hidden is counted", 90, lambda: {
            labels["what"]: value for labels, value in agent.query("lapwing_services_hidden_processes > 0")
            if agent.value('lapwing_services_hidden_processes{what="io"}') > 0
            and agent.value('lapwing_services_hidden_processes{what="memory"}') > 0
            and agent.value('lapwing_services_hidden_processes{what="ports"}') > 0}, 1)
        time.sleep(25)  # enough looks to say it many times
        said = agent.journal("CAP_SYS_PTRACE")
        check(len(said) == 1, f"without capabilities {hidden} are hidden, said once: {said}")
        check(not agent.query('service_memory_proportional_bytes{service="prove-writer"}'),
              "what is hidden is no series, and never 0")
        before = agent.value('sum(service_cpu_seconds_total{service="prove-busy"})')
        wait_for("CPU goes on", 20, lambda: agent.value('sum(service_cpu_seconds_total{service="prove-busy"})') > before)
        check(True, "the rest goes on")
    finally:
        drop_in.unlink()
        host.run("systemctl", "daemon-reload")
        agent.start()


def measured(host, agent, folders, during=lambda: time.sleep(MEASURED_SECONDS)):
    """({service: (counted, kernel's)}, (sum of all services, kernel's total)) over a while."""
    expression = "sum by (service) (service_cpu_seconds_total)"

    def look():
        time.sleep(2.2)  # what was used until now is counted
        kernel = {name: group_cpu(host, folder) for name, folder in folders.items()}
        total = group_cpu(host, "/")
        return {labels["service"]: value for labels, value in agent.query(expression)}, kernel, total
    counted_before, kernel_before, total_before = look()
    during()
    counted, kernel, total = look()
    each = {name: (counted.get(name, 0) - counted_before.get(name, 0), kernel[name] - kernel_before[name]) for name in folders}
    return each, (sum(counted.values()) - sum(counted_before.values()), total - total_before)


def prove_sums(host, agent):
    folders = {name: f"/system.slice/{name}.service" for name in UNITS}
    each, (counted, total) = measured(host, agent, folders)
    for name, (ours, kernel) in each.items():
        check(close(ours, kernel) and kernel > 0, f"{name}: {ours:.2f} s counted, {kernel:.2f} s by its control group")
    check(close(counted, total), f"all services {counted:.2f} s, the kernel's total {total:.2f} s")

    def storm():
        done = host.run("systemd-run", "-q", "--scope", "--slice=user.slice", "sh", "-c", STORM, timeout=300)
        check(done.returncode == 0, f"12,000 forks {done.stderr.strip()}")
    _, (counted, total) = measured(host, agent, {}, storm)
    check(close(counted, total), f"with 12,000 forks in between: all services {counted:.2f} s, the kernel's total {total:.2f} s")


def prove_limit(host, agent):
    """With series for three services alone the sum is the same."""
    config = host.path("/etc/lapwing/lapwing.yml")
    text = config.read_text()
    config.write_text(text + "\nservices: {limit: 3}\n")
    try:
        check(host.run("systemctl", "reload", "lapwing").returncode == 0, "a limit of three services by reload")
        wait_for("three services and other", 60, lambda: agent.value("count(service_info)") == 3, 1)
        _, (counted, total) = measured(host, agent, {})
        check(close(counted, total), f"three services and other {counted:.2f} s, the kernel's total {total:.2f} s")
    finally:
        config.write_text(text)
        host.run("systemctl", "reload", "lapwing")


def prove_containers(host, agent):
    box = SYSTEM / "srv/box"
    for folder in ("bin", "proc", "sys", "dev", "tmp", "etc", "run"):
        (box / folder).mkdir(parents=True, exist_ok=True)
    (box / "bin/busybox").write_bytes((SYSTEM / "bin/busybox").read_bytes())
    (box / "bin/busybox").chmod(0o755)
    for name in ("sh", "sleep"):
        if not (box / "bin" / name).exists():
            (box / "bin" / name).symlink_to("busybox")
    links = host.path("/var/log/containers")
    links.mkdir(exist_ok=True)
    link = links / f"orders-7d9f8b6c5d-x2x4z_shop_main-{POD_CONTAINER}.log"
    link.write_text("")
    host.run("sh", "-c", FORGET_CONTAINERS)  # of a run that was cut off
    # No controllers are to be had in there, so that no limits are set.
    commands = {
        "shop-web": "tar -C /srv/box -c . | docker import - box && docker run -d --name shop-web --network none box "
                    f"/bin/sh -c '{BURSTS}'",
        "cache-pod": "podman --runtime runc --cgroup-manager=systemd run -d --ulimit host --pids-limit=-1 --name cache-pod "
                     f"--network=none --rootfs /srv/box /bin/sh -c '{BURSTS}'",
        "shop/orders": "docker save box -o /var/tmp/box.tar && ctr -n k8s.io images import /var/tmp/box.tar && "
                       f"ctr -n k8s.io run -d --cpu-shares 0 --cgroup {POD_SCOPE} docker.io/library/box:latest orders "
                       f"/bin/sh -c '{BURSTS}'",
    }
    try:
        for name, command in commands.items():
            done = host.run("sh", "-c", command)
            check(done.returncode == 0, f"a real container: {name} {done.stderr.strip()[-300:] if done.returncode else ''}")
        for name in commands:
            wait_for(f"a service {name}", 60, lambda: agent.query(f'service_info{{service="{name}",kind=~"container|pod"}}'), 1)
        docker = host.run("docker", "inspect", "-f", "{{.Id}}", "shop-web").stdout.strip()
        podman = host.run("podman", "inspect", "-f", "{{.Id}}", "cache-pod").stdout.strip()
        folders = {"shop-web": f"/system.slice/docker-{docker}.scope", "cache-pod": f"/machine.slice/libpod-{podman}.scope",
                   "shop/orders": POD_SCOPE}
        each, (counted, total) = measured(host, agent, folders)
        for name, (ours, kernel) in each.items():
            check(close(ours, kernel) and kernel > 0, f"{name}: {ours:.2f} s counted, {kernel:.2f} s by its control group")
        check(close(counted, total), f"all services {counted:.2f} s, the kernel's total {total:.2f} s")
        labels = {labels["service"] for labels, _ in agent.query("service_info")}
        check(not any(docker[:12] in label or podman[:12] in label for label in labels), "no service is named by an id")
        check(agent.value("lapwing_services_nameless_containers") == 0, "no container without a name")
    finally:
        link.unlink()
        host.run("sh", "-c", FORGET_CONTAINERS)


def prove(host, containers):
    agent = Agent(host)
    check(host.run("systemd-sysusers").returncode == 0, "systemd-sysusers makes the user")
    for name, script in UNITS.items():
        host.run("systemd-run", "-q", f"--unit={name}", "--property=User=nobody", "sh", "-c", script)
    agent.start()
    for name in UNITS:
        wait_for(f"a service {name}", 60, lambda: agent.query(f'service_info{{service="{name}",kind="unit"}}'))
    check(True, "units are services by their names")
    prove_capabilities(host, agent)
    prove_sums(host, agent)
    prove_limit(host, agent)
    check(agent.value('service_restarts_total{service="prove-busy"}') == 0, "no restart was counted")
    host.run("systemctl", "kill", "-s", "KILL", "prove-busy")
    wait_for("a service of no processes", 40, lambda: agent.query('service_processes{service="prove-busy"} == 0'), 1)
    host.run("systemctl", "reset-failed", "prove-busy")
    again = host.run("systemd-run", "-q", "--unit=prove-busy", "--property=User=nobody", "sh", "-c", UNITS["prove-busy"])
    check(again.returncode == 0, f"the unit starts again {again.stderr.strip()}")
    wait_for("the restart is counted", 40, lambda: agent.value('service_restarts_total{service="prove-busy"}') == 1, 1)
    check(True, "a unit that was killed and started is one restart")
    if containers:
        prove_containers(host, agent)
    prove_missing_capabilities(host, agent)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--without-containers", action="store_true")
    containers = not options.parse_args().without_containers
    need_root()
    make_system(["docker.io", "containerd", "podman", "runc", "busybox-static", "iptables"] if containers else [])
    install()
    with Container("lapwing-services", capabilities=containers) as host:
        prove(host, containers)


if __name__ == "__main__":
    main()
