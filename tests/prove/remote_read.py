#!/usr/bin/env python3
# A real Prometheus 3.x (its path in $PROMETHEUS) reads Lapwing's series by remote read and answers as Lapwing does.
import json
import math
import os
import pathlib
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/end_to_end"), str(ROOT / "tests/bench"), str(ROOT / "tests/bench/support"), str(ROOT / "tests/prove/support")]
from lapwing import Agent, Process, free_port, request, wait_for  # noqa: E402
from servers import ready  # noqa: E402
from query import Data, Server  # noqa: E402

QUERIES = ["c", "rate(c[5m])", 'sum by (mode) (rate(c{grp="0"}[1m]))', "g > 40", "count_over_time(g[10m])",
           "histogram_quantile(0.9, sum by (le) (rate(h_bucket[5m])))", '{__name__=~"g|h_bucket",i!="3"}',
           'c{mode!~"user|nice",cpu=~"[0-3]"}', 'c{site="berlin"}', 'c{site="paris"}', "missing"]


def answer(url, path, **parameters):
    status, text = request(f"{url}/api/v1/{path}?" + urllib.parse.urlencode(parameters), seconds=60)
    assert status == 200, f"{url} {path} {parameters}: {status} {text[:300]}"
    result = json.loads(text)["data"]["result"]
    series = {}
    for one in result:
        # Prometheus gives what it reads its own external label; the agent's store does not have it.
        labels = tuple(sorted((k, v) for k, v in one["metric"].items() if k != "site"))
        series[labels] = [(t, float(v)) for t, v in one.get("values", [one.get("value")])]
    return series


def differences(ours, theirs):
    if ours.keys() != theirs.keys():
        return [f"series: {len(ours)} here, {len(theirs)} read"]
    found = []
    for labels, points in ours.items():
        other = theirs[labels]
        if [t for t, _ in points] != [t for t, _ in other] or not all(
                math.isclose(a, b, rel_tol=1e-9) or a == b for (_, a), (_, b) in zip(points, other)):
            found.append(f"{labels}: {points[:2]} here, {other[:2]} read")
    return found


def compare(agent, prometheus, end):
    differs = 0
    for query in QUERIES:
        # The agent's series do not have the external label: by it all or none are found.
        here = query.replace('c{site="berlin"}', "c").replace('c{site="paris"}', "missing")
        for path, times in (("query", {"time": end}), ("query_range", {"start": end - 1800, "end": end, "step": 47})):
            found = differences(answer(agent, path, query=here, **times), answer(prometheus, path, query=query, **times))
            print(f"{path} {query}: {found[0] if found else 'alike'}")
            differs += bool(found)
    return differs


def main():
    program = os.environ.get("PROMETHEUS")
    if not program:
        sys.exit("set PROMETHEUS to the program of a Prometheus 3.5 or newer; Debian 12's own is 2.42")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, \
            Agent("--collectors", "none", folder=folder, config="""
web: {enable_remote_write_receiver: true}
rules: {shipped: false}
global: {external_labels: {site: berlin}}
""") as agent:
        config = pathlib.Path(folder, "prometheus.yml")
        config.write_text(f"global: {{external_labels: {{site: berlin}}}}\n"
                          f"remote_read: [{{url: '{agent.url}/api/v1/read', read_recent: true}}]\n")
        url = f"http://127.0.0.1:{port}"
        with Process(program, f"--config.file={config}", f"--storage.tsdb.path={folder}/prometheus",
                     f"--web.listen-address=127.0.0.1:{port}") as prometheus:
            end = int(time.time()) // 60 * 60
            data, server = Data(10), Server("lapwing", agent.pid, agent.port)
            hours = 3
            for first in range(end - hours * 3600 + 1, end + 1, 60):
                server.write(data.body(first, 60))
            wait_for("Prometheus", 30, lambda: ready(url))
            differs = compare(agent.url, url, end)
            _, text = request(f"{url}/api/v1/query?" + urllib.parse.urlencode(
                {"query": f'count_over_time({{__name__=~".+"}}[{hours}h])', "time": end}), seconds=60)
            refused = "exceeded sample limit" in text
            print(f"an answer past the limit: {'refused' if refused else 'NOT REFUSED: ' + text[:300]}")
            assert prometheus.popen.poll() is None
    print(f"{2 * len(QUERIES)} answers compared, {differs} differ")
    sys.exit(1 if differs or not refused else 0)


if __name__ == "__main__":
    main()
