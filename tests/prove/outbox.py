#!/usr/bin/env python3
# Notifications under kill -9, bad receivers, a full disk and a hanging one: none lost, none told twice as news.
import argparse
import collections
import json
import pathlib
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
from lapwing import Agent, WebhookReceiver, request, wait_for  # noqa: E402

CONFIG = """
rules: {{shipped: false}}
rule_files: [always.yml]
route: {{receiver: hook, group_by: [group], group_wait: 0s, group_interval: 1s}}
receivers:
- name: hook
  webhook_configs: [{{url: '{url}', timeout: 1s}}]
"""
ALWAYS = "groups: [{name: g, interval: 1s, rules: [{alert: Always, expr: vector(1), labels: {group: rule}}]}]\n"
FAR = "2099-01-01T00:00:00Z"

failures = []


def check(fine, what):
    if not fine:
        failures.append(what)
        print(f"  FAILED: {what}")


class HostileReceiver:
    """A webhook that drops, hangs, answers 500, or takes a notification and resets; by `mood`, all of them or none."""

    def __init__(self, seed):
        self.mood = "bad"
        self.taken = []  # (idempotency key, payload): what the receiver has worked with
        self.behaviour = collections.Counter()
        self.chance = random.Random(seed)
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/hook"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with connection:
                while self.one(connection):
                    pass
        except OSError:
            pass

    def one(self, connection):
        how = "take" if self.mood == "good" else self.chance.choice(
            ["take", "take", "drop", "drop late", "hang", "500", "take and reset"])
        with self.lock:
            self.behaviour[how] += 1
        if how == "drop":
            return False
        read = read_request(connection)
        if read is None:
            return False
        path, headers, body = read
        if path != "/hook":  # Another program, which takes this port for one that it knew.
            return False
        if how.startswith("take"):
            with self.lock:
                self.taken.append((headers.get("idempotency-key"), json.loads(body)))
        if how == "take and reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if how == "hang":
            time.sleep(1.5)
        if how in ("hang", "drop late"):
            return False
        status = b"500 Internal Server Error" if how == "500" else b"200 OK"
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
        return True

    def told(self):
        """(alert's n, status) → [idempotency key of each notification that had it]."""
        news = collections.defaultdict(list)
        with self.lock:
            for key, payload in self.taken:
                for alert in payload["alerts"]:
                    news[alert["labels"].get("n", alert["labels"]["alertname"]), alert["status"]].append(key)
        return news

    def close(self):
        self.listener.close()


def read_request(connection):
    text = b""
    while b"\r\n\r\n" not in text:
        more = connection.recv(65536)
        if not more:
            return None
        text += more
    head, body = text.split(b"\r\n\r\n", 1)
    path = head.decode().split(" ")[1]
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    headers = {name.lower(): value for name, value in headers.items()}
    while len(body) < int(headers["content-length"]):
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return path, headers, body


def post(url, n, ended=False):
    """Whether the agent has answered that it took the alert."""
    alert = {"labels": {"alertname": "Posted", "n": str(n), "group": str(n)}, "startsAt": "2026-01-01T00:00:00Z",
             "endsAt": "2026-01-01T00:00:01Z" if ended else FAR}
    try:
        status, _ = request(url + "/api/v2/alerts", "POST", json.dumps([alert]).encode(),
                            {"Content-Type": "application/json"}, seconds=5)
    except OSError:
        return False
    return status == 200


