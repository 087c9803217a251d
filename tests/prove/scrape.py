#!/usr/bin/env python3
# Odd pages scraped by a real Prometheus 3.x (its path in $PROMETHEUS) and by Lapwing; what both stored is compared.
import argparse
import collections
import http.server
import json
import os
import pathlib
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
sys.path.insert(0, str(ROOT / "tests/prove/support"))
from lapwing import Agent, Process, free_port, request, wait_for  # noqa: E402
from scrape_cases import all_cases  # noqa: E402


class ScriptedTarget(http.server.ThreadingHTTPServer):
    """/NAME answers as its case says; each client (by User-Agent) goes through the answers by itself."""

    request_queue_size = 512
    daemon_threads = True

    def __init__(self, cases):
        self.cases = {case.name: case for case in cases}
        self.asked = collections.Counter()
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """Clients hang up; nobody needs to hear of it."""

    def next_answer(self, name, client):
        with self.lock:
            turn = self.asked[client, name]
            self.asked[client, name] += 1
        answers = self.cases[name].answers
        return answers[min(turn, len(answers) - 1)]


class Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        answer = self.server.next_answer(self.path[1:], self.headers["User-Agent"].split("/")[0])
        self.send_response(answer.status)
        if answer.type is not None:
            self.send_header("Content-Type", answer.type)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if answer.status != 204:
            self.wfile.write(answer.body)

    def log_message(self, *_):
        pass


def api(url, path, **parameters):
    status, text = request(f"{url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
    if status != 200:
        raise AssertionError(f"{url} {path}: {status} {text[:300]}")
    return json.loads(text)["data"]


def key(labels):
    return tuple(sorted(labels.items()))


def seen(url, case, steps):
    """What can be read after each of the first scrapes, and all samples with times of their own."""
    ups = api(url, "query", query=f'up{{job="{case.name}"}}[5m]')["result"]
    times = [t for t, _ in ups[0]["values"]] if ups else []
    states = []
    for t, following in zip(times[:steps], times[1:]):
        # The second scrape may come right behind the first: Lapwing's are on a grid, but for the first.
        now = t + min(0.5, (following - t) / 2)
        found = {}
        # A page may claim other labels for itself, where honor_labels lets it.
        claimed = ['{job="theirs"}'] if case.config.get("honor_labels") else []
        for one in ('{job="%s"}' % case.name, '{case="%s"}' % case.name, *claimed):
            for series in api(url, "query", query=one, time=f"{now:.3f}")["result"]:
                value = series["value"][1]
                if series["metric"].get("__name__") == "scrape_duration_seconds":
                    value = "some"
                found[key(series["metric"])] = value
        states.append(found)
    timed = {}
    if case.name.startswith("times"):
        for series in api(url, "query", query='{case="%s",__name__=~"timed|a"}[1h]' % case.name)["result"]:
            timed[key(series["metric"])] = [(t, v) for t, v in series["values"] if t < times[0] - 2]
    return states, timed


def compare(case, theirs, ours, steps):
    differences = []
    for step in range(min(steps, len(case.answers))):
        if step >= len(theirs[0]) or step >= len(ours[0]):
            return [f"scrape {step}: only {len(theirs[0])} and {len(ours[0])} scrapes were seen"]
        a, b = theirs[0][step], ours[0][step]
        for series in sorted(set(a) | set(b)):
            if a.get(series) != b.get(series):
                differences.append(f"after scrape {step}: {dict(series)}: Prometheus {a.get(series)}, Lapwing {b.get(series)}")
    if theirs[1] != ours[1]:
        differences.append(f"samples with times: Prometheus {theirs[1]}, Lapwing {ours[1]}")
    return differences


def configuration(cases, port):
    # Lapwing takes samples that are late by up to 12 hours.
    return {"storage": {"tsdb": {"out_of_order_time_window": "12h"}},
            "global": {"scrape_interval": "5s", "scrape_timeout": "5s"}, "scrape_configs": [
        {"job_name": case.name, "metrics_path": "/" + case.name,
         "static_configs": [{"targets": [f"127.0.0.1:{port}"], "labels": {"case": case.name}}], **case.config} for case in cases]}


def metadata(url):
    found = collections.defaultdict(set)
    for one in api(url, "targets/metadata"):
        found[one["target"].get("job", "")].add((one["metric"], one["type"], one["help"], one["unit"]))
    return found


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--case", help="only cases whose name begins so")
    options.add_argument("--record", help="write what Prometheus stored to this file, for the short form of this test")
    arguments = options.parse_args()
    prometheus = os.environ.get("PROMETHEUS")
    if not prometheus:
        sys.exit("set PROMETHEUS to the program of a Prometheus 3.5 or newer; Debian 12's own is 2.42")
    cases = [c for c in all_cases(time.time()) if c.name.startswith(arguments.case or "")]
    steps = max(len(case.answers) for case in cases)
    target = ScriptedTarget(cases)
    config = configuration(cases, target.server_address[1])
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "prometheus.yml").write_text(json.dumps(config))
        with Process(prometheus, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/prometheus",
                     f"--web.listen-address=127.0.0.1:{port}") as reference, \
             Agent("--collectors", "none", folder=folder, config=json.dumps({**config, "rules": {"shipped": False}})) as agent:
            theirs = f"http://127.0.0.1:{port}"

            def done():
                clients = collections.Counter(client for client, name in target.asked if target.asked[client, name] > steps + 1)
                if reference.popen.poll() is not None:
                    raise AssertionError("Prometheus ended:\n" + reference.output()[-2000:])
                return sum(count >= len(cases) for count in clients.values()) == 2
            wait_for("every case's scrapes by both", 60 + 10 * steps, done)
            wrong, recorded = 0, {}
            their_metadata, our_metadata = metadata(theirs), metadata(agent.url)
            for case in cases:
                a, b = seen(theirs, case, steps), seen(agent.url, case, steps)
                recorded[case.name] = [sorted([list(map(list, k)), v] for k, v in state.items()) for state in a[0][:len(case.answers)]]
                differences = compare(case, a, b, steps)
                if their_metadata[case.name] != our_metadata[case.name]:
                    differences.append(f"metadata: Prometheus {their_metadata[case.name]}, Lapwing {our_metadata[case.name]}")
                if not differences:
                    continue
                wrong += 1
                shown = [(a.body[:80], a.type) for a in case.answers]
                print(f"{case.name}: {shown} {case.config}")
                for line in differences[:8]:
                    print("   ", line)
    if arguments.record:
        pathlib.Path(arguments.record).write_text(json.dumps(recorded, indent=1))
    print(f"{len(cases)} cases, {wrong} differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
