#!/usr/bin/env python3
# From a condition becoming true to the webhook's POST, at 1 s collection, beside Prometheus + Alertmanager.
import argparse
import contextlib
import os
import pathlib
import random
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from measure import row  # noqa: E402
from lapwing import PEERS, Agent, Process, WebhookReceiver, free_port, request, wait_for  # noqa: E402

ROUTES = """
route: {{receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1s}}
receivers: [{{name: hook, webhook_configs: [{{url: '{url}'}}]}}]
"""
PAGE = """
rule_files: [flip.yml]
scrape_configs:
- job_name: flip
  scrape_interval: 1s
  fallback_scrape_protocol: PrometheusText0.0.4
  static_configs: [{{targets: ['127.0.0.1:{port}']}}]
"""


PEER = """
global: {{evaluation_interval: 1s}}
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]}}
"""


@contextlib.contextmanager
def peers(folder, hook, page):
    """Prometheus and Alertmanager ($PROMETHEUS, $ALERTMANAGER, or Debian's), told of the same page. False: not here."""
    prometheus = os.environ.get("PROMETHEUS", PEERS / "prometheus")
    alertmanager = os.environ.get("ALERTMANAGER", PEERS / "prometheus-alertmanager")
    port = free_port()
    (folder / "am.yml").write_text(ROUTES.format(url=hook.url))
    # Prometheus 2 does not know the key, and takes the page as it is.
    wanted = PAGE.format(port=page)
    if "PROMETHEUS" not in os.environ:
        wanted = wanted.replace("  fallback_scrape_protocol: PrometheusText0.0.4\n", "")
    (folder / "prometheus.yml").write_text(PEER.format(port=port) + wanted)
    with contextlib.ExitStack() as stack:
        manager = stack.enter_context(Process(alertmanager, f"--config.file={folder}/am.yml", "--cluster.listen-address=",
                                              f"--storage.path={folder}/am", f"--web.listen-address=127.0.0.1:{port}"))
        try:
            wait_for("Alertmanager", 15, lambda: manager.popen.poll() is None and ready(port, "/-/ready"))
            own_port = free_port()
            stack.enter_context(Process(prometheus, f"--config.file={folder}/prometheus.yml",
                                        f"--storage.tsdb.path={folder}/tsdb", f"--web.listen-address=127.0.0.1:{own_port}"))
            wait_for("Prometheus", 20, lambda: ready(own_port, "/api/v1/query?query=flip", '"value"'))
        except AssertionError as error:
            print(f"without the peers: {error}; {manager.output().strip().splitlines()[-1:]}")
            yield False
            return
        yield True


def ready(port, path, wanted=""):
    try:
        status, text = request(f"http://127.0.0.1:{port}{path}", seconds=2)
        return status == 200 and wanted in text
    except OSError:
        return False


def first(hook, seen, status):
    """When the first notification of that status after the `seen` first ones came."""
    with hook.arrived:
        found = hook.arrived.wait_for(lambda: any(p["status"] == status for _, p in hook.received[seen:]), 30)
        assert found, f"no {status} notification"
        return next(t for t, p in hook.received[seen:] if p["status"] == status)


def page_server():
    """Serves one gauge, `flip`, whose value is server.value when asked."""
    import http.server
    import threading

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = f"flip {self.server.value}\n".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.value = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def report(who, delays, budgets):
    delays.sort()
    print(f"{who}:")
    row("median", statistics.median(delays), budgets[0], "s")
    row("90th percentile", delays[int(len(delays) * 0.9)], budgets[1], "s")
    row("worst", delays[-1], None, "s")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--flips", type=int, default=100)
    flips = options.parse_args().flips
    chance = random.Random(1)
    page = page_server()
    ours, theirs = [], []
    with WebhookReceiver() as hook, WebhookReceiver() as other, tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "flip.yml").write_text(
            "groups: [{name: g, interval: 1s, rules: [{alert: Flip, expr: 'flip > 0'}]}]\n")
        config = ROUTES.format(url=hook.url) + PAGE.format(port=page.server_port) + "rules: {shipped: false}\n"
        with Agent(folder=folder, config=config) as agent, peers(folder, other, page.server_port) as beside:
            wait_for("the first scrape", 15, lambda: agent.query("flip"))
            both = [(hook, ours)] + ([(other, theirs)] if beside else [])
            for _ in range(flips):
                time.sleep(chance.uniform(0.5, 1.5))
                seen = [len(to.received) for to, _ in both]
                page.value, began = 1, time.monotonic()
                for (to, delays), count in zip(both, seen):
                    delays.append(first(to, count, "firing") - began)
                page.value = 0
                for (to, _), count in zip(both, seen):
                    first(to, count, "resolved")
    page.shutdown()
    print(f"From condition true to the webhook's POST, {flips} flips (scrape 1 s, rule 1 s, for 0 s):")
    report("Lapwing", ours, (0.6, 1.1))
    if theirs:
        report("Prometheus + Alertmanager", theirs, (None, None))


if __name__ == "__main__":
    main()
