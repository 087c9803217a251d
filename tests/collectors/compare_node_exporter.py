#!/usr/bin/env python3
"""Compares Lapwing's /metrics with node_exporter's on the same host.

compare_node_exporter.py LAPWING_URL NODE_EXPORTER_URL

For the families that Lapwing carries: names, types, presence of help, label names and label sets
must agree, and values within one collection: the exporter's page is asked for after one of ours,
and ours again when each collector of up to five seconds has run once more; the exporter's value
must lie between the two. Values that go up and down within seconds have tolerances below. Prints
what differs; ends with 1 when something differs that is not accepted below. Takes about ten
seconds, and thirty when it has to look twice.

Each accepted difference was seen with the exporters 1.5 and 1.11 of Debian, or in their --help.
"""
import re
import sys
import time
import urllib.request

# All of the exporter's own families are compared but those that tell of itself.
CARRIED = re.compile(r"^node_(?!exporter_build_info|scrape_collector_)")

LAPWING, EXPORTER = "Lapwing", "node_exporter"

# (pattern of the family, the side that alone may have it, why)
ACCEPTED_FAMILIES = [
    (r"node_kernel_hung_tasks$", LAPWING, "the Node Exporter Full dashboard asks for this name"),
    (r"node_kernel_hung_tasks_total$", LAPWING, "1.5 does not have it, 1.11 does"),
    (r"node_netstat_Tcp_MaxConn$", LAPWING,
     "dashboards ask for it; not among the default fields of 1.5 and 1.11"),
    (r"node_netstat_TcpExt_(TCPOFOQueue|TCPRcvQDrop)$", LAPWING,
     "not among the default fields of 1.5, among those of 1.11"),
    (r"node_memory_\w+$", LAPWING,
     "1.11 knows a fixed list of meminfo's fields; Lapwing, as 1.5 did, carries each"),
    (r"node_filesystem_(purgeable_bytes|mount_info)$", LAPWING, "1.5 does not have it, 1.11 does"),
    (r"node_softnet_(backlog_len|cpu_collision_total|flow_limit_count_total|received_rps_total)$",
     LAPWING, "1.5 does not have it, 1.11 does"),
    (r"node_pressure_irq_stalled_seconds_total$", LAPWING, "1.5 does not have it, 1.11 does"),
    (r"node_disk_device_mapper_backing_device_info$", LAPWING,
     "in the exporter's sources, not yet in its release 1.11"),
    (r"node_(interrupts|processes|systemd|tcp_connection)_", LAPWING,
     "off by default in the exporter; on here, for its own dashboard asks for them"),
    (r"node_(cpu_online|md_degraded|md_raid_disks|watchdog_|tape_|infiniband_|hwmon_chip_names)", LAPWING,
     "1.5 does not have it, 1.11 does"),
    (r"node_textfile_scrape_error$", EXPORTER,
     "without the folder the exporter tells an error for ever; Lapwing lacks the data"),
    (r"node_textfile_mtime_seconds$", EXPORTER, "Debian's builds are given a folder of their own"),
    (r"node_bcachefs_", LAPWING, "1.5 does not have it, 1.11 does"),
]

# (pattern of the family, label that Lapwing alone may have, why)
ACCEPTED_LABELS = [
    (r"node_disk_info$", "rotational", "1.5 does not have it, 1.11 does"),
    (r"node_filesystem_", "device_error", "1.5 does not have it, 1.11 does"),
    (r"node_network_info$", "adminstate", "1.5 does not have it, 1.11 does"),
]

# (pattern of the family, label name, pattern of its value, sides that alone may have the series, why)
ACCEPTED_SERIES = [
    (r"node_filesystem_", "mountpoint", r"/(mnt|media|run)(/|$)", {LAPWING},
     "Debian's builds leave out /mnt, /media and /run; Lapwing has the default of the project"),
    (r"node_filesystem_", "device", r".*( |\\\\[0-3])", {LAPWING, EXPORTER},
     "the exporter leaves the kernel's escapes, such as \\040, in a device's name"),
    (r"node_disk_", "device", r"zram\d+$", {EXPORTER},
     "the default of 1.5 does not leave out zram devices, that of 1.11 does"),
    (r"node_tcp_connection_states$", "state", r"(?!listen)", {LAPWING, EXPORTER},
     "states that no socket is in are left out, and most states last a moment"),
    (r"node_processes_(threads_)?state$", "(thread_)?state", r"[DRTZXtI]$", {LAPWING, EXPORTER},
     "states that no process is in are left out, and these last a moment"),
    (r"node_network_(receive|transmit)_", "device", r"lo$", {LAPWING},
     "Debian's build of 1.5 leaves out lo, that of 1.11 does not"),
]