def kills(count, seed):
    chance = random.Random(seed)
    receiver = HostileReceiver(seed)
    due, ending, number = set(), [], 0
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "always.yml").write_text(ALWAYS)
        config = CONFIG.format(url=receiver.url)
        for _ in range(count):
            with Agent("--collectors", "none", folder=folder, config=config) as agent:
                killer = threading.Timer(chance.uniform(0, 0.4), agent.popen.send_signal, [signal.SIGKILL])
                killer.start()
                while agent.popen.poll() is None:
                    # An alert ends only once its beginning was told: what ends before is told to nobody, rightly.
                    begun = [n for n in ending if (str(n), "firing") in receiver.told()]
                    if begun and chance.random() < 0.4:
                        n = begun[0]
                        if post(agent.url, n, ended=True):
                            ending.remove(n)
                            due.add((str(n), "resolved"))
                    else:
                        number += 1
                        if post(agent.url, number):
                            due.add((str(number), "firing"))
                            if chance.random() < 0.3:
                                ending.append(number)
                    time.sleep(chance.uniform(0, 0.05))
                killer.join()
                agent.popen.wait()
        receiver.mood = "good"
        with Agent("--collectors", "none", folder=folder, config=config) as agent:
            due.add(("Always", "firing"))
            wait_for("all that was due", 60 + count / 5, lambda: due <= set(receiver.told()))
            # Whatever would be told twice: nothing waits, and each group has come to its next interval.
            wait_for("an empty outbox", 30, lambda: nothing_waits(agent))
            time.sleep(1.2)
            wait_for("an outbox that stays empty", 30, lambda: nothing_waits(agent))
            dead = agent.api("history/dead_letters")
    told = receiver.told()
    lost = sorted(due - set(told))
    others = {news: keys for news, keys in told.items() if len(set(keys)) > 1}
    again = sum(len(keys) - 1 for keys in told.values())
    print(f"{count} kills: {len(due)} news due, {len(lost)} lost; {again} told again with the same key, "
          f"{len(others)} with another; the receiver was {dict(receiver.behaviour)}")
    check(not lost, f"lost: {lost[:10]}")
    check(not others, f"told again with another key: {list(others.items())[:5]}")
    check(not any(key is None for keys in told.values() for key in keys), "a notification without a key")
    check(("Always", "resolved") not in told, "a kill ended a rule's alert")
    check(not dead, f"dead letters: {dead[:3]}")
    receiver.close()


def nothing_waits(agent):
    return all(r["waiting"] == 0 for r in agent.api("status/lapwing")["receivers"])


def counted(agent, name):
    """The counter's value, once it is no longer 0: /metrics shows what was collected last."""
    try:
        return wait_for(name, 25, lambda: metric(agent, name), 0.5)
    except AssertionError:
        return 0


def metric(agent, name):
    for line in agent.get("/metrics")[1].splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    return 0


class GreedyNeighbour:
    """Takes what room a disk has, again and again, as a store's journal does."""

    def __init__(self, path):
        self.path = path
        self.full = threading.Event()
        self.leave = threading.Event()
        self.thread = threading.Thread(target=self.take, daemon=True)
        self.thread.start()
        assert self.full.wait(20), "the disk did not get full"

    def take(self):
        with self.path.open("wb", buffering=0) as file:
            while not self.leave.wait(0.01):
                try:
                    while True:
                        file.write(bytes(4096))
                except OSError:
                    self.full.set()

    def gone(self):
        self.leave.set()
        self.thread.join()
        self.path.unlink()


def on_small_disk(size, part):
    """Calls part(folder, agent's configuration, hook) with a data folder on a file system of that size."""
    with tempfile.TemporaryDirectory() as name, WebhookReceiver() as hook:
        folder = pathlib.Path(name)
        (folder / "always.yml").write_text(ALWAYS)
        (folder / "data").mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder / "data"], check=True)
        try:
            part(folder, CONFIG.format(url=hook.url), hook)
        finally:
            subprocess.run(["umount", "-l", folder / "data"], check=False)


def told_of(hook, prefix):
    return sum(1 for _, p in hook.received if p["alerts"][0]["labels"].get("n", "").startswith(prefix))


def reserve_holds(folder, config, hook):
    """A full disk whose neighbours take whatever is given back: all is written down, for as long as the reserve lasts."""
    count = 300
    with Agent(folder=folder, config=config) as agent:
        hook.wait("the rule's alert", 20, lambda p: p["groupLabels"].get("group") == "rule")
        neighbour = GreedyNeighbour(folder / "data/ballast")
        for n in range(count):
            check(post(agent.url, f"full-{n}-"), f"alert {n} was refused")
        hook.wait("the last alert", 20, lambda p: p["alerts"][0]["labels"].get("n") == f"full-{count - 1}-")
        wait_for("an empty outbox", 20, lambda: nothing_waits(agent))
        time.sleep(12)  # /metrics shows what was collected last.
        unrecorded = metric(agent, "lapwing_notifications_unrecorded_total")
        reserve = metric(agent, "lapwing_state_reserve_bytes")
        agent.stop(signal.SIGKILL)
    before = len(hook.received)
    with Agent("--collectors", "none", folder=folder, config=config) as agent:  # The disk is still full.
        history = agent.api("history/notifications")
        time.sleep(3)
        again = len(hook.received) - before
        neighbour.gone()
        post(agent.url, "more")
        whole = wait_for("the reserve is whole", 30,
                         lambda: (folder / "data/state.db.reserve").stat().st_size == 1 << 20)
    told = told_of(hook, "full-")
    print(f"full disk (tmpfs of 8 MB, a neighbour that takes all): {told} of {count} notifications left, {unrecorded:.0f} "
          f"before they were recorded, {reserve / 1024:.0f} KiB of the reserve left; {len(history)} in the history after "
          f"kill -9 and a restart on the full disk, {again} told again")
    check(told == count and unrecorded == 0 and len(history) > count and again == 0 and whole, "the reserve did not hold")
    check(0 < reserve < 1 << 20, "the reserve was not needed: nothing was proven")


