"""Real CPU load makes a shipped rule fire; a webhook gets the firing and then the resolved notification."""
import calendar
import multiprocessing
import os
import pathlib
import re
import tempfile
import time
import unittest

from lapwing import ROOT, Agent, WebhookReceiver, wait_for

CONFIG = """
route: {{receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s}}
receivers:
- name: hook
  webhook_configs: [{{url: '{url}'}}]
"""
ALERT = "HostCpuBusy"


def burn(seconds):
    os.setpriority(os.PRIO_PROCESS, 0, 0)  # niced work is not what the rule calls busy
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def in_seconds(rules):
    """A shipped rule file whose every duration is a tenth: its real ones are what tests/rules/ checks."""
    def shorter(duration):
        return f"{max(1, int(duration[1]) * {'s': 1, 'm': 60, 'h': 3600}[duration[2]] // 10)}s"
    return re.sub(r"(?<=\[)(\d+)([smh])(?=\])|(?<=for: )(\d+)([smh])|(?<=interval: )(\d+)([smh])",
                  lambda found: shorter((None, *[g for g in found.groups() if g])), rules)


class Alert(unittest.TestCase):
    def test_cpu_load_fires_a_shipped_rule_and_its_end_resolves_it(self):
        with WebhookReceiver() as hook, tempfile.TemporaryDirectory() as folder:
            shipped = (ROOT / "rules/host.yml").read_text()
            pathlib.Path(folder, "host.yml").write_text(in_seconds(shipped))
            config = CONFIG.format(url=hook.url) + "rules: {shipped: host.yml}\n"
            with Agent(folder=folder, config=config) as agent:
                rule = next(r for g in agent.api("rules")["groups"] for r in g["rules"] if r["name"] == ALERT)
                self.assertEqual((6, 3), (rule["duration"], rule["keepFiringFor"]), "a tenth of the shipped rule's")
                self.assertIn("[6s]", rule["query"])
                busy = [multiprocessing.Process(target=burn, args=(300,)) for _ in range(8 * multiprocessing.cpu_count())]
                for process in busy:
                    process.start()
                try:
                    _, firing = hook.wait("the firing notification", 150, of(ALERT, "firing"))
                finally:
                    for process in busy:
                        process.kill()
                        process.join()
                _, resolved = hook.wait("the resolved notification", 150, of(ALERT, "resolved"))
        for payload in (firing, resolved):
            self.assertEqual("4", payload["version"])
            self.assertEqual("hook", payload["receiver"])
            self.assertEqual({"alertname": ALERT}, payload["groupLabels"])
            # Alertmanager's keys; a resolved alert has one of our own, which its readers pass over.
            ours = {"values"} if payload is resolved else set()
            self.assertEqual({"status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"} | ours,
                             set(payload["alerts"][0]))
            self.assertTrue(payload["alerts"][0]["annotations"]["summary"])
        values = resolved["alerts"][0]["values"]
        self.assertEqual({"peak", "last", "recovered", "durationSeconds"}, set(values))
        self.assertGreater(values["peak"], values["recovered"])
        self.assertEqual("0001-01-01T00:00:00Z", firing["alerts"][0]["endsAt"])
        self.assertGreater(resolved["alerts"][0]["endsAt"], resolved["alerts"][0]["startsAt"])

    def test_a_receiver_that_was_down_gets_it_when_it_is_back(self):
        with WebhookReceiver(status=503) as hook:
            config = CONFIG.format(url=hook.url) + """
rule_files: [one.yml]
rules: {shipped: false}
"""
            with tempfile.TemporaryDirectory() as folder:
                pathlib.Path(folder, "one.yml").write_text(
                    "groups: [{name: g, interval: 1s, rules: [{alert: Always, expr: 'vector(1)'}]}]\n")
                with Agent(folder=folder, config=config):
                    hook.wait("a first try", 20, of("Always", "firing"))
                    hook.status = 200
                    tries = len(hook.received)
                    wait_for("another try", 30, lambda: len(hook.received) > tries)

    def test_a_one_second_rule_fires_within_the_second(self):
        # A loaded machine may hold one of them up.
        self.assertLess(min(self.delay() for _ in range(3)), 1)

    def delay(self):
        """Seconds from the evaluation that made an alert fire to its notification."""
        with WebhookReceiver() as hook, tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "one.yml").write_text(
                "groups: [{name: g, interval: 1s, rules: [{alert: Flip, expr: 'node_load1 >= 0'}]}]\n")
            with Agent(folder=folder, config=CONFIG.format(url=hook.url) + "rule_files: [one.yml]\nrules: {shipped: false}\n"):
                arrived, payload = hook.wait("the notification", 20, of("Flip", "firing"))
        arrived_at = time.time() - (time.monotonic() - arrived)
        # Groups of one second stand on whole seconds: startsAt loses nothing without its fraction.
        return arrived_at - calendar.timegm(time.strptime(payload["alerts"][0]["startsAt"][:19], "%Y-%m-%dT%H:%M:%S"))


def of(name, status):
    """Whether a payload is of that alert and that status."""
    return lambda p: p["status"] == status and p["groupLabels"].get("alertname") == name


if __name__ == "__main__":
    unittest.main()
