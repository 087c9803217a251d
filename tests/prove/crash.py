#!/usr/bin/env python3
# The store under kill -9, power cuts, damaged files, full and hanging disks, clock jumps, two agents on a folder.
import argparse
import contextlib
import fcntl
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
from lapwing import BINARY, ROOT, Agent, wait_for  # noqa: E402

# linux/fs.h and ext4's: what `fsfreeze` and xfstests use.
FREEZE, THAW, SHUTDOWN = 0xC0045877, 0xC0045878, 0x8004587D
WITHOUT_FLUSH = 2  # a shutdown that drops what was not synced, journal of the file system included
FAKETIME = next(iter(sorted((ROOT / "build/peers/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)

failures = []


def check(fine, what):
    if not fine:
        failures.append(what)
        print(f"  FAILED: {what}")


def times(agent, metric="node_load1", window="30m"):
    """When the readable samples of one series of the host are from, to the second."""
    data = agent.api("query", query=f"{metric}[{window}]")
    return sorted({t for series in data["result"] for t, _ in series["values"]})


def newest(agent):
    return max(times(agent, window="2m"), default=0)


def store(agent):
    return agent.api("status/lapwing")["store"]


def verify(folder):
    """(exit code, output) of `lapwing store verify`."""
    done = subprocess.run([BINARY, "store", "verify", folder], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class Disk:
    """A file system of its own in a file, which can be filled, frozen and cut from its power."""

    def __init__(self, megabytes=64):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lapwing-disk-"))
        self.image, self.mount = self.folder / "image", self.folder / "mount"
        self.mount.mkdir()
        with self.image.open("wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run(["mkfs.ext4", "-q", self.image], check=True)
        self.attach()

    def attach(self):
        subprocess.run(["mount", "-o", "loop", self.image, self.mount], check=True)

    def detach(self):
        subprocess.run(["umount", self.mount], check=True)

    def control(self, request, argument=0):
        folder = os.open(self.mount, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, request, struct.pack("I", argument))
        finally:
            os.close(folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.control(THAW)
        subprocess.run(["umount", "-l", self.mount], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def kills(count):
    chance = random.Random(7)
    lost, acknowledged, seen, reopen = 0, 0, [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(count):
            began = time.monotonic()
            with Agent(folder=folder) as agent:
                reopen.append(time.monotonic() - began)
                if seen:
                    wait_for("what was there before", 10, lambda: times(agent))
                now = set(times(agent))
                # The second in flight may go; anything older that was once readable may not.
                lost += len({t for t in seen if t < seen[-1] - 1} - now)
                time.sleep(chance.uniform(0.1, 1.5))
                seen = times(agent)
                acknowledged = max(acknowledged, len(seen))
                agent.stop(signal.SIGKILL)
        code, output = verify(folder + "/data")
    middle = sorted(reopen)[len(reopen) // 2]
    print(f"{count} kills: {acknowledged} samples of one series acknowledged, {lost} lost, "
          f"reopened in {1000 * middle:.0f} ms (median), {1000 * max(reopen):.0f} ms at worst")
    check(lost == 0, "an acknowledged sample is lost")
    check(code == 0, f"verify after the kills: {output}")


def power_cuts(count):
    chance = random.Random(11)
    gaps = []
    with Disk() as disk:
        cut = []
        for i in range(count + 1):
            with Agent(folder=disk.mount) as agent:
                if cut:
                    wait_for("samples", 20, lambda: times(agent))
                    now = set(times(agent))
                    missing = [t for t in cut if t not in now]
                    gaps.append(cut[-1] - min(missing) if missing else 0)
                    check(len(missing) < len(cut) or cut[-1] - cut[0] < 12, "a power cut took all there was")
                if i == count:
                    break
                time.sleep(chance.uniform(13, 17))
                cut = times(agent)
                disk.control(SHUTDOWN, WITHOUT_FLUSH)
                agent.stop(signal.SIGKILL)
            disk.detach()
            disk.attach()
        code, output = verify(disk.mount / "data")
    print(f"{count} power cuts (what was not synced is dropped): the last {max(gaps):.0f} s lost at worst, sync each 10 s")
    check(max(gaps) <= 12, "a power cut takes more than the sync interval")
    check(code == 0, f"verify after the power cuts: {output}")


def three_days(folder):
    """A data folder with two whole days of one series, and a journal of what was collected now."""
    text = pathlib.Path(folder, "past.om")
    start = int(time.time()) // 86400 * 86400 - 3 * 86400
    text.write_text("".join(f'past{{n="{n}"}} {t % 977} {t}\n' for n in range(3)
                            for t in range(start + 30, start + 2 * 86400, 30)) + "# EOF\n")
    subprocess.run([BINARY, "import", text, "--data", pathlib.Path(folder, "data")], check=True, capture_output=True)
    with Agent(folder=folder) as agent:
        wait_for("a few seconds", 15, lambda: len(times(agent)) > 4)
        agent.stop(signal.SIGKILL)
    return start


def cut_short(path):
    os.truncate(path, path.stat().st_size // 2)


def zeroed(path):
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 4)
        file.write(bytes(size // 2))


def flipped(path):
    content = bytearray(path.read_bytes())
    for i in range(40, len(content), max(len(content) // 20, 1)):
        content[i] ^= 0x10
    path.write_bytes(content)


def damage():
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        start = three_days(folder)
        cases = []
        for kind, pattern in [("journal", "journal/*.wal"), ("raw", "raw/*.db"), ("minutes", "minutes/*.db")]:
            for harm in (cut_short, zeroed, flipped):
                copy = folder / f"{kind}-{harm.__name__}"
                shutil.copytree(folder / "data", copy / "data")
                harm(sorted((copy / "data/store").glob(pattern))[0])
                code, output = verify(copy / "data")
                # An end that is cut off is what a crash leaves: no damage.
                torn = kind == "journal" and harm is cut_short
                check(code == (0 if torn else 1), f"{copy.name}: verify says {code}: {output}")
                cases.append((copy.name, torn, stack.enter_context(Agent(folder=copy))))
        for what, _, agent in cases:
            wait_for(f"{what}: collecting goes on", 20, lambda a=agent: newest(a) > time.time() - 3)
            other = agent.api("query", query="count(count_over_time(past[1d]))", time=start + 2 * 86400)["result"]
            check(other and other[0]["value"][1] == "3", f"{what}: the other day is not whole")
            # Both tiers of the damaged day are asked, so that whatever is damaged is met.
            for expression in ("count(count_over_time(past[1d]))", "past[1d]"):
                status, text = agent.get("/api/v1/query", query=expression, time=start + 86400)
                check(status in (200, 500), f"{what}: the damaged day answers {status}: {text[:300]}")
        # The care of each minute sets a file aside, or names the chunks where the file is sound otherwise.
        for what, torn, agent in cases:
            if not torn:
                wait_for(f"{what}: it is said and set aside", 75, lambda a=agent: "damage" in a.output())
                said = what in ("raw-flipped", "minutes-flipped") and "damaged: period" in agent.output()
                check(said or list(agent.folder.rglob("*.damaged*")), f"{what}: nothing is set aside")
                counts = '{__name__=~"lapwing_store_(files_set_aside|chunks_damaged)_total"} > 0'
                wait_for(f"{what}: it is counted", 20, lambda a=agent, c=counts: a.query(c))
            check(agent.stop() == 0, f"{what}: the agent does not stop")
    print(f"{len(cases)} damaged files (journal, raw, minutes; cut short, zeroed, flipped): verify finds them, "
          "the agent sets them aside, the rest goes on")


def full_disk():
    with Disk(16) as disk, Agent(folder=disk.mount) as agent:
        wait_for("a few seconds", 15, lambda: len(times(agent)) > 3)
        ballast = disk.mount / "ballast"

        def fill():
            """Again and again: a flush in between gives the journal's room back."""
            with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
                while True:
                    file.write(bytes(1 << 12))
            return store(agent)["trouble"]

        trouble = wait_for("the store says that the disk is full", 30, fill)
        before = newest(agent)
        wait_for("collecting goes on", 15, lambda: newest(agent) > before + 3)
        full_since = before
        ballast.unlink()
        wait_for("writing goes on by itself", 60, lambda: not store(agent)["trouble"])
        time.sleep(2)
        seen = times(agent)
        agent.stop(signal.SIGKILL)
        with Agent(folder=disk.mount) as again:
            kept = set(times(again))
        missing = [t for t in seen if t < seen[-1] - 1 and t not in kept]
        print(f"full disk: said \"{trouble}\", collected on, wrote on by itself; {len(missing)} samples of "
              f"{len([t for t in seen if t >= full_since])} since then lost to a kill afterwards")
        check(not missing, "samples of the time when the disk was full are lost")


def hanging_disk(seconds=20):
    with Disk() as disk, Agent(folder=disk.mount) as agent:
        wait_for("a few seconds", 15, lambda: len(times(agent)) > 3)
        memory = resident(agent.pid)
        disk.control(FREEZE)
        began = time.monotonic()
        try:
            frozen = newest(agent)
            wait_for("collecting goes on", 2 * seconds, lambda: newest(agent) > frozen + seconds, 1)
            rules = agent.api("rules")["groups"]
            late = [g["name"] for g in rules if "lastEvaluation" in g and stamp(g["lastEvaluation"]) < frozen]
            slowest = max(answer_seconds(agent) for _ in range(5))
            grown = resident(agent.pid) - memory
        finally:
            disk.control(THAW)
        took = time.monotonic() - began
        written = store(agent)["bytesWritten"]
        wait_for("writing goes on by itself", 30, lambda: store(agent)["bytesWritten"] > written)
        time.sleep(2)
        seen = times(agent)
        agent.stop(signal.SIGKILL)
        with Agent(folder=disk.mount) as again:
            kept = set(times(again))
        missing = [t for t in seen if t < seen[-1] - 1 and t not in kept]
        print(f"hanging disk ({took:.0f} s frozen): collected on, rules too, answers within {1000 * slowest:.0f} ms, "
              f"{grown / 2**20:.1f} MiB more; {len(missing)} samples lost")
        check(not missing, "samples of the time when the disk hung are lost")
        check(not late or len(late) < len(rules), f"no rules while the disk hangs: {late[:5]}")


def stamp(text):
    return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone


def answer_seconds(agent):
    began = time.monotonic()
    agent.api("query", query="node_load1")
    return time.monotonic() - began


def resident(pid):
    fields = pathlib.Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()
    return int(fields[0]) * 1024


def clock_jumps():
    if FAKETIME is None:
        print("clock jumps: skipped, libfaketime is not below build/peers")
        return
    with tempfile.TemporaryDirectory() as folder:
        offset = pathlib.Path(folder, "offset")
        offset.write_text("+0")
        environment = os.environ | {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(offset),
                                    "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}
        with Agent(folder=folder, env=environment) as agent:
            wait_for("a few seconds", 15, lambda: len(window(agent, 0)) > 3)
            before = window(agent, 0)
            for name, seconds in [("forward", 3600), ("back again", 0), ("back", -3600), ("forward again", 0)]:
                offset.write_text(f"{seconds:+d}")
                count = len(window(agent, seconds))
                wait_for(f"collecting goes on, clock {name}", 30, lambda s=seconds, c=count: len(window(agent, s)) > c + 3)
            after = set(window(agent, 0))
            check(not [t for t in before if t not in after], "a jump of the clock took samples")
            check(agent.stop() == 0, "the agent does not stop after jumps")
        code, output = verify(folder + "/data")
        with Agent(folder=folder) as agent:
            again = set(window(agent, 0))
        check(not [t for t in after if t not in again], "samples are gone after a restart")
        check(code == 0, f"verify after jumps: {output}")
    print("clock jumps of ±1 h: collecting goes on, nothing is lost or damaged")


def window(agent, offset):
    """Times of the samples of two minutes around now, by a clock that is `offset` seconds ahead."""
    now = time.time() + offset
    data = agent.api("query", query="node_load1[4m]", time=now + 60)
    return [t for series in data["result"] for t, _ in series["values"]]


def two_agents():
    with tempfile.TemporaryDirectory() as folder, Agent(folder=folder) as first:
        with Agent(folder=folder, wait=False) as second:
            code = wait_for("the second ends", 15, lambda: second.popen.poll() is not None and second.popen.returncode)
            check(code == 1 and "in use" in second.output(), f"the second agent: {code} {second.output()}")
        code, output = verify(folder + "/data")
        check(code == 1 and "in use" in output, f"verify beside an agent: {output}")
        wait_for("the first agent goes on", 15, lambda: first.query("up"))
    print("two agents on one folder: the second refuses, so do verify and import")


def can_mount():
    try:
        with Disk(8):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def main():
    parts = {"kills": lambda a: kills(a.kills), "power": lambda a: power_cuts(a.cuts), "damage": lambda a: damage(),
             "full": lambda a: full_disk(), "hang": lambda a: hanging_disk(), "clock": lambda a: clock_jumps(),
             "two": lambda a: two_agents()}
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--cuts", type=int, default=4)
    options.add_argument("--only", choices=parts)
    arguments = options.parse_args()
    mounts = can_mount()
    for name, part in parts.items():
        if arguments.only not in (None, name):
            continue
        if name in ("power", "full", "hang") and not mounts:
            print(f"{name}: skipped, it needs root and loop devices for a file system of its own")
            continue
        try:
            part(arguments)
        except AssertionError as error:
            check(False, f"{name}: {error}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
