"""Passive latency of a real service on loopback: counted exactly, in time, switched off, and missing without its capability."""
import contextlib
import os
import re
import socket
import tempfile
import threading
import time
import unittest

from lapwing import Agent, wait_for


class SlowEcho:
    """A line is answered after 50 ms, many connections one after the other."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                with peer:
                    while line := peer.recv(1000):
                        time.sleep(0.05)
                        peer.sendall(line)

    def ask(self, count):
        with socket.create_connection(("127.0.0.1", self.port), 5) as client:
            for _ in range(count):
                client.sendall(b"hello\n")
                client.recv(1000)

    def __exit__(self, *_):
        self.listener.close()


def may_capture():
    with contextlib.suppress(OSError):
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0).close()
        return True
    return False


def metrics(agent, name):
    return {m[1]: float(m[2]) for m in re.finditer(rf"^{name}\{{(.*)\}} (\S+)$", agent.get("/metrics")[1], re.M)}


class Latency(unittest.TestCase):
    @unittest.skipUnless(may_capture(), "no CAP_NET_RAW here")
    def test_turns_of_a_service_are_counted_and_timed(self):
        with SlowEcho() as service, Agent() as agent:
            mark = f'port="{service.port}"'

            def count():
                return sum(v for k, v in metrics(agent, "service_latency_seconds_count").items() if mark in k)

            def known():
                service.ask(1)
                time.sleep(0.3)
                return count()
            wait_for("the service", 30, known)
            time.sleep(2.5)  # what was asked before is counted
            before = count()
            service.ask(20)
            wait_for("the turns", 20, lambda: count() >= before + 20)
            time.sleep(1.5)
            self.assertEqual(count(), before + 20)
            median = [v for k, v in metrics(agent, "service_latency_quantile_seconds").items() if mark in k and '"0.5"' in k]
            self.assertGreaterEqual(median[0], 0.048)
            self.assertLess(median[0], 0.5)

    def test_switched_off_there_is_none(self):
        with Agent("--latency", "off") as agent:
            time.sleep(1.5)
            self.assertNotIn("service_latency_", agent.get("/metrics")[1])

    @unittest.skipUnless(os.geteuid() == 0, "needs root to give it up")
    def test_without_its_capability_it_says_so_once_and_the_rest_runs(self):
        with tempfile.TemporaryDirectory(prefix="lapwing-latency-") as folder:
            os.chown(folder, 65534, 65534)
            self.run_as_nobody(folder)

    def run_as_nobody(self, folder):
        with Agent(user=65534, group=65534, extra_groups=[], folder=folder) as agent:
            wait_for("the host's metrics", 10, lambda: "node_cpu_seconds_total" in agent.get("/metrics")[1])
            self.assertEqual(agent.output().count("CAP_NET_RAW"), 1)
            self.assertNotIn("service_latency_", agent.get("/metrics")[1])


if __name__ == "__main__":
    unittest.main()