# (pattern of the family, label whose value may be another on the other side, why)
ACCEPTED_LABEL_VALUES = [
    (r"node_disk_info$", "rotational",
     "1.11 says 0 for every device of which one file in /sys/block/DEVICE/queue is missing, as "
     "io_timeout is for virtio; Lapwing reads rotational alone"),
    (r"node_disk_info$", "serial",
     "1.5 has udev's ID_SERIAL_SHORT alone, 1.11 prefers SCSI_IDENT_SERIAL, as Lapwing does"),
]

# (pattern of the family, why its values may differ)
ACCEPTED_VALUES = [
    (r"node_filesystem_readonly$",
     "1.11 overlooks ro among several mount options; 1.5 does not"),
]

MIB = 1 << 20
# (pattern of the family, absolute, relative): how far outside of our two pages a value may lie.
# The first that matches counts. Counters only rise, so that they need none but for rounding.
TOLERANCES = [
    # A CPU's idle and I/O wait go back a little at times, which Lapwing does not show.
    (r"node_cpu_seconds_total$", 2, 0),
    (r"node_boot_time_seconds$", 1, 0),  # the kernel computes it anew at each look
    (r"node_memory_(MemTotal|SwapTotal|VmallocTotal|CommitLimit|Hugepagesize|HardwareCorrupted)_bytes$",
     0, 0),
    (r"node_memory_HugePages_", 0, 0),
    (r"node_memory_", 256 * MIB, 0.25),
    (r"node_load\d+$", 2, 0.5),
    (r"node_interrupts_total$", 100_000, 0.05),  # collected each 15 seconds
    (r"node_procs_", 64, 0),
    (r"node_processes_(max_threads|max_processes)$", 0, 0),
    (r"node_processes_", 256, 0.5),
    (r"node_tcp_connection_states$", 64 * 1024, 0.5),
    (r"node_udp_queues$", 256 * 1024, 0),
    (r"node_(hwmon|thermal_zone|power_supply)_", 10, 0.25),
    (r"node_cpu_(scaling_)?frequency_hertz$", 1e9, 0.5),
    (r"node_textfile_scrape_error$", 1, 0),
    (r"node_filefd_allocated$", 256, 0.5),
    (r"node_entropy_available_bits$", 256, 0),
    (r"node_filesystem_(free|avail)_bytes$", 1024 * MIB, 0.05),
    (r"node_filesystem_files_free$", 50_000, 0.05),
    (r"node_disk_io_now$", 64, 0),
    (r"node_arp_entries$", 2, 0),
    (r"node_nf_conntrack_entries$", 200, 0.5),
    (r"node_netstat_Tcp_CurrEstab$", 200, 0.5),
    (r"node_sockstat_\w+_mem_bytes$", 16 * MIB, 0.5),
    (r"node_sockstat_", 256, 0.5),
    (r"node_softnet_backlog_len$", 1000, 0),
    (r"node_timex_frequency_adjustment_ratio$", 1e-3, 0),
    (r"node_timex_(offset|maxerror|estimated_error)_seconds$", 16, 0),
    (r"", 0, 1e-9),
]

SLOWEST_SECONDS = 5  # interval of most collectors whose values change
SLOWEST_OF_ALL_SECONDS = 16  # and of those of mounts and devices, with a second for the page
ATTEMPTS = 2
PATIENCE_SECONDS = 30
FEWEST_FAMILIES = 50
FEWEST_VALUES = 100

SAMPLE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)')
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')


