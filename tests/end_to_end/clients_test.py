"""What promtool and Grafana's Prometheus datasource send, sent to the real binary."""
import json
import subprocess
import time
import unittest
import urllib.parse

from lapwing import PEERS, Agent, request, wait_for

# As the dashboard Node Exporter Full asks, $__rate_interval and $node filled in by Grafana.
PANELS = [
    'irate(node_pressure_cpu_waiting_seconds_total{instance="$node",job="$job"}[$__rate_interval])',
    '100 * (1 - avg(rate(node_cpu_seconds_total{mode="idle", instance="$node"}[$__rate_interval])))',
    'scalar(node_load1{instance="$node",job="$job"}) * 100 / count(count(node_cpu_seconds_total{instance="$node",job="$job"}) by (cpu))',
    '(1 - (node_memory_MemAvailable_bytes{instance="$node", job="$job"} / node_memory_MemTotal_bytes{instance="$node", job="$job"})) * 100',
    '((node_memory_SwapTotal_bytes{instance="$node",job="$job"} - node_memory_SwapFree_bytes{instance="$node",job="$job"}) / (node_memory_SwapTotal_bytes{instance="$node",job="$job"})) * 100',
    '100 - ((node_filesystem_avail_bytes{instance="$node",job="$job",device!~\'rootfs\'} * 100) / node_filesystem_size_bytes{instance="$node",job="$job",device!~\'rootfs\'})',
    'node_time_seconds{instance="$node",job="$job"} - node_boot_time_seconds{instance="$node",job="$job"}',
    'sum by(instance) (irate(node_cpu_seconds_total{instance="$node",job="$job", mode=~".*irq"}[$__rate_interval])) / on(instance) group_left sum by (instance)((irate(node_cpu_seconds_total{instance="$node",job="$job"}[$__rate_interval])))',
    'irate(node_network_receive_bytes_total{instance="$node",job="$job"}[$__rate_interval])*8',
]


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.agent = Agent()
        cls.addClassCleanup(cls.agent.__exit__)
        wait_for("two collections of the filesystems", 60, lambda: cls.agent.query(
            'count_over_time(node_filesystem_size_bytes[1m]) > 1 and on() count_over_time(node_load1[1m]) > 4'))
        labels, _ = cls.agent.query("node_load1")[0]
        cls.filled = [panel.replace("$node", labels["instance"]).replace("$job", labels["job"])
                      .replace("$__rate_interval", "30s") for panel in PANELS]

    def promtool(self, *words):
        done = subprocess.run([PEERS / "promtool", *words], text=True, capture_output=True, timeout=30)
        self.assertEqual(0, done.returncode, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def post(self, path, **form):
        status, text = request(f"{self.agent.url}/api/v1/{path}", "POST", urllib.parse.urlencode(form, True).encode(),
                               {"Content-Type": "application/x-www-form-urlencoded"})
        return status, json.loads(text)

    def data(self, path, **form):
        status, answer = self.post(path, **form)
        self.assertEqual((200, "success"), (status, answer["status"]), answer)
        return answer["data"]

    def test_promtool_asks_for_values_series_and_labels(self):
        self.assertIn("node_load1{", self.promtool("query", "instant", self.agent.url, "node_load1"))
        start = str(int(time.time()) - 60)
        self.assertIn(" @[", self.promtool("query", "range", "--step=5s", f"--start={start}", self.agent.url, "node_load1"))
        self.assertIn('__name__="node_load1"', self.promtool("query", "series", "--match=node_load1", self.agent.url))
        self.assertIn("node_load1\n", self.promtool("query", "labels", self.agent.url, "__name__"))
        refused = subprocess.run([PEERS / "promtool", "query", "instant", self.agent.url, "sum("], text=True, capture_output=True)
        self.assertIn("parse error", refused.stderr + refused.stdout)

    def test_promtool_finds_it_healthy_and_ready(self):
        # `check healthy` and `check ready` of promtool 2.44 and later ask these and read the status only.
        for path in ("/-/healthy", "/-/ready"):
            self.assertEqual(200, self.agent.get(path)[0])
            self.assertEqual(200, request(self.agent.url + path, "HEAD")[0])

    def test_the_datasource_is_saved_and_tested(self):
        status, text = self.agent.get("/api/v1/status/buildinfo")
        build = json.loads(text)["data"]
        self.assertEqual((200, "3.5.0"), (status, build["version"]))
        self.assertNotIn("features", build)
        # "Save & test": 1+1 by POST.
        self.assertEqual({"resultType": "vector", "result": []}, self.data("query", query="vector(1) == 2", time="4"))
        self.assertEqual("2", self.data("query", query="1+1", time=str(time.time()))["result"][1])

    def test_posts_that_are_refused_tell_grafana_to_use_get(self):
        body = b"match[]=up"
        for path, status in (("label/job/values", 405), ("metadata", 405), ("rules", 405)):
            self.assertEqual(status, request(f"{self.agent.url}/api/v1/{path}", "POST", body)[0])
        for path in ("labels", "series"):
            found = self.data(path, **{"match[]": "node_load1", "limit": "40000"})
            self.assertEqual(found, self.agent.api(path, **{"match[]": "node_load1", "limit": "40000"}))

    def test_variables_of_the_dashboard(self):
        now = int(time.time())
        span = {"start": now - 3600, "end": now}
        # label_values(node_uname_info, job), label_values(node_uname_info{job="…"}, nodename)
        jobs = self.agent.api("label/job/values", **{"match[]": "node_uname_info", **span})
        self.assertEqual(["node"], jobs)
        names = self.agent.api("label/nodename/values", **{"match[]": f'node_uname_info{{job="{jobs[0]}"}}', **span})
        self.assertEqual(1, len(names))
        # query_result(), metrics(), and the builder's completion with its limit.
        self.assertEqual("vector", self.data("query", query="node_uname_info", time=now)["resultType"])
        self.assertIn("node_load1", self.agent.api("label/__name__/values", **span))
        status, text = self.agent.get("/api/v1/label/__name__/values", limit=3, **span)
        self.assertEqual(3, len(json.loads(text)["data"]))
        self.assertEqual(["results truncated due to limit"], json.loads(text)["warnings"])
        self.assertIn("node_load1", self.agent.api("metadata", limit=10000))
        self.assertTrue(self.agent.api("rules")["groups"])
        self.assertIn("alerts", self.agent.api("alerts"))
        self.assertEqual([], self.data("query_exemplars", query="up", **span))

    def test_panels_of_the_dashboard(self):
        now = int(time.time())
        for expression in self.filled:
            with self.subTest(expression):
                data = self.data("query_range", query=expression, start=now - 300, end=now, step=15)
                self.assertEqual("matrix", data["resultType"])
                if "Swap" in expression or "pressure" in expression:
                    continue  # a container may have neither
                self.assertTrue(data["result"])
                for seconds, value in data["result"][0]["values"]:
                    self.assertEqual(0, (seconds - (now - 300)) % 15)
                    float(value)

    def test_large_answers_are_compressed_when_asked(self):
        now = int(time.time())
        status, text = self.agent.get("/api/v1/query_range", query="node_cpu_seconds_total", start=now - 60, end=now, step=1)
        self.assertEqual(200, status)
        self.assertGreater(len(text), 1024)
        import urllib.request
        call = urllib.request.Request(f"{self.agent.url}/api/v1/query?query=node_cpu_seconds_total", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(call, timeout=10) as answer:
            self.assertEqual("gzip", answer.headers["Content-Encoding"])


if __name__ == "__main__":
    unittest.main()
