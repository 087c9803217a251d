#!/usr/bin/env python3
# Scripted conditions: what Prometheus + Alertmanager ($PROMETHEUS, $ALERTMANAGER) notify, and what Lapwing does.
"""Both read the same rule file, routes and receivers and scrape the same page, whose values follow a script. For each
receiver and group the notifications must be the same in the same order: status, reason, labels, which alerts fire and which have ended,
repeats, inhibition, silences, muted and active intervals. Events stand in the middle between two flushes of their group, so
that the two phases of a second (scrape, evaluation) decide nothing."""
import collections
import datetime
import http.server
import json
import os
import pathlib
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
from lapwing import Agent, Process, free_port, request, wait_for  # noqa: E402

# A group flushes WAIT after its first alert and then each INTERVAL; an event MIDDLE after a flush meets none.
WAIT, INTERVAL, MIDDLE, REPEAT = 1, 4, 2.6, 9
SECONDS = 44
TICK = 2.0  # a scrape and an evaluation, each within its second
SLACK = 0.5  # for a loaded machine


def after(flushes):
    """An event between flush number `flushes` and the next, of a group that began at 0."""
    return WAIT + INTERVAL * (flushes - 1) + MIDDLE


# (when, series, value); a value of None takes the series away.
SCRIPT = [
    (0, 'm{s="plain",i="a"}', 1), (after(3), 'm{s="plain",i="a"}', 0),
    (0, 'm{s="join",i="a"}', 1), (after(1), 'm{s="join",i="b"}', 1), (after(2), 'm{s="join",i="a"}', 0),
    (after(5), 'm{s="join",i="b"}', 0),
    (0, 'm{s="gone",i="a"}', 1), (after(2), 'm{s="gone",i="a"}', None),
    (0, 'm{s="back",i="a"}', 1), (after(1), 'm{s="back",i="a"}', 0), (after(3), 'm{s="back",i="a"}', 1),
    (0, 'm{s="repeat",i="a"}', 1),
    (0, 'held{i="short"}', 1), (2, 'held{i="short"}', 0), (0, 'held{i="long"}', 1), (after(4), 'held{i="long"}', 0),
    (0, 'kept{i="a"}', 1), (after(1), 'kept{i="a"}', 0),
    (0, 'm{s="root",i="n1",severity="critical"}', 1), (after(1), 'm{s="leaf",i="n1",severity="warning"}', 1),
    (after(1), 'm{s="leaf",i="n2",severity="warning"}', 1),
    (after(1) + after(2), 'm{s="root",i="n1",severity="critical"}', 0),
    (0, 'm{s="quiet",i="a",zone="silenced"}', 1), (after(5), 'm{s="quiet",i="a",zone="silenced"}', 0),
    (0, 'm{s="both",i="a",team="ops"}', 1), (after(2), 'm{s="both",i="a",team="ops"}', 0),
    (0, 'm{s="muted",i="a",team="muted"}', 1),
    (0, 'm{s="active",i="a",team="active"}', 1), (after(2), 'm{s="active",i="a",team="active"}', 0),
    (0, 'm{s="inactive",i="a",team="inactive"}', 1),
    (0, 'm{s="brief",i="a",team="patient"}', 1), (4, 'm{s="brief",i="a",team="patient"}', 0),
    (0, 'm{s="deaf",i="a",team="deaf"}', 1), (after(2), 'm{s="deaf",i="a",team="deaf"}', 0),
    (0, 'm{s="all",i="a",team="all"}', 1), (0, 'm{s="all",i="b",team="all"}', 1), (after(2), 'm{s="all",i="b",team="all"}', 0),
]
EXPIRE_SILENCE_AT = after(3)

RULES = """
groups:
- name: g
  interval: 1s
  rules:
  - {alert: Level, expr: 'm > 0', annotations: {summary: '{{ $labels.s }} is {{ $value }}'}}
  - {alert: Held, expr: 'held > 0', for: 4s}
  - {alert: Kept, expr: 'kept > 0', keep_firing_for: 5s}
"""

PROMETHEUS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ['{folder}/rules.yml']
scrape_configs:
- job_name: page
  fallback_scrape_protocol: PrometheusText0.0.4
  static_configs: [{{targets: ['127.0.0.1:{page}']}}]
