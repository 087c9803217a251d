#!/usr/bin/env python3
# API v2 and amtool: what a real Alertmanager ($ALERTMANAGER, $AMTOOL) answers, and what Lapwing answers, side by side.
"""Both get the same routes and alerts by POST, silences included; every request must give the same status and the same JSON
but for what is each one's own: times of arrival, ids, versions, words of parse errors. Then amtool asks both."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
from lapwing import Agent, Process, free_port, request, wait_for  # noqa: E402

ROUTES = """
route:
  receiver: default
  group_by: [alertname]
  group_wait: 1s
  routes:
  - {matchers: [team="ops"], receiver: ops, continue: true}
  - {matchers: [team="night"], receiver: night, mute_time_intervals: [always]}
inhibit_rules:
- {source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [i]}
time_intervals:
- {name: always, time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]}
receivers: [{name: default}, {name: ops}, {name: night}]
"""
FAR, PAST = "2099-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"


def alert(labels, **more):
    return {"labels": labels, "annotations": {"summary": "s"}, "startsAt": PAST, "endsAt": FAR,
            "generatorURL": "http://g/1"} | more


ALERTS = [
    alert({"alertname": "A", "i": "1", "severity": "critical"}), alert({"alertname": "B", "i": "1", "severity": "warning"}),
    alert({"alertname": "C", "i": "2", "team": "ops", "ü": "ö"}), alert({"alertname": "D", "team": "night"}),
    alert({"alertname": "E", "zone": "quiet"}), {"labels": {"alertname": "F"}, "startsAt": PAST, "endsAt": FAR},
]
SILENCE = {"matchers": [{"name": "zone", "value": "quiet", "isRegex": False, "isEqual": True}], "createdBy": "me",
           "comment": "c", "startsAt": PAST, "endsAt": FAR}
FILTERS = ['alertname="A"', "alertname=~A|B", "team!=ops", "i=", "a==b", "a=b c=d", "{a=b}", "", "bad", 'a=~"("',
           "severity!~warn.*", '"ü"=ö', "foo=bar baz"]


def silence(**change):
    return json.dumps(SILENCE | change)


REQUESTS = [
    ("POST", "alerts", json.dumps(ALERTS)), ("POST", "alerts", "[]"), ("POST", "alerts", "nonsense"), ("POST", "alerts", "{}"),
    ("POST", "alerts", "[{}]"), ("POST", "alerts", '[{"labels":{}}]'), ("POST", "alerts", '[{"labels":{"a":""}}]'),
    ("POST", "alerts", json.dumps([alert({"x": "y"}, startsAt=FAR, endsAt=PAST)])),
    ("POST", "alerts", '[{"labels":{"a":1}}]'), ("POST", "alerts", '[{"labels":{"a":"b"},"startsAt":"soon"}]'),
    ("POST", "silences", silence()), ("POST", "silences", silence(matchers=[])), ("POST", "silences", "nonsense"),
    ("POST", "silences", "{}"), ("POST", "silences", silence(endsAt=PAST, startsAt=FAR)),
    ("POST", "silences", silence(endsAt="2026-01-01T00:00:01Z")), ("POST", "silences", silence(id="not-a-uuid")),
    ("POST", "silences", silence(id="00000000-0000-4000-8000-000000000000")),
    ("POST", "silences", silence(matchers=[{"name": "a", "value": "", "isRegex": False}])),
    ("POST", "silences", silence(matchers=[{"name": "a", "value": "(", "isRegex": True}])),
    ("POST", "silences", silence(comment="")), ("POST", "silences", silence(startsAt="x")),
    ("GET", "silence/not-a-uuid", None), ("GET", "silence/00000000-0000-4000-8000-000000000000", None),
    ("DELETE", "silence/00000000-0000-4000-8000-000000000000", None), ("DELETE", "silence/x", None),
    ("GET", "receivers", None), ("GET", "silences", None), ("GET", "alerts", None), ("GET", "alerts/groups", None),
] + [("GET", f"{what}?" + urllib.parse.urlencode(query), None) for what in ("alerts", "alerts/groups") for query in
     [{"active": "false"}, {"silenced": "false"}, {"inhibited": "false"}, {"receiver": "ops"}, {"receiver": "o.*|night"},
      {"receiver": "("}, {"active": "maybe"}, {"unprocessed": "false"}]] + [
    ("GET", f"{what}?" + urllib.parse.urlencode({"filter": text}), None) for what in ("alerts", "silences") for text in FILTERS]

AMTOOL = ["alert", "alert query alertname=A", "alert query -o extended", "alert query --inhibited", "alert query --silenced",
          "silence query", "silence query zone=quiet", "silence query -q", "config routes test team=ops",
          "config routes test team=night alertname=D", "config routes"]


def plain(body):
    """An answer without what is each one's own."""
    def by_text(value):
        # Silences that end together stand in no order.
        known = isinstance(value, list) and value and all(isinstance(v, dict) and "createdBy" in v for v in value)
        return sorted(value, key=json.dumps) if known else value

    def own(value):
        if isinstance(value, dict):
            return {k: ("…" if k in ("updatedAt", "id", "silenceID", "message") else own(v)) for k, v in value.items()}
        if isinstance(value, list):
            return by_text([own(v) for v in value])
        if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
            return "id"
        # A silence that began before it was made begins when it is made.
        return "now" if isinstance(value, str) and re.match(r"20\d\d-\d\d-\d\dT", value) and value not in (FAR, PAST) else value
    try:
        return own(json.loads(body))
    except ValueError:
        return body


