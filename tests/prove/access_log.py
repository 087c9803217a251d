#!/usr/bin/env python3
# Access logs: a real nginx under load while its log is renamed, copied and truncated; every request counted once.
"""The counts of /metrics must be those of the requests sent, to the last one, by method and class of status; the sum of
the durations that of all $request_time in all files."""
import collections
import http.client
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
from lapwing import PEERS, Agent, Process, free_port, request, wait_for  # noqa: E402

SAMPLE = re.compile(r'^nginx_http_requests_total\{service="shop",host="[^"]*",method="(\w+)",status="(\w+)"\} (\S+)', re.M)
PATHS = {"/": "2xx", "/moved": "3xx", "/missing": "4xx", "/broken": "5xx"}


class Load:
    """Threads that ask as fast as they are answered, until they are told to pause."""

    def __init__(self, port, threads=3):
        self.port, self.sent = port, collections.Counter()
        self.go, self.over, self.lock = threading.Event(), False, threading.Lock()
        self.idle = threading.Semaphore(0)
        self.threads = [threading.Thread(target=self.run, args=(i,), daemon=True) for i in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        turn = number
        while not self.over:
            if not self.go.is_set():
                self.idle.release()
                self.go.wait()
                continue
            turn += 1
            if number == 0 and turn % 20 == 0:
                connection.request("GET", "/slow", headers={"Host": "shop0.example"})
                connection.getresponse().read()
                with self.lock:
                    self.sent["GET", "2xx"] += 1
                continue
            path = list(PATHS)[turn % 4]
            method = ("GET", "GET", "POST", "HEAD", "BREW")[turn % 5]
            connection.request(method, path, headers={"Host": f"shop{turn % 3}.example"})
            connection.getresponse().read()
            with self.lock:
                self.sent[method if method != "BREW" else "other", PATHS[path]] += 1
        connection.close()

    def resume(self):
        self.go.set()

    def pause(self):
        """Returns when no request is out."""
        while self.idle.acquire(blocking=False):
            pass
        self.go.clear()
        for _ in self.threads:
            self.idle.acquire()

    def stop(self):
        self.over = True
        self.go.set()
        for thread in self.threads:
            thread.join()


def counted(agent):
    found = collections.Counter()
    for method, status, value in SAMPLE.findall(agent.get("/metrics")[1]):
        found[method, status] += int(float(value))
    return found


def expect(agent, what, wanted):
    """Waits for the counts to be those; they must stay."""
    try:
        wait_for(what, 20, lambda: counted(agent) == wanted, 0.3)
        time.sleep(2.5)
    except AssertionError:
        pass
    found = counted(agent)
    differ = {key: (wanted[key], found[key]) for key in wanted | found if wanted[key] != found[key]}
    print(f"{what}: {sum(wanted.values())} requests sent, {sum(found.values())} counted"
          + (f", DIFFERENT: {differ}" if differ else ", all alike"))
    return not differ


def main():
    nginx = shutil.which("nginx") or PEERS.parent / "sbin/nginx"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        port = free_port()
        log = folder / "access.log"
        locations = "".join(f"location = {path} {{ return {code} 'x'; }}\n" for path, code in
                            (("/", 200), ("/moved", 302), ("/missing", 404), ("/broken", 503)))
        (folder / "slow").write_text("x")  # a file that nginx gives out at a rate, so that requests take time
        (folder / "nginx.conf").write_text(f"""
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 2; user root;
events {{}}
http {{ log_format own '$host "$request" $status $request_time'; access_log {log} own; keepalive_requests 1000000;
  limit_req_zone $binary_remote_addr zone=slow:1m rate=5r/s; root {folder};
  server {{ listen 127.0.0.1:{port}; {locations}
    location = /slow {{ limit_req zone=slow burst=1000; }} }} }}
""")
        config = f"access_logs: [{{path: {log}, service: shop, format: '$host \"$request\" $status $request_time'}}]\n"
        with Process(nginx, "-c", folder / "nginx.conf", "-p", folder) as server:
            wait_for("nginx", 10, lambda: log.exists())
            passed = run(folder, log, port, server, config)
    print("passed" if passed else "FAILED")
    sys.exit(0 if passed else 1)


def rename(folder, log, server, number):
    """As logrotate does: rename, then tell nginx, which has gone on writing meanwhile."""
    log.rename(folder / f"access.log.{number}")
    time.sleep(0.7)
    server.popen.send_signal(signal.SIGUSR1)
    time.sleep(1.5)


def run(folder, log, port, server, config):
    passed = True
    load = Load(port)
    (folder / "agent").mkdir()
    with Agent(folder=folder / "agent", config=config) as agent:
        wait_for("the collector", 10, lambda: "lapwing_access_log_lines_total" in agent.get("/metrics")[1])
        load.resume()
        time.sleep(3)
        for number in range(1, 4):
            rename(folder, log, server, number)
        load.pause()
        passed &= expect(agent, "three renames under load", load.sent)
        for number in range(4, 7):
            load.resume()
            time.sleep(1.3 + number / 10)
            load.pause()  # logrotate loses what comes between its copy and its cut; that is not ours to find
            shutil.copyfile(log, folder / f"access.log.{number}")
            with log.open("r+") as file:
                file.truncate(0)
        load.resume()
        time.sleep(1.5)
        load.pause()
        passed &= expect(agent, "three copies and cuts", load.sent)
        with log.open("a") as file:
            file.write("nonsense\n" * 7 + "x" * 200_000 + "\n")
        time.sleep(2.5)
        page = agent.get("/metrics")[1]
        for result, wanted in (("malformed", 7), ("too_long", 1)):
            right = re.search(rf'lapwing_access_log_lines_total\{{.*result="{result}"\}} {wanted}$', page, re.M)
            print(f"{wanted} lines {result}:", "counted" if right else "NOT counted")
            passed &= bool(right)
        passed &= durations(folder, page)
    before = collections.Counter(load.sent)
    load.resume()  # while no agent runs
    time.sleep(1)
    rename(folder, log, server, 9)
    load.pause()
    with Agent(folder=folder / "agent", config=config) as agent:
        passed &= expect(agent, "a restart with a rename while it was down", load.sent - before)
    load.stop()
    return passed


def durations(folder, page):
    written = count = 0
    for file in folder.glob("access.log*"):
        for line in file.read_text().splitlines():
            if line.startswith("shop"):
                count += 1
                written += round(float(line.rsplit(" ", 1)[1]) * 1000)
    sums = [float(v) for v in re.findall(r"^nginx_http_request_duration_seconds_sum\{.*\} (\S+)", page, re.M)]
    counts = [float(v) for v in re.findall(r"^nginx_http_request_duration_seconds_count\{.*\} (\S+)", page, re.M)]
    right = abs(sum(sums) * 1000 - written) < 1 and sum(counts) == count
    print(f"durations: {written} ms of {count} requests in nginx's files, {sum(sums) * 1000:.0f} ms of {sum(counts):.0f} counted")
    return right


if __name__ == "__main__":
    main()