def page_of(url):
    request = urllib.request.Request(url, headers={"Accept": "text/plain;version=0.0.4"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return families_of(answer.read().decode())


def families_of(page):
    """{name: {type, help, series: {frozenset of label pairs: value}}}"""
    families = {}
    for line in page.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ", 3)
            families.setdefault(name, {"help": False, "series": {}})["type"] = kind
        elif line.startswith("# HELP "):
            parts = line.split(" ", 3)
            entry = families.setdefault(parts[2], {"help": False, "series": {}})
            entry["help"] = len(parts) > 3 and bool(parts[3].strip())
        elif line and not line.startswith("#"):
            found = SAMPLE.match(line)
            if not found:
                raise SystemExit(f"not a sample: {line!r}")
            entry = families.setdefault(found[1], {"help": False, "series": {}})
            entry["series"][frozenset(LABEL.findall(found[2] or ""))] = float(found[3])
    return families


def clock_of(page):
    try:
        return page["node_time_seconds"]["series"][frozenset()]
    except KeyError:
        raise SystemExit("a page has no node_time_seconds, which tells when it was collected") from None


def three_pages(lapwing, exporter):
    """Ours, theirs, and ours when what changes has been collected anew."""
    before, theirs = page_of(lapwing), page_of(exporter)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        after = page_of(lapwing)
        if clock_of(after) >= clock_of(theirs) + SLOWEST_SECONDS:
            return before, theirs, after
        time.sleep(0.2)
    raise SystemExit(f"Lapwing has collected nothing new for {PATIENCE_SECONDS} seconds")


def family_reason(name, side):
    return next((why for family, accepted, why in ACCEPTED_FAMILIES
                 if accepted == side and re.match(family, name)), None)


def label_reason(name, label, side):
    return next((why for family, accepted, why in ACCEPTED_LABELS
                 if side == LAPWING and accepted == label and re.match(family, name)), None)


def series_reason(name, series, side):
    labels = dict(series)
    return next((why for family, label, value, sides, why in ACCEPTED_SERIES
                 if side in sides and re.match(family, name) and
                 any(re.fullmatch(label, own) and re.match(value, text) for own, text in labels.items())), None)


def label_value_reason(name, series, others):
    """Why the series may stand for one of the others that differs from it in a single label."""
    for family, label, why in ACCEPTED_LABEL_VALUES:
        if re.match(family, name) and any({pair[0] for pair in series ^ other} == {label}
                                          for other in others):
            return why
    return None


def restricted(series, labels):
    """The series by those of their labels that both sides have."""
    return {frozenset(pair for pair in one if pair[0] in labels): value for one, value in series.items()}


def compare(ours, theirs):
    """[(what differs, why that is accepted or None)]: names, types, help, labels."""
    found = []
    for name in sorted(filter(CARRIED.match, set(ours) | set(theirs))):
        if name not in ours or name not in theirs:
            side = LAPWING if name in ours else EXPORTER
            found.append((f"{name}: only {side} has it", family_reason(name, side)))
            continue
        mine, other = ours[name], theirs[name]
        for what in "type", "help":
            if mine.get(what) != other.get(what):
                found.append((f"{name}: {what} {mine.get(what)}, {EXPORTER} {other.get(what)}", None))
        my_names, their_names = label_names(mine), label_names(other)
        for label in sorted(my_names ^ their_names):
            side = LAPWING if label in my_names else EXPORTER
            found.append((f"{name}: only {side} has label {label}", label_reason(name, label, side)))
        shared = my_names & their_names
        my_series, their_series = restricted(mine["series"], shared), restricted(other["series"], shared)
        for series in sorted(set(my_series) ^ set(their_series), key=sorted):
            side, others = (LAPWING, their_series) if series in my_series else (EXPORTER, my_series)
            found.append((f"{name}{dict(sorted(series))}: only {side} has it",
                          series_reason(name, series, side) or
                          label_value_reason(name, series, others)))
    return found


def label_names(family):
    return {label for series in family["series"] for label, _ in series}


def compare_values(before, theirs, after):
    """(how many values were compared, [(what differs, why that is accepted or None)])"""
    compared, found = 0, []
    for name in sorted(filter(CARRIED.match, set(before) & set(theirs) & set(after))):
        absolute, relative = next(entry[1:] for entry in TOLERANCES if re.match(entry[0], name))
        shared = label_names(before[name]) & label_names(theirs[name])
        earlier, value_of, later = (restricted(page[name]["series"], shared)
                                    for page in (before, theirs, after))
        for series in sorted(set(earlier) & set(value_of) & set(later), key=sorted):
            value, low, high = value_of[series], *sorted((earlier[series], later[series]))
            slack = absolute + relative * max(abs(low), abs(high))
            compared += 1
            if not low - slack <= value <= high + slack:
                why = next((why for family, why in ACCEPTED_VALUES if re.match(family, name)), None)
                found.append((f"{name}{dict(sorted(series))}: {EXPORTER} {value}, {LAPWING} "
                              f"{earlier[series]} before and {later[series]} after", why))
    return compared, found


def differences_now(lapwing, exporter):
    """(families compared, values compared, differences)"""
    before, theirs, after = three_pages(lapwing, exporter)
    families = sum(1 for name in before if CARRIED.match(name) and name in theirs)
    compared, values = compare_values(before, theirs, after)
    if families < FEWEST_FAMILIES or compared < FEWEST_VALUES:
        raise SystemExit(f"only {families} families and {compared} values in common: "
                         "one page is not what it should be")
    return families, compared, compare(before, theirs) + values


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    # A mount or a device that comes or goes in between is on one page alone until the slowest of
    # all collectors has run again: what is wrong is wrong twice.
    for attempt in range(ATTEMPTS):
        began = time.monotonic()
        families, compared, differences = differences_now(*sys.argv[1:])
        unexpected = sum(1 for _, why in differences if why is None)
        if unexpected == 0 or attempt + 1 == ATTEMPTS:
            break
        print(f"{unexpected} unexpected differences; once more, with all collected anew")
        time.sleep(max(0, began + SLOWEST_OF_ALL_SECONDS - time.monotonic()))
    for what, why in differences:
        print(("accepted: " if why else "DIFFERS: ") + what + (f" ({why})" if why else ""))
    print(f"{families} families and {compared} values compared; {unexpected} unexpected differences")
    sys.exit(1 if unexpected else 0)


if __name__ == "__main__":
    main()
