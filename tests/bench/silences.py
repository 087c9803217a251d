#!/usr/bin/env python3
# 10,000 silences and 10,000 alerts: what looking for each alert's silences costs, and how it grows.
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def measure(count):
    done = subprocess.run([ROOT / "build/release/tests/bench/silence_bench", str(count)], capture_output=True, text=True, check=True)
    return [float(seconds) for seconds in re.findall(r"([\d.]+) CPU s", done.stdout)]


def main():
    subprocess.run(["ninja", "-C", ROOT / "build/release", "silence_bench"], check=True, capture_output=True)
    small, large = measure(1_000), measure(10_000)
    for name, a, b in zip(("looked up", "remembered"), small, large):
        print(f"{name}: 1,000 x 1,000 {1000 * a:.2f} ms, 10,000 x 10,000 {1000 * b:.2f} ms of CPU: "
              f"{b / a:.0f} times (linear 10, quadratic 100)")


if __name__ == "__main__":
    main()
