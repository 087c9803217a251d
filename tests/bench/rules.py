#!/usr/bin/env python3
# CPU, memory and lateness of rules: the shipped ones each second, then 5,000 rules with 10,000 active alerts beside Prometheus.
"""    ./dev bench rules [--seconds 60] [--part shipped|many]

Prometheus is $PROMETHEUS, or Debian's below build/peers. CPU is CPU time: of the thread that evaluates (its schedstat) for
the shipped rules; of the whole process less an idle phase before for the many, on both sides. How late: from each group's
time until its evaluation was done, by our own counters; Prometheus has no such figure, so that for both the slowest group's time
and the evaluations left out stand beside it.
"""
import argparse
import json
import os
import pathlib
import re
import struct
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
sys.path.insert(0, str(ROOT / "tests/promql"))
sys.path.insert(0, str(ROOT / "tests/bench/support"))
import record  # noqa: E402
from measure import cpu_seconds, memory_bytes  # noqa: E402
from lapwing import PEERS, Agent, Process, free_port, request, wait_for  # noqa: E402

SHIPPED_TARGET_MS = 0.4
RULES, ALERTS, GROUPS, INTERVAL = 5000, 10_000, 50, 15


def thread_cpu(pid, name):
    """CPU seconds of the threads of that name."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == name:
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def shipped(seconds):
    """The shipped rules, all groups each second, on this host's own metrics; then the same agent without rules."""
    with tempfile.TemporaryDirectory() as name:
        for path in (ROOT / "rules").glob("*.yml"):
            text = re.sub(r"^( *)interval: .*$", r"\1interval: 1s", path.read_text(), flags=re.M)
            pathlib.Path(name, path.name).write_text(text)
        with Agent(config=f"global: {{evaluation_interval: 1s}}\nrules: {{shipped: false}}\nrule_files: ['{name}/*.yml']\n") as agent:
            wait_for("the first evaluations", 30, lambda: all(g["lastEvaluation"] > "0002" for g in agent.api("rules")["groups"]))
            time.sleep(5)
            groups = agent.api("rules")["groups"]
            assert all(g["interval"] == 1 for g in groups), groups
            before = thread_cpu(agent.pid, "rules")
            time.sleep(seconds)
            spent = (thread_cpu(agent.pid, "rules") - before) / seconds * 1000
    print(f"shipped rules: {sum(len(g['rules']) for g in groups)} rules each second: {spent:.3f} ms CPU a second "
          f"(target {SHIPPED_TARGET_MS}) over {seconds} s; load {os.getloadavg()[0]:.1f}")


