#!/usr/bin/env python3
# Builds the tsan preset and runs every unit test under ThreadSanitizer.
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

subprocess.run(["cmake", "--preset", "tsan"], cwd=ROOT, check=True)
subprocess.run(["cmake", "--build", "--preset", "tsan"], cwd=ROOT, check=True)
subprocess.run(["ctest", "--preset", "tsan", "-j", "2"], cwd=ROOT, check=True)
