#!/usr/bin/env python3
# Rules beside a real Prometheus 3.x (its path in $PROMETHEUS): the same files, the same data, the same states, series and answers.
"""Both get one rule file and samples by remote write that change in phases of four seconds; groups run each second, each
server on a grid of its own, so both are looked at late in each phase. Compared: /api/v1/rules and /api/v1/alerts, the
series ALERTS, ALERTS_FOR_STATE and all recorded ones (so also which have ended by a stale marker). Between two phases both
are stopped and started again: `for` must survive.

    PROMETHEUS=/path/to/prometheus ./dev prove rules [--short | --record]

--record writes what Prometheus showed in the phases without a restart to tests/golden/alerting/: a unit test
(tests/alerting/rules_oracle_test.cc) steps through the same phases in memory.
"""
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
sys.path.insert(0, str(ROOT / "tests/promql"))
sys.path.insert(0, str(ROOT / "tests/prove/support"))
import record  # noqa: E402
import rule_cases  # noqa: E402
from lapwing import Agent, Process, free_port, request, wait_for  # noqa: E402
from servers import ready  # noqa: E402

PHASE = 4.0  # seconds
LOOK = 3.2  # into the phase
RESTART = 6  # seconds more for a phase with a restart
STALE = struct.pack("<Q", 0x7FF0000000000002)
CONFIG = "global: {evaluation_interval: 1s, external_labels: {site: berlin}}\nrule_files: [rules.yml]\n"


class Feeder(threading.Thread):
    """Pushes the phase's samples to all servers four times a second; series that a phase drops get a stale marker."""

    def __init__(self, urls):
        super().__init__(daemon=True)
        self.urls, self.values, self.ended = urls, {}, {}
        self.lock, self.running = threading.Lock(), True

    def set(self, values):
        with self.lock:
            self.ended = {k: None for k in self.values if k not in values}
            self.values = dict(values)

    def run(self):
        while self.running:
            with self.lock:
                now = int(time.time() * 1000)
                series = [(dict(k), [(now, struct.pack("<d", v))]) for k, v in self.values.items()]
                series += [(dict(k), [(now, STALE)]) for k in self.ended]
                self.ended = {}
            for url in self.urls:
                try:
                    record.push(url, series)
                except Exception:  # one of them may be restarting
                    pass
            time.sleep(0.25)


def get(url, path, **parameters):
    status, text = request(f"{url}/api/v1/{path}?" + urllib.parse.urlencode(parameters))
    assert status == 200, f"{path}: {status} {text[:300]}"
    return json.loads(text)["data"]


def number(text):
    return f"{float(text):.12g}"


def words_of(annotations):
    """Where in a template an error is, Prometheus counts with its own preamble; we do not say."""
    return {k: re.sub(r"template: __alert_\w+:\d+:\d+: ", "template: ", v) for k, v in annotations.items()}


def alert_of(alert):
    return {"labels": alert["labels"], "annotations": words_of(alert["annotations"]), "state": alert["state"],
            "value": number(alert["value"]), "keep": bool(alert.get("keepFiringSince"))}


def rule_of(rule):
    shown = {k: rule.get(k) for k in ("name", "query", "type", "duration", "keepFiringFor", "labels", "annotations", "health", "state")}
    shown["error"] = bool(rule.get("lastError"))
    shown["alerts"] = sorted((alert_of(a) for a in rule.get("alerts") or []), key=lambda a: json.dumps(a, sort_keys=True))
    return shown


def series_of(url, selector):
    result = get(url, "query", query=selector)["result"]
    return sorted(([dict(r["metric"]), number(r["value"][1])] for r in result), key=json.dumps)


def picture(url):
    """What one server shows now, without times."""
    rules = {g["name"]: {"interval": g["interval"], "limit": g["limit"], "rules": [rule_of(r) for r in g["rules"]]}
             for g in get(url, "rules")["groups"]}
    alerts = sorted((alert_of(a) for a in get(url, "alerts")["alerts"]), key=lambda a: json.dumps(a, sort_keys=True))
    series = {name: series_of(url, selector) for name, selector in
              (("ALERTS", "ALERTS"), ("recorded", '{__name__=~"rec:.+"}'), ("for state", "count by (alertname) (ALERTS_FOR_STATE)"))}
    starts = {json.dumps(r["metric"], sort_keys=True): float(r["value"][1]) for r in get(url, "query", query="ALERTS_FOR_STATE")["result"]}
    return {"rules": rules, "alerts": alerts, "series": series}, starts


