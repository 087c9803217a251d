#!/usr/bin/env python3
# kill -9 at random moments, many times over one folder: samples acknowledged, lost, time to reopen.
import argparse
import pathlib
import random
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
from lapwing import Agent, wait_for  # noqa: E402


def times(agent):
    data = agent.api("query", query="node_load1[30m]")
    return {t for series in data["result"] for t, _ in series["values"]}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    kills = options.parse_args().kills
    chance = random.Random(7)
    lost, seen, reopen = 0, set(), []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(kills):
            began = time.monotonic()
            with Agent(folder=folder) as agent:
                reopen.append(time.monotonic() - began)
                wait_for("what was there before", 10, lambda: times(agent))
                now = times(agent)
                # The second in flight may go; anything older that was once readable may not.
                lost += len({t for t in seen if t < max(seen) - 1} - now)
                time.sleep(chance.uniform(0.2, 2.5))
                seen = times(agent)
                agent.stop(signal.SIGKILL)
    print(f"{kills} kills: {len(seen)} samples of one series acknowledged, {lost} lost, "
          f"reopened in {1000 * sorted(reopen)[len(reopen) // 2]:.0f} ms (median), {1000 * max(reopen):.0f} ms at worst")
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
