"""Instructions of a captured packet, from the ring's memory to the histogram: never above a ceiling.

The ceiling stands a tenth above what was measured when it was written.
"""
import os
import pathlib
import re
import subprocess
import unittest

PROGRAM = pathlib.Path(os.environ.get(
    "PACKET_COST", pathlib.Path(__file__).resolve().parents[2] / "build/release/tests/bench/packet_cost"))
REQUESTS = 20  # of each of 50 connections
CEILINGS = {"redis": 1_010, "http": 1_770, "turns": 440}


def run(what):
    """(instructions a packet, {what the program printed})"""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=measured",
                           str(PROGRAM), what, str(REQUESTS)], capture_output=True, text=True, check=True, timeout=120)
    printed = {name: int(value) for name, value in (line.split() for line in done.stdout.splitlines())}
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]) / printed["packets"], printed


class PacketCost(unittest.TestCase):
    def measure(self, what):
        each, printed = run(what)
        print(f"{what}: {each:,.0f} instructions a packet")
        self.assertEqual(printed["packets"], 2 * printed["requests"], "not every request was counted")
        self.assertGreater(each, 50, "nothing was measured")
        self.assertLessEqual(each, CEILINGS[what])

    def test_commands_of_redis(self):
        self.measure("redis")

    def test_requests_of_http(self):
        self.measure("http")

    def test_turns_of_what_is_not_read(self):
        self.measure("turns")


if __name__ == "__main__":
    unittest.main()
