"""Debian's Chromium opens the page: a chart draws real points, nothing leaves for another origin."""
import subprocess
import unittest

from lapwing import ROOT, Agent, wait_for


class Page(unittest.TestCase):
    def test_the_page_draws_and_calls_nobody_else(self):
        screenshots = ROOT / "build/screenshots"
        screenshots.mkdir(parents=True, exist_ok=True)
        with Agent() as agent:
            # Enough of the past for a chart of fifteen minutes to show more than a dot.
            wait_for("half a minute of samples", 60,
                     lambda: (agent.query("count_over_time(node_load1[5m])") or [({}, 0)])[0][1] >= 30)
            opened = subprocess.run(["node", ROOT / "build/release/tests/dashboard/web/browser/browser.mjs", agent.url, screenshots],
                                    capture_output=True, text=True, timeout=180)
        print(opened.stdout[-3000:])
        self.assertEqual(0, opened.returncode, opened.stdout + opened.stderr)


if __name__ == "__main__":
    unittest.main()
