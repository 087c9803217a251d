"""Targets behind TLS, passwords, proxies and redirects, found in files and lists, by the real binary."""
import base64
import http.server
import json
import signal
import ssl
import subprocess
import threading
import unittest

from lapwing import Agent, wait_for


class Server:
    """Serves `answer(path, headers) -> (status, headers, body)`; remembers what it was asked."""

    def __init__(self, answer, context=None):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                asked.append((self.path, dict(self.headers)))
                status, headers, body = answer(self.path, self.headers)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # A handshake that fails is what some targets do.
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


TEXT = {"Content-Type": "text/plain; version=0.0.4"}


def page(_path, _headers):
    return 200, TEXT, "a 1\n"


def certificates(folder):
    """A server's certificate for target.test and a client's, each its own authority."""
    for name in ("server", "client"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "1", "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:target.test",
                        "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"],
                       check=True, capture_output=True)


def server_context(folder, wants_client):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    if wants_client:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder / "client.crt")
    return context


def job(name, targets, **more):
    return {"job_name": name, "scrape_interval": "1s", "static_configs": [{"targets": targets}], **more}


def config(*jobs):
    return json.dumps({"rules": {"shipped": False}, "scrape_configs": list(jobs)})


def by_pool(agent):
    return {target["scrapePool"]: target for target in agent.api("targets")["activeTargets"]}


def settled(agent, count):
    """The targets by pool once each has been scraped."""
    def known():
        found = by_pool(agent)
        return len(found) == count and all(t["health"] != "unknown" for t in found.values()) and found
    return wait_for(f"{count} targets scraped", 15, known)


