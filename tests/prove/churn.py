#!/usr/bin/env python3
# A busy store: 180,000 series, 90,000 samples a second, a tenth of them replaced each hour, 3 hours of its own clock.
import argparse
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
from lapwing import BINARY  # noqa: E402

TOOL = BINARY.parent / "tests/bench/store_bench"
SETTLED = 75  # minutes: ended series leave the head after an hour
# The head's limit of 256 MiB, the program itself and what malloc keeps in pieces: 270 and 272 were measured.
PEAK_MIB = 280
GROWTH = 1.1  # of the mean; a single figure is before a flush or behind one


def main():
    options = argparse.ArgumentParser(description=__doc__)
    # With those that end and have not left yet they stay below the default limit of 200,000.
    options.add_argument("--series", type=int, default=180_000)
    options.add_argument("--percent", type=float, default=10, help="of the series that are replaced each hour")
    options.add_argument("--minutes", type=int, default=180)
    arguments = options.parse_args()
    subprocess.run(["ninja", "-C", BINARY.parent, "store_bench"], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(prefix="lapwing-churn-") as folder:
        done = subprocess.run([TOOL, "churn", folder, str(arguments.series), str(arguments.percent), str(arguments.minutes)],
                              check=True, capture_output=True, text=True)
    figures = {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}
    memory = {int(name.rsplit("_", 1)[1]): value for name, value in figures.items() if name.startswith("rss_mib_")}
    per_second = arguments.series / 2 * figures["whole_ns"] / 1e9
    print(f"{figures['samples']:,.0f} samples, {figures['born']:,.0f} series in all, {figures['refused']:.0f} refused, "
          f"{figures['lost']:.0f} samples not taken")
    print(f"{figures['whole_ns']:.0f} ns CPU a sample: {100 * per_second:.1f} % of a core; "
          f"{figures['disk_bytes'] / figures['samples']:.3f} bytes a sample")
    print("resident MiB by minute: " + ", ".join(f"{at}: {value:.0f}" for at, value in memory.items()) +
          f"; {figures['peak_mib']:.0f} at its peak")
    failures = []
    if figures["refused"] or figures["lost"]:
        failures.append("series or samples were refused")
    later = [value for at, value in memory.items() if at >= SETTLED]
    half = len(later) // 2
    first, last = (sum(part) / max(len(part), 1) for part in (later[:half], later[-half:] if half else []))
    if last > first * GROWTH:
        failures.append(f"memory grew from {first:.0f} to {last:.0f} MiB in the mean after {SETTLED} minutes")
    if figures["peak_mib"] > PEAK_MIB:
        failures.append(f"memory peaked at {figures['peak_mib']:.0f} MiB, more than {PEAK_MIB}")
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
