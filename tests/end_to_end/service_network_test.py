"""TCP by service, in a network name space of its own: short connections count too, to the byte."""
import socket
import threading
import time
import unittest

from lapwing import Agent, wait_for
from own_network import in_own_network

CONFIG = """
collectors: {service_network: {interval: 1s}}
services:
  limit: 500
  rules: [{name: asked, port: %d}]
"""
ASKED, ANSWERED = 1000, 300
CONNECTIONS = 400
# The kernel counts the end of a stream as one byte received.
END = 1


class Server:
    """Reads ASKED bytes of each connection, answers ANSWERED, closes."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(ASKED, socket.MSG_WAITALL)
                connection.sendall(b"a" * ANSWERED)

    def ask(self):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b"q" * ASKED)
            while connection.recv(4096):
                pass


class ServiceNetwork(unittest.TestCase):
    def test_short_connections_count_to_the_byte(self):
        in_own_network(self.short_connections)

    def short_connections(self):
        server = Server()
        with Agent(config=CONFIG % server.port) as agent:
            def values(name):
                return {labels["service"]: value for labels, value in agent.query(
                    f"sum by (service) (service_{name})")}

            # For its first seconds a process counts as what started it.
            service = "asked"
            wait_for("both that listen have their names", 30,
                     lambda: {"lapwing", service} <= set(values("tcp_accept_queue_limit")))
            agent.query("up")  # the first connection of the agent's own
            incoming = 'tcp_connections_opened_total{direction="in"}'
            before = values("network_receive_bytes_total")
            sent, accepted = values("network_transmit_bytes_total")[service], values(incoming)[service]
            for _ in range(CONNECTIONS):
                server.ask()
            expected = before[service] + CONNECTIONS * (ASKED + END)
            wait_for("the service's bytes", 20, lambda: values("network_receive_bytes_total")[service] >= expected)
            time.sleep(1.1)  # nothing comes after it: not a byte is counted twice
            self.assertEqual(expected, values("network_receive_bytes_total")[service])
            self.assertEqual(CONNECTIONS * ANSWERED, values("network_transmit_bytes_total")[service] - sent)
            self.assertEqual(CONNECTIONS, values(incoming)[service] - accepted)
            # The other ends went between two looks, so that nobody knows whose they were.
            other = values("network_receive_bytes_total")["other"] - before.get("other", 0)
            self.assertGreaterEqual(other, CONNECTIONS * (ANSWERED + END))
            self.assertEqual([0], [value for _, value in agent.query("service_network_lost_reports_total")])
            self.held_connection(agent, server, service)
            self.full_queue(agent, values, service)

    def held_connection(self, agent, server, service):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"q" * 10)
            states = f'service_tcp_connections{{service="{service}",state="established"}}'
            wait_for("an open connection", 10, lambda: agent.query(states + " >= 1"))
            self.assertTrue(agent.query(f'service_tcp_round_trip_seconds{{service="{service}"}} > 0'))
            connection.sendall(b"q" * ASKED)

    def full_queue(self, agent, values, service):
        """Somebody who does not accept: its queue fills, then what comes is dropped."""
        with socket.create_server(("127.0.0.1", 0), backlog=1) as lazy:
            callers = []
            for _ in range(6):
                caller = socket.socket()
                caller.setblocking(False)
                caller.connect_ex(lazy.getsockname())
                callers.append(caller)
            wait_for("a full queue", 10, lambda: values("tcp_accept_queue_ratio").get(service, 0) >= 1)
            wait_for("dropped connections", 10,
                     lambda: values("tcp_accept_queue_overflows_total").get(service, 0) > 0)
            for caller in callers:
                caller.close()


if __name__ == "__main__":
    unittest.main()