class ScrapeAccess(unittest.TestCase):
    def test_tls(self):
        with Agent("--collectors", "none", config="{}\n") as agent:
            folder = agent.folder
            certificates(folder)
            with Server(page, server_context(folder, True)) as strict, Server(page, server_context(folder, False)) as plain:
                target = [f"127.0.0.1:{strict.port}"]
                tls = {"ca_file": "server.crt", "cert_file": "client.crt", "key_file": "client.key",
                       "server_name": "target.test"}
                text = {name: (folder / file).read_text() for name, file in
                        (("ca", "server.crt"), ("cert", "client.crt"), ("key", "client.key"))}
                agent.config.write_text(config(
                    job("files", target, scheme="https", tls_config=tls),
                    job("texts", target, scheme="https", tls_config={"server_name": "target.test", **text}),
                    job("no_certificate", target, scheme="https",
                        tls_config={"ca_file": "server.crt", "server_name": "target.test"}),
                    job("wrong_name", target, scheme="https", tls_config={**tls, "server_name": "other.test"}),
                    job("unknown_authority", [f"127.0.0.1:{plain.port}"], scheme="https"),
                    job("unchecked", [f"127.0.0.1:{plain.port}"], scheme="https",
                        tls_config={"insecure_skip_verify": True, "min_version": "TLS13"}),
                    job("too_old", [f"127.0.0.1:{plain.port}"], scheme="https",
                        tls_config={"insecure_skip_verify": True, "min_version": "TLS10", "max_version": "TLS10"})))
                agent.popen.send_signal(signal.SIGHUP)
                found = settled(agent, 7)
                self.assertEqual({"files": "up", "texts": "up", "no_certificate": "down", "wrong_name": "down",
                                  "unknown_authority": "down", "unchecked": "up", "too_old": "down"},
                                 {name: target["health"] for name, target in found.items()},
                                 {name: target["lastError"] for name, target in found.items()})
                self.assertEqual({f"127.0.0.1:{strict.port}"}, {headers["Host"] for _, headers in strict.asked})

    def test_credentials_follow_their_files_and_stay_with_their_host(self):
        passwords = {"now": "first"}

        def guarded(_path, headers):
            wanted = "Basic " + base64.b64encode(f"me:{passwords['now']}".encode()).decode()
            return page(None, None) if headers.get("Authorization") == wanted else (401, {}, "")

        with Server(guarded) as secret, Server(page) as stranger, \
                Server(lambda *_: (302, {"Location": f"http://127.0.0.1:{stranger.port}/metrics"}, "")) as sends_away, \
                Server(lambda *_: (200, TEXT, "by_proxy 1\n")) as proxy, \
                Agent("--collectors", "none", config="{}\n") as agent:
            (agent.folder / "password").write_text("first\n")
            (agent.folder / "key").write_text("k3y\n")
            agent.config.write_text(config(
                job("basic", [f"127.0.0.1:{secret.port}"], basic_auth={"username": "me", "password_file": "password"}),
                job("bearer", [f"127.0.0.1:{sends_away.port}"], bearer_token="t0ken",
                    http_headers={"X-Api-Key": {"files": ["key"]}}),
                job("proxied", ["nowhere.test:1"], proxy_url=f"http://127.0.0.1:{proxy.port}")))
            agent.popen.send_signal(signal.SIGHUP)
            found = settled(agent, 3)
            self.assertEqual({"up"}, {target["health"] for target in found.values()}, found)
            self.assertEqual("http://nowhere.test:1/metrics", proxy.asked[0][0])
            first = sends_away.asked[0][1]
            self.assertEqual(("Bearer t0ken", "k3y"), (first.get("Authorization"), first.get("X-Api-Key")))
            self.assertEqual([], [headers for _, headers in stranger.asked
                                  if "Authorization" in headers or "X-Api-Key" in headers])
            passwords["now"] = "second"
            wait_for("the old password fails", 5, lambda: by_pool(agent)["basic"]["health"] == "down")
            (agent.folder / "password").write_text("second\n")
            wait_for("the new password is taken", 5, lambda: by_pool(agent)["basic"]["health"] == "up")
            self.assertNotIn("t0ken", agent.get("/api/v1/status/config")[1])

    def test_discovery_and_reload(self):
        lists = {"now": ["127.0.0.1:1"]}

        def listing(path, headers):
            if path != "/list":
                return page(path, headers)
            return 200, {"Content-Type": "application/json"}, json.dumps(
                [{"targets": lists["now"], "labels": {"from": "list"}}])

        with Server(listing) as server, Agent("--collectors", "none", config="{}\n") as agent:
            here = f"127.0.0.1:{server.port}"
            lists["now"] = [here]
            files = agent.folder / "files.json"
            files.write_text(json.dumps([{"targets": [here], "labels": {"from": "file"}}]))
            jobs = [{"job_name": "file", "scrape_interval": "1s", "file_sd_configs": [{"files": ["*.json"]}]},
                    {"job_name": "http", "scrape_interval": "1s",
                     "http_sd_configs": [{"url": f"http://{here}/list", "refresh_interval": "1s"}]},
                    job("dropped", [here, "gone:1"], relabel_configs=[
                        {"source_labels": ["__address__"], "regex": "gone.*", "action": "drop"}])]
            agent.config.write_text(config(*jobs))
            agent.popen.send_signal(signal.SIGHUP)
            found = settled(agent, 3)
            self.assertEqual(["file", "list"], [found[name]["labels"]["from"] for name in ("file", "http")])
            self.assertEqual(str(files), found["file"]["discoveredLabels"]["__meta_filepath"])
            data = agent.api("targets")
            self.assertEqual({"file": 0, "http": 0, "dropped": 1}, data["droppedTargetCounts"])
            self.assertEqual("gone:1", data["droppedTargets"][0]["discoveredLabels"]["__address__"])
            self.assertEqual(["dropped", "file", "http"], agent.api("scrape_pools")["scrapePools"])
            lists["now"] = [here, "127.0.0.1:2"]
            files.write_text("[nonsense")
            wait_for("the list's second target", 5, lambda: len(agent.api("targets", scrapePool="http")["activeTargets"]) == 2)
            agent.config.write_text(config(*jobs[::-1], job("new", [here])))
            agent.popen.send_signal(signal.SIGHUP)
            wait_for("the new job", 5, lambda: "new" in by_pool(agent))
            self.assertEqual("up", by_pool(agent)["file"]["health"])
            self.assertEqual(1, len(agent.query('up{job="file"}')))


if __name__ == "__main__":
    unittest.main()
