"""Rules' state outlives a kill -9: what was pending, firing or kept firing is so again, and nobody is told twice."""
import json
import pathlib
import signal
import tempfile
import time
import unittest

from lapwing import Agent, WebhookReceiver, wait_for

CONFIG = """
global: {{evaluation_interval: 1s}}
route: {{receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers: [{{name: hook, webhook_configs: [{{url: '{url}'}}]}}]
rule_files: [rules.yml]
rules: {{shipped: false}}
collectors: {{textfile: {{enabled: true, directory: text, interval: 1s}}}}
"""
RULES = """
groups:
- name: g
  interval: 1s
  rules:
  - {alert: Fires, expr: 'lapwing_test_value > 5'}
  - {alert: Waits, expr: 'lapwing_test_value > 5', for: 1h}
  - {alert: Kept, expr: 'lapwing_test_value > 50', keep_firing_for: 1h}
  - {alert: Later, expr: 'lapwing_test_value > 5', for: 12s}
"""


class RulesState(unittest.TestCase):
    def test_a_kill_neither_ends_nor_repeats_an_alert(self):
        with tempfile.TemporaryDirectory() as name, WebhookReceiver() as hook:
            folder = pathlib.Path(name)
            (folder / "rules.yml").write_text(RULES)
            (folder / "text").mkdir()
            config = CONFIG.format(url=hook.url)
            self.write(folder, 70)
            with Agent(folder=folder, config=config) as agent:
                hook.wait("Fires", 15, of("Fires", "firing"))
                hook.wait("Kept", 15, of("Kept", "firing"))
                self.write(folder, 7)  # Kept is over and only kept; 70 was its last value
                wait_for("Kept is kept", 15, lambda: alerts(agent)["Kept"].get("keepFiringSince"))
                wait_for("the value is seen", 10, lambda: alerts(agent)["Fires"]["value"] == "7e+00")
                time.sleep(1.2)  # state.db is written by another thread
                before = alerts(agent)
                agent.stop(signal.SIGKILL)
            told = len(hook.received)
            with Agent(folder=folder, config=config) as agent:
                wait_for("the first evaluation", 15, lambda: all(g["lastEvaluation"] > "0002" for g in agent.api("rules")["groups"]))
                wait_for("all alerts", 10, lambda: len(alerts(agent)) == len(before))
                after = alerts(agent)
                for alert in before:
                    for member in ("state", "activeAt", "labels", "keepFiringSince"):
                        self.assertEqual(before[alert].get(member), after[alert].get(member), f"{member} of {alert}")
                self.assertEqual("7e+01", after["Kept"]["value"])
                hook.wait("Later, as long after its beginning as if nothing had been", 20, of("Later", "firing"))
                time.sleep(2)
            repeated = [p for _, p in hook.received[told:] if p["groupLabels"]["alertname"] != "Later"]
            self.assertEqual([], repeated)

    @staticmethod
    def write(folder, value):
        """The metric's file, replaced at once."""
        (folder / "text/new").write_text(f"lapwing_test_value {value}\n")
        (folder / "text/new").rename(folder / "text/value.prom")


def alerts(agent):
    return {a["labels"]["alertname"]: a for a in agent.api("alerts")["alerts"]}


def of(name, status):
    return lambda p: p["status"] == status and p["groupLabels"].get("alertname") == name


if __name__ == "__main__":
    unittest.main()
