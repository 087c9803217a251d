"""Instructions and allocations of a tick, of the shipped rules and of a page: never above a ceiling.

callgrind counts exactly, so that a ceiling holds on every machine. It stands a tenth above what was
measured when it was written; whoever brings a figure down brings its ceiling down.
"""
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from instructions import measure  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get(
    "TICK_COST", pathlib.Path(__file__).resolve().parents[2] / "build/release/tests/bench/tick_cost"))

# what: (instructions, allocations, repetitions)
CEILINGS = {
    "ticks": (285_000, 130, 60),  # a multiple of every interval, so that each run has the same
    "rules": (1_250_000, 2_040, 5),
    "page": (520_000, 14, 10),
}


class TickCost(unittest.TestCase):
    def measure(self, what):
        measure(self, PROGRAM, what, CEILINGS[what])

    def test_a_tick(self):
        self.measure("ticks")

    def test_the_shipped_rules(self):
        self.measure("rules")

    def test_a_page(self):
        self.measure("page")


if __name__ == "__main__":
    unittest.main()
