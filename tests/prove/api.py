#!/usr/bin/env python3
# The HTTP API request by request against a real Prometheus 3.x (its path in $PROMETHEUS) with the same data.
"""    ./dev prove api [--verbose] [--record]

--record also writes what Prometheus answered into tests/golden/dashboard/prometheus.txt, which the
unit tests play against the same data in memory. The requests are support/api_requests.py's.
"""
import argparse
import collections
import concurrent.futures
import http.client
import json
import math
import os
import pathlib
import re
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
sys.path.insert(0, str(ROOT / "tests/promql"))
sys.path.insert(0, str(ROOT / "tests/prove/support"))
import api_requests  # noqa: E402
import record  # noqa: E402
from lapwing import Agent, Process, free_port, request, wait_for  # noqa: E402
from servers import ready  # noqa: E402

GOLDEN = ROOT / "tests/golden/dashboard/prometheus.txt"
RULES = """groups:
- name: hosts
  interval: 1s
  limit: 10
  rules:
  - {alert: Down, expr: 'vector(1) == 1', for: 1h, keep_firing_for: 5m, labels: {severity: page}, annotations: {summary: 'x {{ $value }}'}}
  - {alert: Quiet, expr: 'vector(1) == 2', labels: {severity: info}}
  - {record: 'job:up:sum', expr: 'sum by (job) (up)', labels: {team: infra}}
  - {record: bare, expr: up}
- name: late
  interval: 1s
  rules:
  - {alert: Firing, expr: 'vector(1.5)'}
"""

Answer = collections.namedtuple("Answer", "status type text headers")


def ask(url, call):
    """The Answer to one Call."""
    host = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    target, body, headers = call.path, None, dict(call.headers)
    if call.query:
        target += "?" + call.query
    if call.form is not None:
        body = call.form.encode() if isinstance(call.form, str) else call.form
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    host.request(call.method, target, body, headers)
    got = host.getresponse()
    text = got.read().decode("utf-8", "replace")
    host.close()
    return Answer(got.status, got.headers.get("Content-Type", ""), text, {k.lower(): v for k, v in got.headers.items()})


def same_number(a, b):
    if a == b:
        return True
    x, y = float(a), float(b)
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    return abs(x - y) <= 1e-12 * max(abs(x), abs(y))


def ordered(data, path):
    """An instant vector in one order: Prometheus promises none."""
    if isinstance(data, dict) and data.get("resultType") in ("vector", "matrix") and path.endswith("/query"):
        result = data["result"]
        if not isinstance(result, list):
            return data
        data = dict(data, result=sorted(result, key=lambda one: json.dumps(one, sort_keys=True)))
    return data


