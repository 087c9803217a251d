"""Instructions and allocations of queries through the API's handlers: never above a ceiling.

As tick_cost_test.py, whose words on ceilings hold here too.
"""
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from instructions import measure  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get(
    "QUERY_COST", pathlib.Path(__file__).resolve().parents[2] / "build/release/tests/bench/query_cost"))

# name in query_cost.cc: (instructions, allocations, repetitions)
CEILINGS = {
    "rate_collected": (14_200_000, 5_400, 5),
    "rate_pushed": (14_900_000, 5_400, 5),
    "newest": (2_620_000, 46, 5),
    "alert": (55_600, 46, 50),
}


class QueryCost(unittest.TestCase):
    def test_queries(self):
        for name, ceiling in CEILINGS.items():
            with self.subTest(name):
                measure(self, PROGRAM, name, ceiling)


if __name__ == "__main__":
    unittest.main()
