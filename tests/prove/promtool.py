#!/usr/bin/env python3
# promtool 3.x (its path in $PROMTOOL) against a real Prometheus ($PROMETHEUS) and Lapwing with the same data.
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/promql"), str(ROOT / "tests/end_to_end"), str(ROOT / "tests/prove/support")]
import differential  # noqa: E402
import record  # noqa: E402
from lapwing import Agent, Process, free_port, wait_for  # noqa: E402
from servers import ready  # noqa: E402

METRICS = """# TYPE pushed_total counter
pushed_total{job="promtool"} 12
# TYPE level gauge
level 1.5
"""


def commands(base):
    """The words behind promtool; URL stands for the server."""
    span = [f"--start={base + 600}", f"--end={base + 1800}"]
    at = f"--time={base + 1800}"
    for query in ("requests_total", "sum by (job) (rate(requests_total[5m]))", "1 + 1", '"text"', "temperature[2m]",
                  "nothing", "sum(", "requests_total + on() requests_total", "quantile(2, temperature)",
                  "rate(temperature[5m])"):
        yield ["query", "instant", at, "URL", query]
        yield ["query", "-o", "json", "instant", at, "URL", query]
    yield ["query", "instant", "--time=yesterday", "URL", "1"]
    yield ["query", "instant", f"--time={time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(base + 1800))}", "URL", "requests_total"]
    for query in ("requests_total", "histogram_quantile(0.9, rate(latency_bucket[5m]))", "time()", "nothing", "temperature[2m]"):
        yield ["query", "range", *span, "--step=1m", "URL", query]
        yield ["query", "-o", "json", "range", *span, "--step=90s", "URL", query]
    yield ["query", "range", *span, "URL", "temperature"]
    yield ["query", "range", *span, "--step=10ms", "URL", "temperature"]
    yield ["query", "range", *span, "--step=1m", "--header=X-Scope: a", "URL", "temperature"]
    for match in ("requests_total", '{job="api"}', "nothing", "requests_total{", "{}"):
        yield ["query", "series", f"--match={match}", *span, "URL"]
        yield ["query", "-o", "json", "series", f"--match={match}", *span, "URL"]
    yield ["query", "series", "--match=temperature", "--match=humidity", *span, "URL"]
    for label in ("__name__", "job", "nope", "a-b"):
        yield ["query", "labels", *span, "URL", label]
        yield ["query", "-o", "json", "labels", *span, "URL", label]
    yield ["query", "labels", *span, "--match=requests_total", "URL", "instance"]
    yield ["query", "analyze", "--server=URL", "--type=histogram", "--match=latency_bucket", "--duration=1h", at]
    yield ["check", "healthy", "--url=URL"]
    yield ["check", "ready", "--url=URL"]
    yield ["push", "metrics", "URL/api/v1/write"]
    yield ["query", "instant", "URL", "sum by (job) (pushed_total) + 1"]


def run(promtool, words, url):
    words = [word.replace("URL", url) for word in words]
    done = subprocess.run([promtool, *words], text=True, capture_output=True, timeout=60, input=METRICS)
    shown = "\n".join(sorted(done.stdout.splitlines())).replace(url, "URL")
    # A pushed value is asked for when it is new: its time is not the same for both.
    if "pushed_total" in words[-1]:
        shown = shown.split(" @")[0]
    said = done.stderr.replace(url, "URL")
    if words[0] == "check":  # The server's own name stands in what it answers.
        said = said.replace("Prometheus Server is", "Lapwing is").lower()
    return done.returncode, shown, said


def main():
    program, promtool = os.environ.get("PROMETHEUS"), os.environ.get("PROMTOOL")
    if not program or not promtool:
        sys.exit("set PROMETHEUS and PROMTOOL to the programs of version 3.5 or newer; Debian 12's own are 2.42")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    compared, differ = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "empty.yml").write_text("{}\n")
        with Process(program, f"--config.file={folder}/empty.yml", f"--storage.tsdb.path={folder}/prometheus",
                     f"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver"), \
             Agent("--collectors", "none", folder=folder,
                   config="web: {enable_remote_write_receiver: true}\nrules: {shipped: false}\n") as agent:
            wait_for("Prometheus", 30, lambda: ready(url))
            base = int(time.time()) // 3600 * 3600 - 7200
            for server in (url, agent.url):
                record.push(server, differential.data(base))
            for words in commands(base):
                theirs, ours = (run(promtool, words, server) for server in (url, agent.url))
                compared += 1
                if theirs != ours:
                    differ += 1
                    print(f"DIFFERS promtool {' '.join(words)}\n  prometheus {theirs}\n  lapwing    {ours}", flush=True)
    print(f"{compared} commands, {differ} differ")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
