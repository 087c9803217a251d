"""Alertmanagers that DNS names hear of a rule's alerts, and others once the records name others."""
import os
import pathlib
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

from lapwing import Agent, WebhookReceiver, wait_for

SERVICE = "_alertmanager._tcp.lapwing.test"
HOST = "am.lapwing.test"
CONFIG = f"""
rules: {{shipped: false}}
rule_files: [flip.yml]
alerting:
  alertmanagers:
  - path_prefix: /prefix
    dns_sd_configs: [{{names: [{SERVICE}], refresh_interval: 1s}}]
"""
# It begins and ends every other second: there is always news to tell.
FLIP = "groups: [{name: g, interval: 1s, rules: [{alert: Flip, expr: 'vector(time()) % 4 < 2'}]}]\n"
SRV, A = 33, 1


def wire_name(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


class Names(socketserver.UDPServer):
    """A DNS server (RFC 1035, 2782) on port 53 that knows one service and one host."""

    def __init__(self):
        self.ports = []  # of the service
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                packet, sender = self.request
                sender.sendto(outer.answer(packet), self.client_address)

        super().__init__(("127.0.0.1", 53), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def answer(self, packet):
        end = packet.index(b"\0", 12) + 1
        name, (kind,) = packet[12:end], struct.unpack(">H", packet[end:end + 2])
        records = []
        if kind == SRV and name.lower() == wire_name(SERVICE):
            records = [struct.pack(">HHH", 0, 0, port) + wire_name(HOST) for port in self.ports]
        elif kind == A and name.lower() == wire_name(HOST):
            records = [bytes([127, 0, 0, 1])]
        answers = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(data)) + data for data in records)
        return packet[:2] + struct.pack(">HHHHH", 0x8580, 1, len(records), 0, 0) + packet[12:end + 4] + answers


def inside():
    """In namespaces of its own, where port 53 and resolv.conf are free to use."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory() as name, WebhookReceiver() as first, WebhookReceiver() as second, Names() as names:
        folder = pathlib.Path(name)
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        subprocess.run(["mount", "--bind", folder / "resolv.conf", "/etc/resolv.conf"], check=True)
        (folder / "flip.yml").write_text(FLIP)
        told = lambda am: [alert for posted in am.payloads() for alert in posted]  # noqa: E731
        names.ports = [first.server.server_port]
        with Agent(folder=folder, config=CONFIG) as agent:
            wait_for("the first hears of the alert", 30, lambda: told(first))
            assert told(first)[0]["labels"]["alertname"] == "Flip", told(first)
            assert not told(second)
            active = agent.api("alertmanagers")["activeAlertmanagers"]
            assert active == [{"url": f"http://{HOST}:{names.ports[0]}/prefix/api/v2/alerts"}], active
            names.ports = [second.server.server_port]
            wait_for("the second hears of it", 30, lambda: told(second))
            wait_for("the first is gone", 30, lambda: [a["url"] for a in agent.api("alertmanagers")["activeAlertmanagers"]] ==
                     [f"http://{HOST}:{names.ports[0]}/prefix/api/v2/alerts"])
            names.ports = []
            wait_for("nobody is left", 30, lambda: agent.api("alertmanagers")["activeAlertmanagers"] == [])


class Alertmanagers(unittest.TestCase):
    def test_those_that_dns_names_are_told(self):
        space = ["unshare", "--net", "--mount", "--propagation", "private"]
        if os.geteuid() != 0 or subprocess.run([*space, "true"], capture_output=True).returncode != 0:
            self.skipTest("namespaces of its own need root")
        done = subprocess.run([*space, sys.executable, __file__, "inside"], capture_output=True, text=True, timeout=180)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)


if __name__ == "__main__":
    inside() if sys.argv[1:] == ["inside"] else unittest.main()
