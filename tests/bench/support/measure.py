# What a process used, read from /proc: shared by the benchmarks, measures nothing by itself.
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "end_to_end"))

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of all threads. schedstat counts nanoseconds, but for live threads only."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    coarse = (int(fields[11]) + int(fields[12])) / TICKS
    fine = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            fine += int((task / "schedstat").read_text().split()[0])
        except OSError:
            return coarse
    return fine / 1e9 if fine else coarse


def memory_bytes(pid):
    """(resident, anonymous)."""
    values = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
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
