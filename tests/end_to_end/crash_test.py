"""kill -9 while it writes: the history up to the last second is there after a start."""
import signal
import tempfile
import time
import unittest

from lapwing import Agent, wait_for


class Crash(unittest.TestCase):
    def test_history_up_to_the_last_second_outlives_kill_9(self):
        with tempfile.TemporaryDirectory() as folder:
            last_seen = 0.0
            for _ in range(3):
                with Agent(folder=folder) as agent:
                    wait_for("a few seconds of samples", 15,
                             lambda: newest(agent) > last_seen + 4 and len(history(agent)) >= 4)
                    if last_seen:
                        times = history(agent)
                        self.assertTrue(any(abs(t - last_seen) <= 1.0 for t in times),
                                        f"nothing within a second of {last_seen}: {times[:20]}")
                    last_seen = newest(agent)
                    killed_at = time.time()
                    agent.stop(signal.SIGKILL)
                    self.assertLess(killed_at - last_seen, 3)

    def test_a_stop_loses_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            with Agent(folder=folder) as agent:
                wait_for("a few seconds of samples", 15, lambda: len(history(agent)) >= 4)
                before = history(agent)
                self.assertEqual(0, agent.stop())
            with Agent(folder=folder) as agent:
                after = history(agent)
                self.assertEqual([], [t for t in before if t not in after])


def newest(agent):
    """The time of the newest stored sample of node_load1."""
    found = agent.query("timestamp(node_load1)")
    return found[0][1] if found else 0.0


def history(agent):
    """The times of all of its samples within ten minutes."""
    data = agent.api("query", query="node_load1[10m]")
    return [t for series in data["result"] for t, _ in series["values"]]


if __name__ == "__main__":
    unittest.main()