def reserve_is_gone(folder, config, hook):
    """More than the reserve: notifications leave from memory, and are written down when there is room."""
    count = 50
    with Agent(folder=folder, config=config) as agent:
        hook.wait("the rule's alert", 20, lambda p: p["groupLabels"].get("group") == "rule")
        neighbour = GreedyNeighbour(folder / "data/ballast")
        for n in range(count):
            post(agent.url, f"full-{n}-" + "x" * 60000)
        hook.wait("an alert on a full disk", 20,
                  lambda p: p["alerts"][0]["labels"].get("n", "").startswith(f"full-{count - 1}-"))
        unrecorded = counted(agent, "lapwing_notifications_unrecorded_total")
        failed = counted(agent, "lapwing_state_write_failures_total")
        neighbour.gone()
        wait_for("it is written again", 20, lambda: "state.db is written again" in agent.output())
        wait_for("an empty outbox", 20, lambda: nothing_waits(agent))
        time.sleep(1)
        agent.stop(signal.SIGKILL)
    before = len(hook.received)
    with Agent("--collectors", "none", folder=folder, config=config) as agent:
        wait_for("history", 10, lambda: len(agent.api("history/notifications")) >= count)
        time.sleep(3)
        check(len(hook.received) == before, "what left from memory was told again after a restart")
    told = told_of(hook, "full-")
    print(f"full disk, more than the reserve holds: {told} of {count} notifications left, {unrecorded:.0f} before they were "
          f"recorded, {failed:.0f} writes failed; recorded when there was room again")
    check(told == count, "a full disk lost notifications")
    check(unrecorded > 0 and failed > 0, "the reserve was enough: nothing was proven")


def full_disk():
    on_small_disk("8m", reserve_holds)
    on_small_disk("24m", reserve_is_gone)


def hanging_disk():
    from crash import FREEZE, THAW, Disk
    with Disk() as disk, WebhookReceiver() as hook:
        (disk.mount / "always.yml").write_text(ALWAYS)
        config = CONFIG.format(url=hook.url)
        with Agent(folder=disk.mount, config=config) as agent:
            hook.wait("the rule's alert", 20, lambda p: p["groupLabels"].get("group") == "rule")
            disk.control(FREEZE)
            try:
                began = time.monotonic()
                post(agent.url, "frozen")
                answered = time.monotonic() - began
                arrived, _ = hook.wait("an alert on a hanging disk", 10, lambda p: p["groupLabels"].get("group") == "frozen")
                unrecorded = counted(agent, "lapwing_notifications_unrecorded_total")
                reserve = metric(agent, "lapwing_state_reserve_bytes")
            finally:
                disk.control(THAW)
            wait_for("its receipt", 10, lambda: any("frozen" in e["groupKey"] for e in agent.api("history/notifications")))
            time.sleep(1)
            agent.stop(signal.SIGKILL)
        before = len(hook.received)
        with Agent("--collectors", "none", folder=disk.mount, config=config):
            time.sleep(3)
        print(f"hanging disk: the notification left {arrived - began:.2f} s after the POST (answered in {answered:.2f} s), "
              f"{unrecorded:.0f} before it was recorded; recorded when the disk was back")
        check(arrived - began < 2, "a hanging disk held a notification up")
        check(unrecorded >= 1, "it is not counted")
        check(reserve == 1 << 20, "a disk that hangs is not full: the reserve stays whole")
        check(len(hook.received) == before, "what left from memory was told again after a restart")


def main():
    parts = {"kills": lambda a: kills(a.kills, a.seed), "full": lambda a: full_disk(), "hang": lambda a: hanging_disk()}
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", choices=parts)
    arguments = options.parse_args()
    for name, part in parts.items():
        if arguments.only in (None, name):
            try:
                part(arguments)
            except (AssertionError, subprocess.CalledProcessError) as error:
                check(False, f"{name}: {error}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
