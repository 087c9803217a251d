"""Queries that take long: they keep nobody else waiting, and end with the client that asked."""
import contextlib
import select
import socket
import unittest
import urllib.parse

from lapwing import Agent, wait_for

# Needs no data: a window of a day of seconds is sorted anew at each of 10,000 steps.
LONG = "/api/v1/query_range?" + urllib.parse.urlencode(
    {"query": "quantile_over_time(0.5, vector(time())[1d:1s])", "start": 0, "end": 1_000_000, "step": 100})
AT_ONCE, WAITING = 2, 64


class QueryLoad(unittest.TestCase):
    def ask(self, stack):
        peer = stack.enter_context(socket.create_connection(("127.0.0.1", self.agent.port), timeout=20))
        peer.sendall(f"GET {LONG} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        return peer

    def test_long_queries_leave_room_and_end_with_their_clients(self):
        with Agent(config="rules: {shipped: false}\n") as self.agent:
            with contextlib.ExitStack() as stack:
                peers = []
                for _ in range(AT_ONCE + WAITING + 1):
                    peers.append(self.ask(stack))
                # One too many, or a few where they came faster than the workers took them.
                refused, _, _ = select.select(peers, [], [], 20)
                self.assertTrue(refused)
                self.assertLessEqual(len(refused), 1 + AT_ONCE)
                self.assertTrue(refused[0].recv(100).startswith(b"HTTP/1.1 503 "))
                for path in ("/-/healthy", "/-/ready", "/", "/metrics", "/api/v1/rules", "/api/v1/status/buildinfo"):
                    self.assertEqual(200, self.agent.get(path)[0], path)
            wait_for("the queries have gone", 20, lambda: self.agent.get("/api/v1/query", query="1+1")[0] == 200)
            self.assertEqual("2", self.agent.api("query", query="1+1")["result"][1])

    def test_a_query_stops_at_its_time_out(self):
        with Agent("--collectors", "none", config="rules: {shipped: false}\n") as self.agent:
            status, text = self.agent.get(LONG.split("?")[0], **dict(urllib.parse.parse_qsl(LONG.split("?")[1])), timeout="300ms")
            self.assertEqual(503, status)
            self.assertIn('"errorType":"timeout"', text)
            wait_for("it has stopped", 5, lambda: self.agent.api("query", query="1+1")["result"][1] == "2")


if __name__ == "__main__":
    unittest.main()
