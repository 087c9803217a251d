#!/usr/bin/env python3
# stats=all beside a real Prometheus 3.x (its path in $PROMETHEUS): the samples that each step of a query looks at.
import os
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/promql"), str(ROOT / "tests/end_to_end"), str(ROOT / "tests/prove/support")]
import differential  # noqa: E402
import record  # noqa: E402
from lapwing import Agent, Process, free_port, wait_for  # noqa: E402
from servers import ready  # noqa: E402

# FIXED is a time within the data.
QUERIES = [
    "requests_total", "rate(requests_total[5m])", "sum by (job) (rate(requests_total[5m]))",
    "requests_total + requests_total", "max_over_time(temperature[10m:1m])", "sum(requests_total @ FIXED)",
    "timestamp(temperature)", "max_over_time(sum(requests_total)[5m:1m])", "absent_over_time(nope[5m])",
    "absent_over_time(temperature[5m])", "topk(2, temperature)", "histogram_quantile(0.9, rate(latency_bucket[5m]))",
    "count_over_time(temperature[5m])", 'scalar(temperature{room="hall"})', "vector(scalar(sum(temperature)))",
    'label_replace(temperature, "a", "b", "c", "d")', "quantile_over_time(0.5, temperature[5m])", "temperature offset 5m",
    "rate(requests_total[5m] @ FIXED)", "sum(rate(requests_total[5m])) / sum(rate(requests_total[5m]))",
    '{__name__=~".+"}', "temperature and temperature", "deriv(temperature[5m])", "absent(nope)", "1 + 1",
    "rate(requests_total[5m:1m])", "min_over_time(rate(requests_total[5m])[10m:1m])", "predict_linear(temperature[5m], 60)",
    "info(temperature)", "temperature[5m]", "temperature[5m:1m]", "sort(temperature)", "temperature @ end()",
    'sum(temperature) + scalar(temperature{room="hall"} @ FIXED)',
]


def counts(url, path, parameters):
    samples = differential.ask(url, path, dict(parameters, stats="all"))["data"]["stats"]["samples"]
    samples.pop("peakSamples")  # what an engine holds is its own affair
    return samples


def main():
    program = os.environ.get("PROMETHEUS")
    if not program:
        sys.exit("set PROMETHEUS to the program of a Prometheus 3.5 or newer; Debian 12's own is 2.42")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    compared, differ = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "empty.yml").write_text("{}\n")
        with Process(program, f"--config.file={folder}/empty.yml", f"--storage.tsdb.path={folder}/prometheus",
                     f"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver",
                     "--enable-feature=promql-experimental-functions,promql-per-step-stats"), \
             Agent("--collectors", "none", folder=folder,
                   config="web: {enable_remote_write_receiver: true}\nrules: {shipped: false}\n") as agent:
            wait_for("Prometheus", 30, lambda: ready(url))
            base = int(time.time()) // 3600 * 3600 - 7200
            for server in (url, agent.url):
                record.push(server, differential.data(base))
            for query in QUERIES:
                query = query.replace("FIXED", str(base + 900))
                calls = [("query", {"time": base + 1800})]
                if not query.endswith("]"):  # a range has no range selectors as answers
                    calls.append(("query_range", {"start": base + 600, "end": base + 1800, "step": 60}))
                for path, times in calls:
                    theirs, ours = (counts(server, path, dict(times, query=query)) for server in (url, agent.url))
                    compared += 1
                    if theirs != ours:
                        differ += 1
                        print(f"DIFFERS {path} {query}\n  prometheus {theirs}\n  lapwing {ours}")
    print(f"{compared} answers compared, {differ} differ")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
