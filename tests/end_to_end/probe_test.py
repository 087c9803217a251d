"""Probes by the real binary: on its own schedule, asked for by a scrape job as people have them, and by hand."""
import json
import socket
import threading
import time
import unittest

from lapwing import Agent, free_port, request, wait_for
from scrape_access_test import Server

CONFIG = """
modules:
  web: {prober: http, timeout: 2s, http: {preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: [well]}}
  hanging: {prober: tcp, timeout: 20s, tcp: {query_response: [{expect: never}]}}
probes:
  - {name: shop, module: web, interval: 1s, timeout: 1s, targets: ['127.0.0.1:%(web)d/fine', '127.0.0.1:1'],
     labels: {team: web}}
scrape_configs:
  - job_name: blackbox
    metrics_path: /probe
    params: {module: [web]}
    scrape_interval: 1s
    static_configs: [{targets: ['http://127.0.0.1:%(web)d/']}]
    relabel_configs:
      - {source_labels: [__address__], target_label: __param_target}
      - {source_labels: [__param_target], target_label: instance}
      - {target_label: __address__, replacement: '127.0.0.1:%(own)d'}
rules: {shipped: false}
"""


class ProbeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.web = Server(lambda path, headers: (200, {}, "all is well\n"))
        cls.addClassCleanup(cls.web.server.server_close)
        cls.addClassCleanup(cls.web.server.shutdown)
        own = free_port()
        cls.agent = Agent("--collectors", "none", listen=f"127.0.0.1:{own}",
                          config=CONFIG % {"web": cls.web.port, "own": own})
        cls.agent.__enter__()
        cls.addClassCleanup(cls.agent.__exit__, None, None, None)

    def series(self, expression):
        return {json.dumps(one["metric"], sort_keys=True): float(one["value"][1])
                for one in self.agent.api("query", query=expression)["result"]}

    def test_own_probes_and_scrape_jobs_become_series(self):
        def found():
            series = self.series("probe_success")
            return series if len(series) == 3 else None
        series = wait_for("three targets", 15, found)
        fine = {"__name__": "probe_success", "job": "shop", "instance": f"127.0.0.1:{self.web.port}/fine", "team": "web"}
        self.assertEqual(1, series[json.dumps(fine, sort_keys=True)])
        self.assertEqual(0, series[json.dumps(fine | {"instance": "127.0.0.1:1"}, sort_keys=True)])
        self.assertEqual(1, series[json.dumps({"__name__": "probe_success", "job": "blackbox",
                                               "instance": f"http://127.0.0.1:{self.web.port}/"}, sort_keys=True)])
        phases = self.series('probe_http_duration_seconds{job="shop",phase="processing"}')
        self.assertEqual(2, len(phases))
        self.assertEqual({1.0}, set(self.series("up").values()))

    def test_hanging_probes_hold_up_nobody(self):
        """Eight probes that wait, and two workers: the page answers all the same."""
        silent = socket.create_server(("127.0.0.1", 0))
        silent.settimeout(10)
        self.addCleanup(silent.close)
        waiting = []
        for _ in range(8):
            threading.Thread(target=self.probe, args=("hanging", f"127.0.0.1:{silent.getsockname()[1]}", 4), daemon=True).start()
        while len(waiting) < 8:
            waiting.append(silent.accept()[0])
        began = time.monotonic()
        self.assertEqual(200, self.agent.get("/-/healthy")[0])
        self.assertIn("\nprobe_success 1\n", self.probe("web", f"127.0.0.1:{self.web.port}"))
        self.assertLess(time.monotonic() - began, 2)
        for connection in waiting:
            connection.close()

    def probe(self, module, target, timeout=10):
        return request(f"{self.agent.url}/probe?module={module}&target={target}",
                       headers={"X-Prometheus-Scrape-Timeout-Seconds": str(timeout)}, seconds=15)[1]

    def test_a_page_of_another_site_cannot_make_us_call(self):
        status, _ = request(f"{self.agent.url}/probe?module=web&target=127.0.0.1:1",
                            headers={"Sec-Fetch-Site": "cross-site"})
        self.assertEqual(403, status)


if __name__ == "__main__":
    unittest.main()
