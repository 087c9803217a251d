"""amtool against the agent: alerts from elsewhere, silences, time intervals, status."""
import json
import subprocess
import unittest

from lapwing import PEERS, Agent, WebhookReceiver, request, wait_for

CONFIG = """
rules: {{shipped: false}}
route:
  receiver: hook
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  routes:
  - {{matchers: ['team="night"'], receiver: hook, mute_time_intervals: [always]}}
receivers:
- name: hook
  webhook_configs: [{{url: '{url}'}}]
time_intervals:
- name: always
  time_intervals: [{{times: [{{start_time: '00:00', end_time: '24:00'}}], location: Europe/Berlin}}]
"""


class Silence(unittest.TestCase):
    def setUp(self):
        self.hook = self.enterContext(WebhookReceiver())
        self.agent = self.enterContext(Agent("--collectors", "none", config=CONFIG.format(url=self.hook.url)))

    def amtool(self, *words):
        done = subprocess.run([PEERS / "amtool", "--alertmanager.url", self.agent.url, *words],
                              capture_output=True, text=True, timeout=20)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def notified(self, name):
        return [p for p in self.hook.payloads() if p["groupLabels"].get("alertname") == name]

    def test_amtool_adds_finds_and_ends_a_silence(self):
        silence = self.amtool("silence", "add", "alertname=Disk", "instance=~a|b", "--author", "me",
                              "--comment", "a change", "--duration", "1h").strip()
        self.assertIn(silence, self.amtool("silence", "query", "alertname=Disk"))
        self.assertNotIn(silence, self.amtool("silence", "query", "alertname=Other"))
        self.amtool("alert", "add", "alertname=Disk", "instance=a", "--annotation", "summary=full")
        self.amtool("alert", "add", "alertname=Loud")
        wait_for("the alert that is not silenced", 10, lambda: self.notified("Loud"))
        self.assertEqual([], self.notified("Disk"))
        self.assertNotIn("Disk", self.amtool("alert", "query"))
        self.assertIn("Disk", self.amtool("alert", "query", "--silenced"))
        self.amtool("silence", "expire", silence)
        wait_for("the alert whose silence has ended", 10, lambda: self.notified("Disk"))

    def test_amtool_imports_what_it_exported(self):
        self.amtool("silence", "add", "alertname=One", "--author", "me", "--comment", "c", "--duration", "1h")
        exported = self.amtool("silence", "query", "-o", "json")
        path = self.agent.folder / "silences.json"
        path.write_text(json.dumps([{k: v for k, v in s.items() if k not in ("id", "status", "updatedAt")}
                                    for s in json.loads(exported)]))
        self.amtool("silence", "import", str(path))
        self.assertEqual(2, len(json.loads(self.amtool("silence", "query", "-o", "json"))))

    def test_a_muted_route_stays_quiet_and_says_why(self):
        self.amtool("alert", "add", "alertname=Night", "team=night")
        self.amtool("alert", "add", "alertname=Day")
        wait_for("the alert of the route that is not muted", 10, lambda: self.notified("Day"))
        self.assertEqual([], self.notified("Night"))
        _, groups = request(self.agent.url + "/api/v2/alerts/groups")
        muted = [g for g in json.loads(groups) if g["labels"].get("alertname") == "Night"]
        self.assertEqual(["always"], muted[0]["alerts"][0]["status"]["mutedBy"])

    def test_amtool_reads_status_and_configuration(self):
        self.assertIn("receiver: hook", self.amtool("config", "show"))

    def test_silences_outlive_a_kill(self):
        silence = self.amtool("silence", "add", "alertname=X", "--author", "me", "--comment", "c",
                              "--duration", "1h").strip()
        self.agent.stop(9)
        with Agent("--collectors", "none", folder=self.agent.folder, config=CONFIG.format(url=self.hook.url)) as again:
            _, body = request(again.url + "/api/v2/silences")
        self.assertEqual([silence], [s["id"] for s in json.loads(body)])


if __name__ == "__main__":
    unittest.main()
