"""Instructions of a tick of the collector of services, with 300 processes: never above a ceiling.

The ceiling stands a tenth above what was measured when it was written. Instructions are the
agent's own: what the kernel does for the reads is not in them.
"""
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
import instructions  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get(
    "SERVICE_COST", pathlib.Path(__file__).resolve().parents[2] / "build/release/tests/bench/service_cost"))
TICKS = 20  # a multiple of every interval, so that each run has the same
CEILING = 880_000


def compose(folder, processes, services=30):
    """A /proc of so many processes of so many services."""
    proc = pathlib.Path(folder) / "proc"
    proc.mkdir()
    (proc / "uptime").write_text("100000.00 0.00\n")
    (proc / "stat").write_text("cpu 1 1 1 1\nbtime 1700000000\n")
    for pid in range(2, processes + 2):
        one = proc / str(pid)
        one.mkdir()
        name = f"service-{pid % services}"
        threads = 4 if pid % 3 == 0 else 1
        (one / "stat").write_text(
            f"{pid} ({name}) S 1 1 1 0 -1 4194304 {pid * 31} 0 7 0 {pid * 13} {pid * 5} 0 0 20 0 {threads} 0 {pid * 100} 104857600 "
            f"{pid * 17} 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 {pid} 0 0 0 0 0 0 0 0 0 0\n")
        (one / "io").write_text(f"rchar: {pid}\nwchar: {pid}\nsyscr: {pid * 3}\nsyscw: {pid * 5}\nread_bytes: {pid * 4096}\n"
                                f"write_bytes: {pid * 8192}\ncancelled_write_bytes: 0\n")
        (one / "schedstat").write_text(f"{pid * 1000000} {pid * 777} {pid}\n")
        (one / "cgroup").write_text("0::/\n")
        (one / "cmdline").write_text(f"/usr/bin/{name}\0--foreground\0")
        (one / "limits").write_text("Max open files            1024                 524288               files\n")
        (one / "smaps_rollup").write_text(f"00000000-ffffffff ---p 00000000 00:00 0 [rollup]\nRss: {pid} kB\nPss: {pid} kB\n")


def run(processes, ticks=TICKS):
    """(instructions a tick, {what the program printed})"""
    with tempfile.TemporaryDirectory(prefix="lapwing-services-") as folder:
        compose(folder, processes)
        total, printed = instructions.run(PROGRAM, folder, ticks)
    return total / ticks, printed


class ServiceCost(unittest.TestCase):
    def test_a_tick_of_300_processes(self):
        each, printed = run(300)
        print(f"{printed['processes']:.0f} processes: {each:,.0f} instructions a tick, {printed['series']:.0f} series")
        self.assertEqual(300, printed["processes"])
        self.assertGreater(each, 10_000, "nothing was measured")
        self.assertLessEqual(each, CEILING)


if __name__ == "__main__":
    if len(sys.argv) == 2:  # for a look at another number of processes
        print(run(int(sys.argv[1])))
    else:
        unittest.main()
