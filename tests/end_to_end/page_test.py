"""Debian's Chromium opens the page: a chart draws real points, nothing leaves for another origin."""
import json
import multiprocessing
import subprocess
import time
import unittest

from lapwing import ROOT, Agent, request, wait_for

# Nobody listens on port 1: what is due is given up, which the Alerts page must show.
CONFIG = """
route: {receiver: nobody, group_wait: 0s}
receivers: [{name: nobody, webhook_configs: [{url: 'http://127.0.0.1:1/'}]}]
notifications: {fallback_after: 1s, give_up_after: 1s}
"""


def burn(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


class Page(unittest.TestCase):
    def test_the_page_draws_and_calls_nobody_else(self):
        screenshots = ROOT / "build/screenshots"
        screenshots.mkdir(parents=True, exist_ok=True)
        # An idle host paints next to nothing into the CPU chart: one core is kept busy.
        busy = multiprocessing.Process(target=burn, args=(120,))
        busy.start()
        try:
            with Agent(config=CONFIG) as agent:
                request(f"{agent.url}/api/v2/alerts", "POST", json.dumps([{"labels": {"alertname": "NobodyWasTold"}}]).encode(),
                        {"Content-Type": "application/json"})
                # Enough of the past for a chart of fifteen minutes to show more than a dot.
                wait_for("half a minute of samples", 60,
                         lambda: (agent.query("count_over_time(node_load1[5m])") or [({}, 0)])[0][1] >= 30)
                wait_for("a dead letter", 30, lambda: agent.api("history/dead_letters"))
                opened = subprocess.run(
                    ["node", ROOT / "build/release/tests/dashboard/web/browser/browser.mjs", agent.url, screenshots],
                    capture_output=True, text=True, timeout=180)
        finally:
            busy.kill()
            busy.join()
        print(opened.stdout[-3000:])
        self.assertEqual(0, opened.returncode, opened.stdout + opened.stderr)


if __name__ == "__main__":
    unittest.main()