def many_rules():
    """5,000 rules in 50 groups; two series fire each."""
    groups = []
    for g in range(GROUPS):
        rules = []
        for r in range(RULES // GROUPS):
            number = g * (RULES // GROUPS) + r
            rules.append({"alert": f"Many{number}", "expr": f'many{{rule="{number}"}} > 5', "for": "1m", "labels": {"severity": "page"},
                          "annotations": {"summary": "{{ $labels.instance }} has {{ $value | humanize }}", "link": "http://x/{{ $labels.rule }}"}})
        groups.append({"name": f"g{g}", "interval": f"{INTERVAL}s", "rules": rules})
    return json.dumps({"groups": groups})


def push_samples(urls):
    now = int(time.time() * 1000)
    value = struct.pack("<d", 10 + time.time() % 7)
    per_rule = ALERTS // RULES
    series = [({"__name__": "many", "rule": str(r), "instance": f"host-{i}:9100", "job": "node"}, [(now, value)])
              for r in range(RULES) for i in range(per_rule)]
    for url in urls:
        record.push(url, series)


def slowest_group(url):
    """Seconds that the slowest group's newest evaluation took."""
    text = request(f"{url}/api/v1/rules?exclude_alerts=true", seconds=60)[1]
    return max(g["evaluationTime"] for g in json.loads(text)["data"]["groups"])


def own_metrics(url, name):
    """[(labels as text, value)] of one of the program's own metrics."""
    text = request(url + "/metrics", seconds=30)[1]
    return [(found[1], float(found[2])) for found in re.finditer(rf"^{name}(?:\{{(.*)\}})? (\S+)$", text, re.M)]


def own_metric(url, name):
    return sum(value for _, value in own_metrics(url, name))


def lateness(url):
    """(rules evaluated, seconds from groups' times until they were done, groups that were late)"""
    return tuple(own_metric(url, f"lapwing_rule_{name}_total") for name in ("evaluations", "group_delay_seconds", "group_late"))


def show_lateness(before, after):
    rules, seconds, late = (b - a for a, b in zip(before, after))
    groups = rules / (RULES // GROUPS)
    print(f"lapwing    {groups:.0f} evaluations of groups were done {1000 * seconds / max(groups, 1):.1f} ms after their time in the "
          f"mean, {late:.0f} more than 500 ms")


def left_out(url):
    """Evaluations that groups had no time for."""
    return own_metric(url, "(?:lapwing|prometheus)_rule_group_iterations_missed_total")


def many(seconds):
    program = os.environ.get("PROMETHEUS", PEERS / "prometheus")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "rules.yml").write_text('{"groups": []}')
        (folder / "prometheus.yml").write_text("rule_files: [rules.yml]\n")
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        with Process(program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/prometheus",
                     f"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver", "--web.enable-lifecycle") as other, \
             Agent(folder=folder, config="rule_files: [rules.yml]\nrules: {shipped: false}\n"
                   "web: {enable_remote_write_receiver: true}\n") as agent:
            wait_for("Prometheus", 30, lambda: ready(url))
            peers = (("lapwing", agent, agent.url), ("prometheus", other, url))
            urls = [u for _, _, u in peers]
            idle = measure(peers, urls, INTERVAL * 2)
            (folder / "rules.yml").write_text(many_rules())
            for each in urls:
                assert request(each + "/-/reload", "POST", b"", seconds=60)[0] == 200
            end = time.monotonic() + 95
            while time.monotonic() < end:  # all alerts begin to fire
                push_samples(urls)
                time.sleep(INTERVAL - 1)
            late = lateness(urls[0])
            busy = measure(peers, urls, seconds)
            time.sleep(INTERVAL)  # /metrics shows what was collected last
            show_lateness(late, lateness(urls[0]))
            for who, process, each in peers:
                alerts = len(json.loads(request(each + "/api/v1/alerts", seconds=60)[1])["data"]["alerts"])
                cpu = (busy[who] - idle[who]) * INTERVAL
                print(f"{who:10} {RULES} rules, {alerts} alerts: {cpu * 1000:.0f} ms CPU a round of {INTERVAL} s, "
                      f"{memory_bytes(process.pid)[0] / 2**20:.0f} MiB resident, the slowest group took {slowest_group(each) * 1000:.1f} ms, "
                      f"{left_out(each):.0f} evaluations left out")
            if busy["prometheus"] > idle["prometheus"]:
                print(f"ratio {(busy['lapwing'] - idle['lapwing']) / (busy['prometheus'] - idle['prometheus']):.2f} of Prometheus's CPU; "
                      f"load {os.getloadavg()[0]:.1f}")


def measure(peers, urls, seconds):
    """CPU seconds a second of each, while samples come in."""
    before = {who: cpu_seconds(process.pid) for who, process, _ in peers}
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        push_samples(urls)
        time.sleep(INTERVAL - 1)
    passed = time.monotonic() - start
    return {who: (cpu_seconds(process.pid) - before[who]) / passed for who, process, _ in peers}


def ready(url):
    try:
        return request(url + "/-/ready", seconds=2)[0] == 200
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--part", choices=["shipped", "many"])
    options = parser.parse_args()
    if options.part != "many":
        shipped(options.seconds)
    if options.part != "shipped":
        many(options.seconds)


if __name__ == "__main__":
    main()
