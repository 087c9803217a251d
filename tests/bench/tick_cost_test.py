"""Instructions and allocations of a tick, of the shipped rules and of a page: never above a ceiling.

callgrind counts exactly, so that a ceiling holds on every machine. It stands a tenth above what was
measured when it was written; whoever brings a figure down brings its ceiling down.
"""
import os
import pathlib
import re
import subprocess
import unittest

PROGRAM = pathlib.Path(os.environ.get(
    "TICK_COST", pathlib.Path(__file__).resolve().parents[2] / "build/release/tests/bench/tick_cost"))

# what: (instructions, allocations, repetitions)
CEILINGS = {
    "ticks": (285_000, 130, 60),  # a multiple of every interval, so that each run has the same
    "rules": (1_980_000, 3_530, 5),
    "page": (520_000, 14, 10),
}


def run(*words):
    """(instructions, {what the program printed})"""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=measured",
                           str(PROGRAM), *map(str, words)], capture_output=True, text=True, check=True, timeout=240)
    printed = {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]), printed


class TickCost(unittest.TestCase):
    def measure(self, what):
        instructions, allocations, number = CEILINGS[what]
        total, printed = run(what, number)
        each = total / number
        print(f"{what}: {each:,.0f} instructions, {printed['allocations']:.1f} allocations, "
              f"{printed['series']:.0f} series in the store, {printed['bytes']:.0f} bytes")
        self.assertGreater(each, 1000, "nothing was measured")
        self.assertLessEqual(each, instructions)
        self.assertLessEqual(printed["allocations"], allocations)

    def test_a_tick(self):
        self.measure("ticks")

    def test_the_shipped_rules(self):
        self.measure("rules")

    def test_a_page(self):
        self.measure("page")


if __name__ == "__main__":
    unittest.main()