"""
ALERTING = "alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]}}\n"

ROUTES = """
route:
  receiver: default
  group_by: [alertname, s]
  group_wait: 1s
  group_interval: 4s
  repeat_interval: 9s
  routes:
  - {{matchers: [team="ops"], receiver: ops, group_by: ['...'], continue: true}}
  - {{matchers: ['team=~"ops|db"'], receiver: both, group_by: [team]}}
  - {{matchers: [team="muted"], receiver: default, mute_time_intervals: [always]}}
  - {{matchers: [team="active"], receiver: default, active_time_intervals: [always]}}
  - {{matchers: [team="inactive"], receiver: default, active_time_intervals: [never]}}
  - {{matchers: [team="patient"], receiver: default, group_wait: 10s}}
  - {{matchers: [team="deaf"], receiver: deaf}}
  - {{matchers: [team="all"], receiver: default, group_by: ['...']}}
inhibit_rules:
- {{source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [i]}}
time_intervals:
- {{name: always, time_intervals: [{{times: [{{start_time: '00:00', end_time: '24:00'}}]}}]}}
- {{name: never, time_intervals: [{{years: ['1999']}}]}}
receivers:
- {{name: default, webhook_configs: [{{url: '{hook}/default'}}]}}
- {{name: ops, webhook_configs: [{{url: '{hook}/ops'}}]}}
- {{name: both, webhook_configs: [{{url: '{hook}/both'}}, {{url: '{hook}/second', send_resolved: false}}]}}
- {{name: deaf, webhook_configs: [{{url: '{hook}/deaf', send_resolved: false}}]}}
"""


class Server(http.server.ThreadingHTTPServer):
    """Serves the page by the script and keeps what is POSTed: (time, path, payload)."""

    def __init__(self):
        self.began = None
        self.received = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = outer.page().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.received.append((time.monotonic(), self.path, json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def page(self):
        now = time.monotonic() - self.began if self.began else -1
        values = {}
        for when, series, value in SCRIPT:
            if when <= now:
                values[series] = value
        return "ready 1\n" + "".join(f"{s} {v}\n" for s, v in values.items() if v is not None)


def silence(url):
    now = datetime.datetime.now(datetime.timezone.utc)
    body = {"matchers": [{"name": "zone", "value": "silenced", "isRegex": False}], "createdBy": "me", "comment": "c",
            "startsAt": now.isoformat(), "endsAt": (now + datetime.timedelta(hours=1)).isoformat()}
    status, text = request(url + "/api/v2/silences", "POST", json.dumps(body).encode(), {"Content-Type": "application/json"})
    assert status == 200, text
    return json.loads(text)["silenceID"]


def ready(url):
    try:
        status, text = request(url + "/api/v1/query?query=ready", seconds=2)
        return status == 200 and json.loads(text)["data"]["result"]
    except OSError:
        return False


def news(server, side):
    """(receiver's path, group key) → [(time, what)] of one side."""
    groups = collections.defaultdict(list)
    for at, path, payload in sorted(server.received, key=lambda r: r[0]):
        _, where, receiver = path.split("/")
        if where != side:
            continue
        alerts = [(alert["status"], tuple(sorted(alert["labels"].items())), tuple(sorted(alert["annotations"].items())))
                  for alert in payload["alerts"]]
        what = (payload["status"], payload["receiver"], tuple(alerts), tuple(sorted(payload["commonLabels"].items())),
                tuple(sorted(payload["groupLabels"].items())), payload["truncatedAlerts"], payload.get("notification_reason"))
        groups[receiver, payload["groupKey"]].append((at - server.began, what))
    return groups


def shown(entry):
    at, what = entry
    alerts = ", ".join(f"{dict(labels).get('s', dict(labels)['alertname'])}/{dict(labels).get('i')} {status}"
                       for status, labels, _ in what[2])
    return f"{at:5.1f} s {what[0]} ({what[-1]}): {alerts}"


def compare(theirs, ours):
    different, apart, count = 0, 0.0, 0
    for group in sorted(set(theirs) | set(ours)):
        left, right = theirs.get(group, []), ours.get(group, [])
        count += len(left)
        apart = max([apart] + [abs(a[0] - b[0]) for a, b in zip(left, right)])
        if [w for _, w in left] == [w for _, w in right]:
            continue
        different += 1
        print(f"{group}: Alertmanager told", *map(shown, left), "Lapwing told", *map(shown, right), sep="\n  ")
    return different, apart, count


def main():
    prometheus, alertmanager = os.environ.get("PROMETHEUS"), os.environ.get("ALERTMANAGER")
    if not prometheus or not alertmanager:
        sys.exit("set PROMETHEUS and ALERTMANAGER to the programs of 3.5 and 0.33 or newer; Debian 12 has older ones")
    with tempfile.TemporaryDirectory() as name:
        folder, server = pathlib.Path(name), Server()
        hook = f"http://127.0.0.1:{server.server_port}"
        port = free_port()
        (folder / "rules.yml").write_text(RULES)
        (folder / "am.yml").write_text(ROUTES.format(hook=hook + "/theirs"))
        page = PROMETHEUS.format(folder=folder, page=server.server_port)
        (folder / "prometheus.yml").write_text(page + ALERTING.format(port=port))
        with Process(alertmanager, f"--config.file={folder}/am.yml", f"--storage.path={folder}/am",
                     f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=") as am:
            manager = f"http://127.0.0.1:{port}"
            wait_for("Alertmanager", 20, lambda: am.popen.poll() is None and answers(manager + "/-/ready"))
            own = free_port()
            with Process(prometheus, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
                         f"--web.listen-address=127.0.0.1:{own}"), \
                 Agent("--collectors", "none", folder=folder,
                       config=page + ROUTES.format(hook=hook + "/ours") + "rules: {shipped: false}\n") as agent:
                wait_for("Prometheus", 30, lambda: ready(f"http://127.0.0.1:{own}"))
                wait_for("Lapwing", 30, lambda: ready(agent.url))
                silences = [(url, silence(url)) for url in (manager, agent.url)]
                server.began = time.monotonic()
                time.sleep(EXPIRE_SILENCE_AT)
                for url, identity in silences:
                    status, _ = request(f"{url}/api/v2/silence/{identity}", "DELETE")
                    assert status == 200
                time.sleep(SECONDS - EXPIRE_SILENCE_AT)
        server.shutdown()
    different, apart, count = compare(news(server, "theirs"), news(server, "ours"))
    print(f"{count} notifications of {len(news(server, 'theirs'))} groups compared, {different} groups differ, "
          f"times at most {apart:.2f} s apart (a tick of scrape and rule: {TICK:.0f} s)")
    wrong = outside(alertmanager)
    sys.exit(1 if wrong or different or apart > TICK + SLACK or not count else 0)


OUTSIDE = """
alerting:
  alert_relabel_configs: [{{target_label: site, replacement: here}}]
  alertmanagers:
  - file_sd_configs: [{{files: ['{folder}/am.sd.yml'], refresh_interval: 1s}}]
    alert_relabel_configs: [{{source_labels: [alertname], regex: Held, action: drop}}]
"""


def outside(alertmanager):
    """A real Alertmanager hears of Lapwing's alerts, found by a file, relabelled both ways; and of their end."""
    with tempfile.TemporaryDirectory() as name:
        folder, server, port = pathlib.Path(name), Server(), free_port()
        manager = f"http://127.0.0.1:{port}"
        (folder / "rules.yml").write_text(RULES)
        (folder / "am.yml").write_text(ROUTES.format(hook=f"http://127.0.0.1:{server.server_port}/theirs"))
        (folder / "am.sd.yml").write_text(f"[{{targets: ['127.0.0.1:{port}']}}]\n")
        config = (PROMETHEUS + OUTSIDE).format(folder=folder, page=server.server_port) + "rules: {shipped: false}\n"
        with Process(alertmanager, f"--config.file={folder}/am.yml", f"--storage.path={folder}/am",
                     f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="), \
             Agent("--collectors", "none", folder=folder, config=config) as agent:
            wait_for("Alertmanager", 20, lambda: answers(manager + "/-/ready"))
            wait_for("it is found", 20, lambda: agent.api("alertmanagers")["activeAlertmanagers"])
            server.began = time.monotonic()

            def held():
                return [a["labels"] for a in json.loads(request(manager + "/api/v2/alerts")[1])]
            wait_for("the alerts", 20, lambda: any(a.get("s") == "repeat" for a in held()))
            time.sleep(6)  # Held has come by now.
            labels = held()
            wait_for("an end", 30, lambda: not any(a.get("s") == "plain" for a in held()))
        server.shutdown()
    wrong = [a for a in labels if a.get("site") != "here" or a["alertname"] == "Held"]
    print(f"outside: a real Alertmanager held {len(labels)} of our alerts, {len(wrong)} not relabelled as they should")
    return len(wrong)


def answers(url):
    try:
        return request(url, seconds=2)[0] == 200
    except OSError:
        return False


if __name__ == "__main__":
    main()
