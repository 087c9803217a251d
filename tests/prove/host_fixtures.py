#!/usr/bin/env python3
# Hardware that no test machine has: our page of the fixture trees against node_exporter's ($NODE_EXPORTER) of the same.
"""    NODE_EXPORTER=PATH ./dev prove host_fixtures [--verbose]

The page is tests/golden/collectors/page.txt, which the unit tests hold us to; the trees are
tests/fixtures/host. Needs node_exporter 1.11, which has all of the collectors; the 1.5 of Debian 12
lacks some. Prints what differs; ends with 1 when something differs that is not accepted below.
"""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/collectors"))
import compare_node_exporter as live  # noqa: E402

FIXTURES = ROOT / "tests/fixtures/host"
PAGE = ROOT / "tests/golden/collectors/page.txt"
EXTRA = ["interrupts", "processes", "meminfo_numa", "ksmd", "softirqs"]
TOLERANCE = 1e-9
FEWEST_VALUES = 400

# (pattern of the family, why it may be on one page alone, or differ there)
ACCEPTED = [
    (r"node_(timex|tcp_connection|time_seconds|time_zone|uname|arp|network_route)", "asks the kernel itself, not the tree"),
    (r"node_filesystem_", "asks the real file systems"),
    (r"node_network_(receive|transmit)", "the exporter asks the kernel itself by netlink"),
    (r"node_network_", "the exporter leaves out devices of the tree that have not all of a real one's files"),
    (r"node_kernel_hung_tasks$", "carried for the dashboard"),
    (r"node_memory_(?!numa)", "the exporter knows a fixed list of meminfo's fields; Lapwing carries each"),
    (r"node_netstat_Tcp_MaxConn$", "carried for the dashboard"),
    (r"node_(exporter_build_info|scrape_collector|textfile_mtime_seconds|selinux)", "of the exporter itself or the host"),
    (r"node_bcache_(btree_cache_size|bypassed|dirty_data|dirty_target|writeback|written)",
     "the kernel prints a tenth of 1,024 of the unit (bch_hprint), which the exporter takes for a hundred"),
    (r"node_bcache_btree_read_average_duration_seconds$", "the exporter takes the file's microseconds for nanoseconds"),
    (r"node_disk_device_mapper_backing_device_info$", "in the exporter's sources, not yet in its release 1.11"),
    (r"node_disk_info$", "the exporter says rotational=0 when one file of the queue is missing"),
    (r"node_power_supply_info$", "a property that is missing is an empty label here, which means the same"),
]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def exporters_page(program, tree):
    """Its page of the tree, which is a copy: it wants /proc/self to be a link, and a list of CPUs."""
    own = tree / "proc/self"
    for path in own.iterdir():
        if not (tree / "proc/10" / path.name).exists():
            shutil.copy(path, tree / "proc/10" / path.name)
    shutil.rmtree(own)
    own.symlink_to("10")
    (tree / "sys/devices/system/cpu/offline").write_text("\n")
    port = free_port()
    flags = [f"--path.procfs={tree}/proc", f"--path.sysfs={tree}/sys", f"--path.rootfs={tree}/root",
             f"--path.udev.data={tree}/root/run/udev/data", f"--web.listen-address=127.0.0.1:{port}",
             f"--collector.textfile.directory={tree}/root/var/lib/prometheus/node-exporter"]
    flags += [f"--collector.{name}" for name in EXTRA]
    exporter = subprocess.Popen([program, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                    return answer.read().decode()
            except OSError:
                time.sleep(0.1)
        raise SystemExit("node_exporter does not answer")
    finally:
        exporter.terminate()
        exporter.wait()


def plain(families):
    """{(family, labels without empty ones): value}, paths of the tree taken out."""
    found = {}
    for name, family in families.items():
        for labels, value in family["series"].items():
            found[name, frozenset(pair for pair in labels if pair[1])] = value
    return found


def reason(name):
    return next((why for pattern, why in ACCEPTED if re.match(pattern, name)), None)


def main():
    program = os.environ.get("NODE_EXPORTER") or shutil.which("prometheus-node-exporter")
    if program is None:
        raise SystemExit("no node_exporter: set $NODE_EXPORTER")
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder) / "host"
        shutil.copytree(FIXTURES, tree)
        theirs_text = exporters_page(program, tree).replace(str(tree), "/tests/fixtures/host")
    ours, theirs = live.families_of(PAGE.read_text()), live.families_of(theirs_text)
    differences = []
    for name in sorted(set(ours) & set(theirs)):
        # The text format's word for unknown.
        if ours[name].get("type", "").replace("unknown", "untyped") != theirs[name].get("type", ""):
            differences.append((name, f"type {ours[name].get('type')}, node_exporter {theirs[name].get('type')}"))
    mine, other = plain(ours), plain(theirs)
    compared = 0
    for key in sorted(set(mine) | set(other), key=lambda one: (one[0], sorted(one[1]))):
        name, labels = key
        if not name.startswith("node_"):
            continue
        shown = dict(sorted(labels))
        if key not in mine or key not in other:
            differences.append((name, f"{shown}: only {'Lapwing' if key in mine else 'node_exporter'} has it"))
            continue
        compared += 1
        if abs(mine[key] - other[key]) > TOLERANCE * max(abs(mine[key]), abs(other[key])):
            differences.append((name, f"{shown}: {mine[key]}, node_exporter {other[key]}"))
    unexpected = [one for one in differences if reason(one[0]) is None]
    for name, what in differences if "--verbose" in sys.argv else unexpected:
        why = reason(name)
        print(("accepted: " if why else "DIFFERS: ") + f"{name} {what}" + (f" ({why})" if why else ""))
    print(f"{compared} values compared; {len(differences) - len(unexpected)} accepted, {len(unexpected)} unexpected differences")
    sys.exit(1 if unexpected or compared < FEWEST_VALUES else 0)


if __name__ == "__main__":
    main()
