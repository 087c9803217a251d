"""The real binary under test: starts it on a free port, talks to it, ends it by process id."""
import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("LAPWING", ROOT / "build/release/lapwing"))
PEERS = ROOT / "build/peers/usr/bin"
SERVING = re.compile(r"http://[^\s/]*:(\d+)")


def wait_for(what, seconds, condition, interval=0.1):
    """Polls until condition() is truthy and returns it; fails after `seconds` with what was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(interval)


def free_port():
    """A port below 32768 that nobody listens on now, for programs that cannot be asked for port 0."""
    for port in range(21000 + os.getpid() % 5000, 32000):
        with contextlib.closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                with contextlib.suppress(OSError):
                    probe.bind(("127.0.0.1", port))
                    return port
    raise AssertionError("no free port")


class Process:
    """A program that ends with the test; its standard error is kept."""

    def __init__(self, *command, **options):
        self.log = tempfile.TemporaryFile("w+")
        self.popen = subprocess.Popen([str(c) for c in command], stdout=self.log, stderr=subprocess.STDOUT,
                                      stdin=subprocess.DEVNULL, **options)

    @property
    def pid(self):
        return self.popen.pid

    def output(self):
        # pread leaves the child's write position alone.
        size = os.fstat(self.log.fileno()).st_size
        return os.pread(self.log.fileno(), size, 0).decode("utf-8", "replace")

    def stop(self, signal_number=signal.SIGTERM, seconds=15):
        if self.popen.poll() is None:
            self.popen.send_signal(signal_number)
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
                raise AssertionError(f"{self.popen.args[0]} did not stop within {seconds} s:\n{self.output()}")
        return self.popen.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(AssertionError):
            self.stop()
        self.log.close()


class Agent(Process):
    """`lapwing run` on a port of the kernel's choice, in a folder of its own."""

    def __init__(self, *options, folder=None, config=None, listen="127.0.0.1:0", wait=True, **popen):
        self.owned = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="lapwing-"))
        words = [BINARY, "run", "--data", self.folder / "data", "--listen", listen]
        if config is not None:
            self.config = self.folder / "lapwing.yml"
            self.config.write_text(config)
            words += ["--config", self.config]
        super().__init__(*words, *options, **popen)
        self.port = None
        if wait:
            self.await_serving()

    def await_serving(self, seconds=20):
        def serving():
            if self.popen.poll() is not None:
                raise AssertionError(f"the agent ended with {self.popen.returncode}:\n{self.output()}")
            return SERVING.search(self.output())
        self.port = int(wait_for("the agent serves", seconds, serving, 0.02)[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def get(self, path, **parameters):
        """(status, text) of a GET."""
        return request(self.url + path + ("?" + urllib.parse.urlencode(parameters, True) if parameters else ""))

    def api(self, path, **parameters):
        """The `data` of an API call that succeeds."""
        status, text = self.get("/api/v1/" + path, **parameters)
        answer = json.loads(text)
        assert status == 200 and answer["status"] == "success", f"{path} {parameters}: {status} {text[:500]}"
        return answer["data"]

    def query(self, expression, **parameters):
        """An instant vector as [({labels}, value)]."""
        data = self.api("query", query=expression, **parameters)
        return [(r["metric"], float(r["value"][1])) for r in data["result"]]

    def __exit__(self, *details):
        super().__exit__(*details)
        if self.owned:
            shutil.rmtree(self.folder, ignore_errors=True)


def request(url, method="GET", body=None, headers=None, seconds=10):
    """(status, text), whatever the status."""
    call = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(call, timeout=seconds) as answer:
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8")


class WebhookReceiver:
    """Keeps what is POSTed to it as (monotonic time, JSON); answers with `status`."""

    def __init__(self, status=200):
        self.status = status
        self.received = []
        self.arrived = threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.arrived:
                    outer.received.append((time.monotonic(), json.loads(body)))
                    outer.arrived.notify_all()
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def wait(self, what, seconds, wanted):
        """The first (time, payload) for which wanted(payload)."""
        def find():
            return next(((t, p) for t, p in self.received if wanted(p)), None)
        with self.arrived:
            if not self.arrived.wait_for(find, seconds):
                raise AssertionError(f"{what}: not within {seconds} s; received {len(self.received)} notifications")
            return find()

    def payloads(self):
        with self.arrived:
            return [payload for _, payload in self.received]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
