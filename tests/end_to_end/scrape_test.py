"""Scraping by the real binary: hostile targets harm themselves alone; odd pages become what Prometheus stores."""
import gzip
import http.server
import json
import re
import socket
import threading
import time
import unittest

from lapwing import Agent, wait_for

TEXT = "text/plain; version=0.0.4"
OPEN = "application/openmetrics-text; version=1.0.0"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def hang(peer):
    time.sleep(8)


def drip(peer):
    peer.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    for _ in range(40):
        peer.sendall(b"a")
        time.sleep(0.2)


def endless(peer):
    peer.sendall(HEAD + b"\r\n")
    while True:
        peer.sendall(b"a{x=\"1\"} 1\n" * 10000)


def endless_line(peer):
    peer.sendall(HEAD + b"\r\na{x=\"")
    while True:
        peer.sendall(b"v" * 100000)


def endless_header(peer):
    peer.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        peer.sendall(b"X-More: " + b"y" * 10000 + b"\r\n")


def lies(peer):
    peer.sendall(HEAD + b"Content-Length: 1000\r\n\r\na 1\n")


BOMB = gzip.compress(b"a 1\n" * 4_000_000)


def bomb(peer):
    peer.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB)


def broken_text(peer):
    peer.sendall(HEAD + b"Connection: close\r\n\r\na{x=\"\xff\xfe\"} 1\n")


def many_series(peer):
    body = b"".join(b"many{n=\"%d\"} 1\n" % i for i in range(150_000))
    peer.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def no_http(peer):
    peer.sendall(b"\x00\x01\x02 nothing\r\n\r\n")


class Hostile:
    """One port a behaviour: each connection's request is read, then the behaviour has the socket."""

    def __init__(self, behaviour):
        self.behaviour = behaviour
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=[peer], daemon=True).start()

    def answer(self, peer):
        with peer:
            try:
                peer.recv(65536)
                self.behaviour(peer)
            except OSError:
                pass


class Pages(http.server.ThreadingHTTPServer):
    """/NAME answers the next of its pages (type, body), the last for ever."""

    daemon_threads = True

    def __init__(self, pages):
        self.pages, self.turns = pages, {}
        super().__init__(("127.0.0.1", 0), PageHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class PageHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path[1:]
        turn = self.server.turns.setdefault(name, 0)
        self.server.turns[name] += 1
        pages = self.server.pages[name]
        type, body = pages[min(turn, len(pages) - 1)]
        self.send_response(200)
        if type is not None:
            self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def configuration(jobs, interval="1s"):
    return json.dumps({"global": {"scrape_interval": interval, "scrape_timeout": interval}, "rules": {"shipped": False}, "scrape_configs": jobs})


def job(name, address, **options):
    return {"job_name": name, "static_configs": [{"targets": [address]}], **options}


class Scrape(unittest.TestCase):
    def test_hostile_targets_harm_themselves_alone(self):
        behaviours = [hang, drip, endless, endless_line, endless_header, lies, bomb, broken_text, many_series, no_http]
        good = Pages({"good": [(TEXT, "good 1\n")]})
        hostile = {b.__name__: Hostile(b) for b in behaviours}
        jobs = [job(name, f"127.0.0.1:{one.port}", body_size_limit="8MB", sample_limit=100000) for name, one in hostile.items()]
        jobs += [{**job("good", f"127.0.0.1:{good.server_address[1]}"), "metrics_path": "/good"}]
        with Agent(config=configuration(jobs)) as agent:
            wait_for("every target's first end", 15, lambda: len(agent.query('up{job=~".+"} unless up{job=~"node|lapwing"}')) == len(jobs))
            time.sleep(5)  # A few real scrapes among them.
            times = [t for t, _ in agent.api("query", query="good[5s]")["result"][0]["values"]]
            self.assertGreaterEqual(len(times), 4)
            self.assertTrue(all(t % 1 == 0 for t in times), f"the good target was scraped late: {times}")
            health = {t["scrapePool"]: (t["health"], t["lastError"]) for t in agent.api("targets")["activeTargets"]}
            self.assertEqual(("up", ""), health.pop("good"))
            for name, (state, error) in health.items():
                self.assertEqual("down", state, name)
                self.assertTrue(error, name)
            self.assertIn("body_size_limit", health["endless"][1])
            self.assertIn("body_size_limit", health["bomb"][1])
            self.assertIn("sample_limit", health["many_series"][1])
            self.assertIn("UTF-8", health["broken_text"][1])
            self.assertEqual([], agent.query("many"))
            for limit in ("sample", "body_size"):
                wait_for(f"the count of {limit}", 10, lambda limit=limit: re.search(
                    rf'lapwing_scrape_limit_hits_total\{{limit="{limit}"\}} [1-9]', agent.get("/metrics")[1]))

    def test_odd_pages_become_what_prometheus_stores(self):
        """A few cases of `./dev prove scrape`; what is expected was recorded from Prometheus 3.5."""
        cases = {
            "crlf": ([(TEXT, "a 1\r\n")], {"up": "0"}),
            "no_comma": ([(TEXT, 'a{x="1"y="2"} 3')], {"up": "1", "a": "3"}),
            "no_end": ([(OPEN, "a 1\n")], {"up": "0"}),
            "exemplar": ([(OPEN, 'a_total 1 # {t="x"} 2 3\n# EOF\n')], {"up": "1", "a_total": "1"}),
            "no_type": ([(None, "a 1\n")], {"up": "0"}),
            "twice": ([(TEXT, "a 1\na 2\n")], {"up": "1", "a": "1"}),
            "quoted": ([(TEXT, '{"a.b"} 1\n')], {"up": "1", "a.b": "1"}),
            "vanishes": ([(TEXT, "a 1\nb 1\n"), (TEXT, "b 2\n")], {"up": "1", "b": "2"}),
            # What stood before the fault keeps its older sample; what comes after it is stale.
            "half": ([(TEXT, "a 1\nb 1\n"), (TEXT, "a 2\n!\nb 2\n")], {"up": "0", "a": "1"}),
        }
        target = Pages({name: pages for name, (pages, _) in cases.items()})
        jobs = [{**job(name, f"127.0.0.1:{target.server_address[1]}"), "metrics_path": "/" + name} for name in cases]
        with Agent("--collectors", "none", config=configuration(jobs, "2s")) as agent:
            wait_for("two scrapes of each", 15, lambda: len(target.turns) == len(cases) and min(target.turns.values()) >= 2)
            for name, (_, expected) in cases.items():
                def stored(name=name):
                    # Right behind the second scrape: a broken page's third one would find less.
                    ups = agent.api("query", query=f'up{{job="{name}"}}[1m]')["result"]
                    if not ups or len(ups[0]["values"]) < 2:
                        return None
                    second = ups[0]["values"][1][0]
                    found = agent.api("query", query=f'{{job="{name}"}}', time=f"{second + 0.5}")["result"]
                    return {s["metric"]["__name__"]: s["value"][1] for s in found if not s["metric"]["__name__"].startswith("scrape_")}
                self.assertEqual(expected, wait_for(name, 5, stored), name)


if __name__ == "__main__":
    unittest.main()
