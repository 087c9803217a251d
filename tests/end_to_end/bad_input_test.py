"""The wrong input on purpose: one clear line and a non-zero exit, or the agent runs on and says so."""
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from lapwing import BINARY, Agent, Process, request, wait_for


class BadInput(unittest.TestCase):
    def refuse(self, process, *words):
        """The agent has ended with a failure, in one line that holds each of the words."""
        with process:
            wait_for("the agent gives up", 20, lambda: process.popen.poll() is not None)
            complaints = [l for l in process.output().splitlines() if "error" in l.lower() or "lapwing" in l]
            self.assertNotEqual(0, process.popen.returncode)
            for word in words:
                self.assertTrue(any(word in line for line in complaints), f"no {word!r} in:\n{process.output()}")

    def test_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.refuse(Agent(listen=f"127.0.0.1:{port}", wait=False), f"127.0.0.1:{port}", "in use", "--listen")

    def test_a_locked_data_folder(self):
        with tempfile.TemporaryDirectory() as folder, Agent(folder=folder):
            self.refuse(Agent(folder=folder, wait=False), folder, "another")

    def test_an_unusable_data_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "data").write_text("a file is in the way")
            self.refuse(Agent(folder=folder, wait=False), f"{folder}/data")

    def test_a_broken_configuration(self):
        self.refuse(Agent(config="store:\n  retenton: {}\n", wait=False), "lapwing.yml:2:3", "retenton", "retention")
        self.refuse(Agent(config="global: [\n", wait=False), "lapwing.yml:")
        self.refuse(Agent("--config", "/nowhere/lapwing.yml", wait=False), "/nowhere/lapwing.yml")

    def test_a_broken_rule_file(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "bad.yml").write_text("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(\n")
            self.refuse(Agent(folder=folder, config="rule_files: [bad.yml]\n", wait=False), "bad.yml:5", "parse error")

    def test_unknown_options_and_commands(self):
        for words, near in ((["run", "--lsten", "x"], "--listen"), (["rnu"], "run"), (["query"], "EXPR")):
            result = subprocess.run([BINARY, *words], capture_output=True, text=True)
            self.assertEqual(2, result.returncode)
            self.assertIn(near, result.stderr)

    def test_a_damaged_database_is_set_aside_and_the_agent_runs_on(self):
        with tempfile.TemporaryDirectory() as folder:
            with Agent(folder=folder) as agent:
                wait_for("samples", 15, lambda: agent.query("node_load1"))
                agent.stop()
            damaged = [p for p in pathlib.Path(folder, "data").rglob("*") if p.is_file() and p.stat().st_size > 100]
            self.assertTrue(damaged)
            for path in damaged:
                size = path.stat().st_size
                path.write_bytes(os.urandom(min(size, 4096)) + path.read_bytes()[4096:])
            with Agent(folder=folder) as agent:
                wait_for("samples again", 15, lambda: agent.query("node_load1"))
                self.assertIn("set aside", agent.output())

    def test_a_reload_swaps_the_whole_plan_or_changes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            rules = pathlib.Path(folder, "r.yml")
            rules.write_text("groups: [{name: mine, rules: [{record: 'a:one', expr: '1'}]}]\n")
            with Agent(folder=folder, config="rule_files: [r.yml]\nrules: {shipped: false}\n") as agent:
                self.assertEqual(["mine"], groups(agent))
                rules.write_text("groups: [{name: broken, rules: [{record: 'a:one', expr: 'sum('}]}]\n")
                status, text = request(f"{agent.url}/-/reload", "POST")
                self.assertEqual(500, status)
                self.assertIn("r.yml:1", text)
                self.assertEqual(["mine"], groups(agent))
                rules.write_text("groups: [{name: theirs, rules: [{record: 'a:one', expr: '1'}]}]\n")
                self.assertEqual(200, request(f"{agent.url}/-/reload", "POST")[0])
                self.assertEqual(["theirs"], groups(agent))
                rules.write_text("groups: [{name: third, rules: [{record: 'a:one', expr: '1'}]}]\n")
                agent.popen.send_signal(signal.SIGHUP)
                wait_for("the reload by SIGHUP", 10, lambda: groups(agent) == ["third"])

    def test_secrets_are_never_shown(self):
        config = ("route: {receiver: hook}\nreceivers:\n- name: hook\n  webhook_configs:\n"
                  "  - url: http://127.0.0.1:1/x\n    http_config: {basic_auth: {username: u, password: s3cr3t-word}}\n")
        with Agent("--log-level", "debug", config=config) as agent:
            shown = agent.get("/api/v1/status/config")[1] + agent.get("/metrics")[1] + agent.output()
            self.assertNotIn("s3cr3t-word", shown)
            self.assertIn("<secret>", agent.get("/api/v1/status/config")[1])

    def test_a_full_disk_stops_writing_and_nothing_else(self):
        if os.geteuid() != 0:
            self.skipTest("mounting a small tmpfs needs root")
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder, "data")
            data.mkdir()
            mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", data], capture_output=True)
            if mounted.returncode != 0:
                self.skipTest("cannot mount here")
            try:
                with Agent(folder=folder) as agent:
                    wait_for("samples", 15, lambda: agent.query("node_load1"))
                    filler = data / "filler"
                    # What is left of the files' last pages takes some seconds to fill, and the
                    # reserve of state.db comes back to the disk when that is full.
                    wait_for("the trouble is told", 30, lambda: fill(filler) and store_trouble(agent))
                    until = time.monotonic() + 3  # The real disk is full for a few real seconds.
                    while time.monotonic() < until:
                        fill(filler)
                        time.sleep(0.1)
                    self.assertLess(time.time() - newest(agent), 3, "collecting went on")
                    wait_for("it is told as long as it lasts", 10, lambda: fill(filler) and store_trouble(agent))
                    filler.unlink()
                    wait_for("writing again", 60, lambda: not store_trouble(agent))
                    agent.stop()
            finally:
                subprocess.run(["umount", "-l", data])


def fill(path):
    """Takes what room the disk has left; true, for use in a condition."""
    with open(path, "ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    return True


def store_trouble(agent):
    return agent.api("status/lapwing")["store"]["trouble"]


def newest(agent):
    return agent.query("timestamp(node_load1)")[0][1]


def groups(agent):
    return [g["name"] for g in agent.api("rules")["groups"]]


if __name__ == "__main__":
    unittest.main()
