#!/usr/bin/env python3
# From a condition becoming true to the webhook's POST, at 1 s collection, over many flips.
import argparse
import pathlib
import random
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from measure import row  # noqa: E402
from lapwing import Agent, WebhookReceiver, wait_for  # noqa: E402

CONFIG = """
route: {{receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1s}}
receivers: [{{name: hook, webhook_configs: [{{url: '{url}'}}]}}]
rules: {{shipped: false}}
rule_files: [flip.yml]
scrape_configs:
- job_name: flip
  scrape_interval: 1s
  fallback_scrape_protocol: PrometheusText0.0.4
  static_configs: [{{targets: ['127.0.0.1:{port}']}}]
"""


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


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--flips", type=int, default=30)
    flips = options.parse_args().flips
    chance = random.Random(1)
    page = page_server()
    delays = []
    with WebhookReceiver() as hook, tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "flip.yml").write_text(
            "groups: [{name: g, interval: 1s, rules: [{alert: Flip, expr: 'flip > 0'}]}]\n")
        config = CONFIG.format(url=hook.url, port=page.server_port)
        with Agent(folder=folder, config=config) as agent:
            wait_for("the first scrape", 15, lambda: agent.query("flip"))
            for _ in range(flips):
                time.sleep(chance.uniform(0.5, 1.5))
                seen = len(hook.received)
                page.value, began = 1, time.monotonic()
                with hook.arrived:
                    assert hook.arrived.wait_for(
                        lambda: any(p["status"] == "firing" for _, p in hook.received[seen:]), 20), "no notification"
                    arrived = next(t for t, p in hook.received[seen:] if p["status"] == "firing")
                delays.append(arrived - began)
                page.value = 0
                with hook.arrived:
                    assert hook.arrived.wait_for(
                        lambda: any(p["status"] == "resolved" for _, p in hook.received[seen:]), 20), "no end"
    page.shutdown()
    delays.sort()
    print(f"From condition true to the webhook's POST, {flips} flips (scrape 1 s, rule 1 s, for 0 s):")
    row("median", statistics.median(delays), 0.6, "s")
    row("90th percentile", delays[int(len(delays) * 0.9)], 1.1, "s")
    row("worst", delays[-1], None, "s")


if __name__ == "__main__":
    main()
