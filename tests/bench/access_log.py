#!/usr/bin/env python3
# Access logs: lines a second of one core, from the file to the counts, for each format.
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    subprocess.run(["ninja", "-C", ROOT / "build/release", "access_log_bench"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([ROOT / "build/release/tests/collectors/access_log_bench"], check=True)