def shape(value):
    """Types and names only, for what differs from run to run."""
    if isinstance(value, dict):
        return {k: shape(v) for k, v in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


VOLATILE = {"evaluationTime", "lastEvaluation", "activeAt", "timings", "file", "groupNextToken", "startTime", "CWD",
            "hostname", "serverTime", "lastConfigTime", "goroutineCount", "GOMAXPROCS", "GOMEMLIMIT", "storageRetention",
            "GOGC", "GODEBUG", "corruptionCount"}


def settled(value):
    """Volatile members become the shape of their value."""
    if isinstance(value, dict):
        return {k: shape(v) if k in VOLATILE else settled(v) for k, v in value.items()}
    if isinstance(value, list):
        return [settled(v) for v in value]
    return value


def parsed(answer):
    try:
        return json.loads(answer.text, parse_float=str, parse_int=str) if answer.text[:1] in "{[" else None
    except ValueError:
        return None


def media(content_type):
    return content_type.replace(" ", "").replace('"', "")


def difference(call, wanted, got):
    """None, or what differs."""
    if wanted.status != got.status:
        return f"status {wanted.status} / {got.status}: {wanted.text[:200]!r} / {got.text[:200]!r}"
    if wanted.text and media(wanted.type) != media(got.type):
        return f"Content-Type {wanted.type!r} / {got.type!r}"
    for name in ("allow", "access-control-allow-origin", "access-control-allow-methods", "vary") if call.check_headers else ():
        if wanted.headers.get(name) != got.headers.get(name):
            return f"{name}: {wanted.headers.get(name)!r} / {got.headers.get(name)!r}"
    left, right = parsed(wanted), parsed(got)
    if call.status_only:
        return None
    if left is None or right is None:
        return None if wanted.text == got.text else f"{wanted.text[:300]!r} / {got.text[:300]!r}"
    if call.shape:
        left, right = shape(left), shape(right)
    else:
        for one in (left, right):
            if isinstance(one, dict) and "data" in one:
                one["data"] = ordered(one["data"], call.path)
                for notes in ("warnings", "infos"):
                    if notes in one:
                        one[notes] = sorted(one[notes])
        left, right = settled(left), settled(right)
    if left == right:
        return None
    return first_difference(left, right, "") or None


def first_difference(a, b, where):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            if key not in a or key not in b:
                return f"{where}.{key}: {'missing' if key not in a else json.dumps(a[key])[:120]} / " \
                       f"{'missing' if key not in b else json.dumps(b[key])[:120]}"
            found = first_difference(a[key], b[key], f"{where}.{key}")
            if found:
                return found
        return None
    if isinstance(a, list) and isinstance(b, list):
        for index, (x, y) in enumerate(zip(a, b)):
            found = first_difference(x, y, f"{where}[{index}]")
            if found:
                return found
        return None if len(a) == len(b) else f"{where}: {len(a)} / {len(b)} items"
    return None if a == b else f"{where}: {json.dumps(a)[:300]} / {json.dumps(b)[:300]}"


def write_golden(calls, answers, agreed):
    """What both agree on, in the form of tests/dashboard/fixture.h: a request, below it the answer."""
    lines = ["# Recorded by `./dev prove api --record` from Prometheus 3.5 over the data of tests/dashboard/fixture.h.",
             "# Do not edit: change tests/prove/support/api_requests.py and record again."]
    for call, answer, same in zip(calls, answers, agreed):
        if not same or not call.golden or "\n" in answer.text:
            continue
        data = parsed(answer)
        if isinstance(data, dict) and isinstance(data.get("data"), dict) and isinstance(data["data"].get("result"), list) \
                and data["data"].get("resultType") in ("vector",) and len(data["data"]["result"]) > 1:
            continue  # in no order
        query = f"?{call.query}" if call.query else ""
        lines.append(f"{call.method} {call.path}{query}" + (f" {call.form}" if call.form else ""))
        lines.append(f"{answer.status} {answer.text}")
    GOLDEN.write_text("\n".join(lines) + "\n")
    print(f"{GOLDEN.relative_to(ROOT)}: {(len(lines) - 2) // 2} answers")


def have_run(url):
    """Whether each rule has been evaluated and both alerts that are to come are there."""
    rules, alerts = (request(url + "/api/v1/" + what)[1] for what in ("rules", "alerts"))
    return '"health":"unknown"' not in rules and '"alertname":"Down"' in alerts and '"alertname":"Firing"' in alerts


def start_rules(folder, urls):
    """Loads the rules and the series of now into both: they would stand in the way of what goes before."""
    pathlib.Path(folder, "rules.yml").write_text(RULES)
    now = int(time.time())
    for url in urls:
        record.push(url, api_requests.data_of_now(now))
        assert request(url + "/-/reload", "POST", b"")[0] == 200
    for url in urls:
        wait_for("all rules ran", 60, lambda: have_run(url))


def compare(prometheus, lapwing, options, start_rules_now):
    everything = [call for call in api_requests.all_requests() if re.search(options.only, call.name())]
    calls, theirs, ours = [], [], []
    for later in (False, True):
        part = [call for call in everything if call.after_rules == later]
        if later and part:
            start_rules_now()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            other = pool.submit(lambda: [ask(prometheus, call) for call in part])
            ours += [ask(lapwing, call) for call in part]
            theirs += other.result()
        calls += part
    agreed, accepted, differing = [], collections.Counter(), 0
    for call, wanted, got in zip(calls, theirs, ours):
        what = difference(call, wanted, got)
        reason = what and api_requests.accepted(call, what)
        agreed.append(what is None)
        if what is None:
            continue
        if reason:
            accepted[reason] += 1
            if options.verbose:
                print(f"accepted {call.name()}\n    {what}")
        else:
            differing += 1
            print(f"DIFFERS {call.name()}\n    prometheus / lapwing: {what}")
    for reason, count in accepted.most_common():
        print(f"{count:4} accepted: {reason}")
    print(f"{len(calls)} requests, {sum(agreed)} agree, {sum(accepted.values())} differ for a reason, {differing} differ")
    if options.record:
        write_golden(calls, theirs, agreed)
    return differing


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="show accepted differences too")
    parser.add_argument("--only", default="", metavar="REGEX", help="only the requests whose line has it")
    options = parser.parse_args()
    prometheus = os.environ.get("PROMETHEUS")
    if not prometheus:
        sys.exit("set PROMETHEUS to the program of a Prometheus 3.5 or newer; Debian 12's own is 2.42")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "rules.yml").write_text("groups: []\n")
        pathlib.Path(folder, "prometheus.yml").write_text(
            "global: {external_labels: {site: berlin, job: outside}}\nrule_files: [rules.yml]\n")
        with Process(prometheus, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/prometheus",
                     f"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver",
                     "--web.enable-lifecycle", "--storage.tsdb.retention.time=90y",
                     "--enable-feature=promql-experimental-functions,promql-per-step-stats") as other, \
             Agent("--collectors", "none", folder=folder,
                   config="global: {external_labels: {site: berlin, job: outside}}\nrule_files: [rules.yml]\n"
                          "web: {enable_remote_write_receiver: true}\nrules: {shipped: false}\n") as agent:
            wait_for("Prometheus", 30, lambda: ready(url) or other.popen.poll() is not None)
            for each in (url, agent.url):
                record.push(each, api_requests.data())
            sys.exit(1 if compare(url, agent.url, options, lambda: start_rules(folder, (url, agent.url))) else 0)


if __name__ == "__main__":
    main()
