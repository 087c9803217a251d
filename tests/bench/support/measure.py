# What a process used, read from /proc: shared by the benchmarks, measures nothing by itself.
import contextlib
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "end_to_end"))

TICKS = os.sysconf("SC_CLK_TCK")


CPUCLOCK_SCHED = 2


def cpu_seconds(pid):
    """User and system time of all threads, those that have ended too (clock_getcpuclockid(3))."""
    return time.clock_gettime(~pid << 3 | CPUCLOCK_SCHED)


def processes_of_trees(roots):
    """The processes and all that they started and that still run."""
    children = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, left = [], list(roots)
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def cpu_seconds_of_trees(roots):
    """User and system time of whole trees, with what has ended and was waited for."""
    total = 0
    for pid in processes_of_trees(roots):
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        with contextlib.suppress(OSError):
            total += cpu_seconds(pid) + (int(fields[13]) + int(fields[14])) / TICKS
    return total


def memory_bytes(pid):
    """(resident, anonymous); nothing of a process that has just ended."""
    values = {"Rss": 0, "Anonymous": 0}
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        text = ""
    for line in text.splitlines()[1:]:
        name, value = line.split(":")
        values[name] = int(value.split()[0]) * 1024
    return values["Rss"], values["Anonymous"]


def written_bytes(pid):
    """What the process handed to the kernel to write."""
    fields = dict(line.split(": ") for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines())
    return int(fields["wchar"]), int(fields["write_bytes"])


def row(name, value, budget, unit="", most=True):
    """One line of a table; a figure beyond its budget is marked."""
    missed = budget is not None and (value > budget if most else value < budget)
    limit = "" if budget is None else f"{'≤' if most else '≥'} {budget:g} {unit}"
    print(f"  {name:<44}{value:>12.3f} {unit:<10}{limit:<16}{'MISSED' if missed else ''}")