def differences(a, b, where=""):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from differences(a.get(key), b.get(key), f"{where}/{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f"{where}[{index}]")
    elif a != b:
        yield f"{where}\n      prometheus {json.dumps(a)[:600]}\n      lapwing    {json.dumps(b)[:600]}"


def text_of(labels):
    """As our tests print labels: a name that is no plain one stands quoted in the braces."""
    name = labels.get("__name__", "")
    rest = [f"{k}={json.dumps(v, ensure_ascii=False)}" for k, v in sorted(labels.items()) if k != "__name__"]
    if name and not re.fullmatch(r"[a-zA-Z_:][a-zA-Z0-9_:]*", name):
        rest.insert(0, json.dumps(name, ensure_ascii=False))
        name = ""
    return name + ("{" + ", ".join(rest) + "}" if rest or not name else "")


def golden_lines(what, values, seen):
    """One phase: its samples, and what Prometheus showed of it."""
    yield f"phase {what}"
    for labels, value in values:
        yield f"sample {value:g} {text_of(labels)}"
    for group, shown in sorted(seen["rules"].items()):
        for rule in shown["rules"]:
            yield f"rule {group}/{rule['name']} {rule['health']} {rule['state'] or '-'}"
            for alert in rule["alerts"]:
                yield f"alert {alert['state']} {alert['value']} {'kept' if alert['keep'] else 'there'} " + text_of(alert["labels"])
                for name, value in sorted(alert["annotations"].items()):
                    yield f"annotation {name} {value}"
    for kind in ("ALERTS", "recorded"):
        for labels, value in sorted(seen["series"][kind], key=lambda one: text_of(one[0])):
            yield f"series {value} {text_of(labels)}"


class Bed:
    """Both servers over one folder; they can be stopped and started again."""

    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)
        self.ports = [free_port(), free_port() + 1]
        self.urls = [f"http://127.0.0.1:{p}" for p in self.ports]
        (self.folder / "prometheus.yml").write_text(CONFIG)
        (self.folder / "rules.yml").write_text(rule_cases.RULES)
        self.running = []

    def start(self):
        self.running = [
            Process(self.program, f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/prometheus",
                    f"--web.listen-address=127.0.0.1:{self.ports[0]}", "--web.enable-remote-write-receiver",
                    "--rules.alert.for-grace-period=0s", f"--web.external-url=http://rules.example"),
            Agent("--collectors", "none", folder=self.folder, listen=f"127.0.0.1:{self.ports[1]}",
                  config=CONFIG + "web: {enable_remote_write_receiver: true, external_url: 'http://rules.example'}\n"
                  "rules: {shipped: false}\n")]
        for url in self.urls:
            wait_for("the server is ready", 30, lambda: ready(url))

    def stop(self):
        for process in self.running:
            process.stop(seconds=30)
            process.log.close()
        self.running = []


def main():
    program = os.environ.get("PROMETHEUS")
    if not program:
        sys.exit("rules: set PROMETHEUS to the program of a Prometheus 3.5 or newer")
    phases = rule_cases.PHASES[:6] if "--short" in sys.argv else rule_cases.PHASES
    recording = "--record" in sys.argv
    if recording:
        phases = [phase for phase in phases if not phase[2]]
    golden = ["# Recorded by `./dev prove rules --record` from Prometheus 3.5. Do not edit: change",
              "# tests/prove/support/rule_cases.py and record again."]
    compared = failed = 0
    restarted = False
    with tempfile.TemporaryDirectory() as folder:
        bed = Bed(program, folder)
        feeder = Feeder(bed.urls)
        try:
            bed.start()
            feeder.start()
            for index, (what, values, restart) in enumerate(phases):
                feeder.set({tuple(sorted(labels.items())): v for labels, v in values})
                began = time.monotonic()
                if restart:
                    bed.stop()
                    bed.start()
                time.sleep(max(0.0, began + LOOK + (RESTART if restart else 0) - time.monotonic()))
                (theirs, their_starts), (ours, our_starts) = (picture(url) for url in bed.urls)
                found = list(differences(theirs, ours))
                restarted = restarted or restart
                for labels, start in their_starts.items():
                    # Prometheus moves the beginning by the time that it was away, and forgets it without `for`.
                    later = start - our_starts.get(labels, -1e9)
                    if not -1.5 < later < (3 * RESTART if restarted else 1.5):
                        found.append(f"activeAt of {labels}: {start} / {our_starts.get(labels)}")
                golden += golden_lines(what, values, theirs)
                compared += 1
                failed += bool(found)
                print(f"phase {index} ({what}): {len(theirs['alerts'])} alerts, {len(theirs['series']['recorded'])} recorded series, "
                      + ("alike" if not found else f"{len(found)} DIFFERENCES"))
                for each in found[:8]:
                    print("    " + each)
                time.sleep(max(0.0, began + PHASE + (RESTART if restart else 0) - time.monotonic()))
        finally:
            feeder.running = False
            if feeder.is_alive():
                feeder.join(5)
            bed.stop()
    if recording:
        folder = ROOT / "tests/golden/alerting"
        folder.mkdir(exist_ok=True)
        (folder / "rules.yml").write_text(rule_cases.RULES.lstrip())
        (folder / "rules.txt").write_text("\n".join(golden) + "\n")
    print(f"rules: {compared} phases compared, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