def ask(url, method, path, body):
    status, text = request(f"{url}/api/v2/{path}", method, body.encode() if body is not None else None,
                           {"Content-Type": "application/json"})
    answer = plain(text)
    return status, "words" if status >= 400 and isinstance(answer, str) else answer


def amtool(program, url, words):
    done = subprocess.run([program, "--alertmanager.url", url, *words.split()], capture_output=True, text=True, timeout=20)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id", done.stdout)
    if words.startswith("silence"):
        text = "\n".join(sorted(text.splitlines()))
    return done.returncode, re.sub(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\S* UTC", "time", text)


def main():
    alertmanager, tool = os.environ.get("ALERTMANAGER"), os.environ.get("AMTOOL")
    if not alertmanager or not tool:
        sys.exit("set ALERTMANAGER and AMTOOL to the programs of 0.33 or newer; Debian 12 has 0.25")
    different = 0
    with tempfile.TemporaryDirectory() as name:
        folder, port = pathlib.Path(name), free_port()
        (folder / "am.yml").write_text(ROUTES)
        with Process(alertmanager, f"--config.file={folder}/am.yml", f"--storage.path={folder}/am",
                     f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=") as theirs, \
             Agent("--collectors", "none", folder=folder, config=ROUTES + "rules: {shipped: false}\n") as agent:
            manager = f"http://127.0.0.1:{port}"
            wait_for("Alertmanager", 20, lambda: theirs.popen.poll() is None and up(manager))
            for method, path, body in REQUESTS:
                left, right = (ask(url, method, path, body) for url in (manager, agent.url))
                if path == "alerts" and method == "POST" and body and "labels" in body:
                    wait_for("the alerts", 10, lambda: all(len(ask(u, "GET", "alerts", None)[1]) >= 6 for u in (manager, agent.url)))
                if left != right:
                    different += 1
                    print(f"{method} {path} {(body or '')[:200]}\n  Alertmanager {left}\n  Lapwing      {right}")
            for words in AMTOOL:
                left, right = (amtool(tool, url, words) for url in (manager, agent.url))
                if left != right:
                    different += 1
                    print(f"amtool {words}\n  Alertmanager {left}\n  Lapwing      {right}")
    print(f"{len(REQUESTS)} requests and {len(AMTOOL)} commands of amtool compared, {different} differ")
    sys.exit(1 if different else 0)


def up(url):
    try:
        return request(url + "/-/ready", seconds=2)[0] == 200
    except OSError:
        return False


if __name__ == "__main__":
    main()
