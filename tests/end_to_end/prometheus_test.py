"""Debian's Prometheus scrapes the agent, promtool reads its page, node_exporter agrees with it."""
import json
import subprocess
import sys
import tempfile
import unittest

from lapwing import PEERS, ROOT, Agent, Process, free_port, request, wait_for


class Prometheus(unittest.TestCase):
    def test_prometheus_scrapes_it_without_an_error(self):
        port = free_port()
        with Agent() as agent, tempfile.TemporaryDirectory() as folder:
            config = f"{folder}/prometheus.yml"
            with open(config, "w") as file:
                json.dump({"global": {"scrape_interval": "1s"},
                           "scrape_configs": [{"job_name": "lapwing",
                                               "static_configs": [{"targets": [f"127.0.0.1:{agent.port}"]}]}]}, file)
            with Process(PEERS / "prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
                         f"--web.listen-address=127.0.0.1:{port}") as prometheus:
                def target():
                    try:
                        status, text = request(f"http://127.0.0.1:{port}/api/v1/targets", seconds=2)
                    except OSError:
                        return None
                    active = json.loads(text)["data"]["activeTargets"] if status == 200 else []
                    return next((t for t in active if t["health"] != "unknown"), None)
                found = wait_for("a scrape", 30, target)
                self.assertEqual(("up", ""), (found["health"], found["lastError"]), prometheus.output())
                _, text = request(f"http://127.0.0.1:{port}/api/v1/query?query=node_cpu_seconds_total")
                self.assertGreater(len(json.loads(text)["data"]["result"]), 7)

    def test_promtool_finds_nothing_to_say_of_the_page(self):
        with Agent() as agent:
            wait_for("the first collection", 10, lambda: "node_filesystem_size_bytes" in agent.get("/metrics")[1])
            page = agent.get("/metrics")[1]
        checked = subprocess.run([PEERS / "promtool", "check", "metrics"], input=page, text=True, capture_output=True)
        ours = [line for line in (checked.stdout + checked.stderr).splitlines() if not inherited(line)]
        self.assertEqual([], ours)

    def test_node_exporter_agrees_on_names_types_labels_and_values(self):
        port = free_port()
        with Agent() as agent, Process(PEERS / "prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}"):
            wait_for("the exporter", 20, lambda: answers(f"http://127.0.0.1:{port}/metrics"))
            wait_for("the first collection", 10, lambda: "node_filesystem_size_bytes" in agent.get("/metrics")[1])
            compared = subprocess.run(
                [sys.executable, ROOT / "tests/collectors/compare_node_exporter.py", f"{agent.url}/metrics",
                 f"http://127.0.0.1:{port}/metrics"], text=True, capture_output=True)
            print(compared.stdout[-3000:])
            self.assertEqual(0, compared.returncode, compared.stdout + compared.stderr)


def inherited(line):
    """promtool's complaints of names that are node_exporter's own, which we carry unchanged."""
    return line.startswith("node_")


def answers(url):
    try:
        return request(url, seconds=2)[0] == 200
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
