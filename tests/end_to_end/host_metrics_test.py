"""Every metric that the Node Exporter Full dashboard (number 1860) and the node mixin ask for, and what
they compute of it, returns data through the API, or this machine lacks what it is read from.

A name is a pattern of alternatives in braces. Beside it stand the places that the kernel has it in,
as globs, and words that one of them must hold: where one is there and no data came, the test fails.
No place: every Linux has it.
"""
import contextlib
import glob
import itertools
import pathlib
import re
import socket
import tempfile
import unittest

from lapwing import ROOT, Agent, wait_for
from node_expressions import DASHBOARD, MIXIN, filled_in, names_in, plain

ANY = ""

METRICS = [
    # cpu, scheduler
    ("node_cpu_seconds_total", []),
    ("node_cpu_guest_seconds_total", []),
    ("node_cpu_scaling_frequency_{hertz,min_hertz,max_hertz}",
     ["/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq"]),
    ("node_schedstat_{running,waiting}_seconds_total", ["/proc/schedstat"]),
    ("node_schedstat_timeslices_total", ["/proc/schedstat"]),
    ("node_load{1,5,15}", []),
    ("node_{context_switches,intr,interrupts,forks}_total", []),
    ("node_procs_{running,blocked}", []),
    ("node_{boot_time,time}_seconds", []),
    # pressure
    ("node_pressure_cpu_waiting_seconds_total", [("/proc/pressure/cpu", "some")]),
    ("node_pressure_io_{waiting,stalled}_seconds_total", [("/proc/pressure/io", "full")]),
    ("node_pressure_memory_{waiting,stalled}_seconds_total", [("/proc/pressure/memory", "full")]),
    ("node_pressure_irq_stalled_seconds_total", [("/proc/pressure/irq", "full")]),
    # memory; each field of /proc/meminfo is looked for by its own name below
    ("node_vmstat_{pgfault,pgmajfault,pgpgin,pgpgout,pswpin,pswpout}", []),
    ("node_vmstat_oom_kill", [("/proc/vmstat", "oom_kill ")]),
    # disk
    ("node_disk_{read_bytes,written_bytes,reads_completed,writes_completed,reads_merged,writes_merged,"
     "read_time_seconds,write_time_seconds,io_time_seconds,io_time_weighted_seconds}_total",
     [("/proc/diskstats", r" (sd[a-z]|vd[a-z]|xvd[a-z]|nvme\d+n\d+|dm-\d+|md\d+) ")]),
    ("node_disk_{discards_completed,discards_merged,discarded_sectors,discard_time_seconds}_total",
     [("/proc/diskstats", r" (sd[a-z]|vd[a-z]|xvd[a-z]|nvme\d+n\d+)( \d+){15}")]),
    ("node_disk_{flush_requests,flush_requests_time_seconds}_total",
     [("/proc/diskstats", r" (sd[a-z]|vd[a-z]|xvd[a-z]|nvme\d+n\d+)( \d+){17}")]),
    ("node_disk_{io_now,info}", [("/proc/diskstats", r" (sd[a-z]|vd[a-z]|xvd[a-z]|nvme\d+n\d+) ")]),
    # filesystem
    ("node_filesystem_{avail_bytes,free_bytes,size_bytes,files,files_free,readonly,device_error}", []),
    ("node_filefd_{allocated,maximum}", []),
    # network
    ("node_network_receive_{bytes,packets,errs,drop,fifo,frame,compressed,multicast}_total", []),
    ("node_network_receive_nohandler_total", ["/sys/class/net/*/statistics/rx_nohandler"]),
    ("node_network_transmit_{bytes,packets,errs,drop,fifo,colls,carrier,compressed}_total", []),
    ("node_network_{up,mtu_bytes}", []),
    ("node_network_carrier", [("/sys/class/net/*/carrier", r"\d")]),
    ("node_network_speed_bytes", [("/sys/class/net/*/speed", r"^[1-9]")]),
    ("node_arp_entries", [("/proc/net/arp", r"\n\S")]),
    ("node_nf_conntrack_{entries,entries_limit}", ["/proc/sys/net/netfilter/nf_conntrack_count"]),
    ("node_bonding_{active,slaves}", [("/sys/class/net/bonding_masters", r"\S")]),
    ("node_softnet_{processed,dropped,times_squeezed,received_rps,flow_limit_count}_total", []),
    # sockets
    ("node_sockstat_{sockets_used,TCP_alloc,TCP_inuse,TCP_mem,TCP_mem_bytes,TCP_orphan,TCP_tw,UDP_inuse,"
     "UDP_mem,UDP_mem_bytes,UDPLITE_inuse,RAW_inuse,FRAG_inuse,FRAG_memory}", []),
    ("node_tcp_connection_states", []),
    ("node_udp_queues", [("/proc/net/udp", r"\n\s*\d+:")]),
    # netstat
    ("node_netstat_Tcp_{ActiveOpens,PassiveOpens,CurrEstab,InErrs,InSegs,OutSegs,OutRsts,RetransSegs,MaxConn}", []),
    ("node_netstat_TcpExt_{ListenDrops,ListenOverflows,SyncookiesFailed,SyncookiesRecv,SyncookiesSent,"
     "TCPOFOQueue,TCPRcvQDrop,TCPSynRetrans,TCPTimeouts}", []),
    ("node_netstat_Udp_{InDatagrams,OutDatagrams,InErrors,NoPorts,RcvbufErrors,SndbufErrors}", []),
    ("node_netstat_UdpLite_InErrors", []),
    ("node_netstat_Icmp_{InErrors,InMsgs,OutMsgs}", []),
    ("node_netstat_IpExt_{InOctets,OutOctets}", []),
    # time
    ("node_timex_{estimated_error_seconds,frequency_adjustment_ratio,loop_time_constant,maxerror_seconds,"
     "offset_seconds,sync_status,tai_offset_seconds,tick_seconds,pps_calibration_total,pps_error_total,"
     "pps_frequency_hertz,pps_jitter_seconds,pps_jitter_total,pps_shift_seconds,pps_stability_exceeded_total,"
     "pps_stability_hertz}", []),
    # hardware
    ("node_hwmon_chip_names", ["/sys/class/hwmon/*/name"]),
    ("node_hwmon_fan_rpm", ["/sys/class/hwmon/*/fan*_input"]),
    ("node_hwmon_fan_min_rpm", ["/sys/class/hwmon/*/fan*_min"]),
    ("node_hwmon_temp_celsius", ["/sys/class/hwmon/*/temp*_input"]),
    ("node_hwmon_temp_max_celsius", ["/sys/class/hwmon/*/temp*_max"]),
    ("node_hwmon_temp_crit_celsius", ["/sys/class/hwmon/*/temp*_crit"]),
    ("node_hwmon_temp_crit_hyst_celsius", ["/sys/class/hwmon/*/temp*_crit_hyst"]),
    ("node_hwmon_temp_crit_alarm_celsius", ["/sys/class/hwmon/*/temp*_crit_alarm"]),
    ("node_hwmon_temp_alarm", ["/sys/class/hwmon/*/temp*_alarm"]),
    ("node_thermal_zone_temp", ["/sys/class/thermal/thermal_zone*/temp"]),
    ("node_cooling_device_{cur,max}_state", ["/sys/class/thermal/cooling_device*/cur_state"]),
    ("node_power_supply_online", ["/sys/class/power_supply/*/online"]),
    ("node_edac_{correctable,uncorrectable}_errors_total", ["/sys/devices/system/edac/mc/mc[0-9]*/ce_count"]),
    ("node_md_{disks,disks_required}", [("/proc/mdstat", r"\nmd\d+ :")]),
    ("node_entropy_{available,pool_size}_bits", []),
    ("node_dmi_info", ["/sys/class/dmi/id/sys_vendor"]),
    # system
    ("node_uname_info", []),
    ("node_os_info", ["/etc/os-release"]),
    ("node_systemd_{units,unit_state}", ["/run/systemd/private"]),
    ("node_systemd_service_restart_total", ["/run/systemd/private"]),
    ("node_systemd_socket_{accepted_connections_total,current_connections}", ["/run/systemd/private"]),
    ("node_systemd_socket_refused_connections_total", ["/run/systemd/private"]),
    ("node_processes_{pids,threads,state,max_processes,max_threads}", []),
    ("node_kernel_{hung_tasks,hung_tasks_total}", ["/proc/sys/kernel/hung_task_detect_count"]),
    ("node_textfile_mtime_seconds", []),
    ("node_exporter_build_info", []),
    ("node_scrape_collector_{duration_seconds,success}", []),
    ("node_textfile_scrape_error", []),
    ("process_{cpu_seconds_total,max_fds,open_fds,virtual_memory_bytes,virtual_memory_max_bytes,"
     "resident_memory_bytes,start_time_seconds}", []),
    # the mixin's recording rules, which this project ships
    ("instance:node_num_cpu:sum", []),
    ("instance:node_cpu_utilisation:rate5m", []),
    ("instance:node_load1_per_cpu:ratio", []),
    ("instance:node_memory_utilisation:ratio", []),
    ("instance:node_vmstat_pgmajfault:rate5m", []),
    ("instance_device:node_disk_io_time_{seconds,weighted_seconds}:rate5m",
     [("/proc/diskstats", r" (sd[a-z]|vd[a-z]|xvd[a-z]|nvme\d+n\d+) ")]),
    ("instance:node_network_{receive,transmit}_{bytes,drop}_excluding_lo:rate5m",
     ["/sys/class/net/[!l]*/mtu"]),
    ("instance:node_network_{receive,transmit}_{bytes,drop}_physical:rate5m", ["/sys/class/net/e*/mtu"]),
]

MEMORY = ("Active Active_anon Active_file AnonHugePages AnonPages Buffers Cached CommitLimit Committed_AS "
          "DirectMap1G DirectMap2M DirectMap4k Dirty HardwareCorrupted Hugepagesize Inactive Inactive_anon "
          "Inactive_file KernelStack Mapped MemAvailable MemFree MemTotal Mlocked NFS_Unstable PageTables Percpu "
          "SReclaimable SUnreclaim ShmemHugePages ShmemPmdMapped Shmem Slab SwapCached SwapFree SwapTotal "
          "Unevictable VmallocChunk VmallocTotal VmallocUsed WritebackTmp Writeback Zswap Zswapped").split()
HUGE_PAGES = "HugePages_Free HugePages_Rsvd HugePages_Surp HugePages_Total".split()

# Collectors whose increases the expressions ask for and that look less often than each 5 s.
SLOW_COUNTERS = ("cpufreq", "filesystem", "interrupts", "kernel_hung", "netclass", "process", "processes", "systemd")


def expanded(pattern):
    """`a_{b,c}` is a_b and a_c."""
    parts = re.split(r"\{([^}]*)\}", pattern)
    choices = [[part] if i % 2 == 0 else part.split(",") for i, part in enumerate(parts)]
    return ["".join(words) for words in itertools.product(*choices)]


def is_there(place):
    """Whether a file of the glob exists, and one holds the pattern."""
    path, words = place if isinstance(place, tuple) else (place, ANY)
    for one in glob.glob(path):
        try:
            if words == ANY or re.search(words, pathlib.Path(one).read_text(errors="replace")):
                return True
        except OSError:
            continue  # the speed of a device that is down
    return False


def meminfo_fields():
    text = pathlib.Path("/proc/meminfo").read_text()
    return {re.sub(r"\((.*)\)", r"_\1", line.split(":")[0]) for line in text.splitlines()}


class HostMetrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (folder / "texts").mkdir()
        (folder / "texts/one.prom").write_text("backup_age_seconds 7\n")
        # The shipped rules of the mixin run each 30 seconds: the same again, each second.
        rules = (ROOT / "rules/node_mixin.yml").read_text()
        (folder / "mixin.yml").write_text(rules.replace("interval: 30s", "interval: 1s"))
        # Two samples of each soon.
        often = ", ".join(f"{name}: {{interval: 1s}}" for name in SLOW_COUNTERS)
        config = f"collectors: {{textfile: {{directory: texts}}, {often}}}\nrule_files: [mixin.yml]\n"
        # States without a socket have no series: hold one connection.
        server = cls.enterClassContext(socket.create_server(("127.0.0.1", 0)))
        cls.enterClassContext(socket.create_connection(server.getsockname()))
        cls.agent = cls.enterClassContext(Agent(folder=folder, config=config))

    def has_data(self, name):
        """Not in the index alone: an instant query returns samples."""
        return bool(self.agent.query("{__name__=\"%s\"}" % name))

    def assert_data(self, names):
        """All have it soon: slow collectors are on their way, rules over rates want two samples."""
        missing = list(names)

        def none_missing():
            missing[:] = [name for name in missing if not self.has_data(name)]
            return not missing
        with contextlib.suppress(AssertionError):
            wait_for("data", 20, none_missing, 0.5)
        self.assertEqual([], missing)

    def test_every_metric_has_data_or_the_machine_lacks_it(self):
        looked_for = [name for pattern, _ in METRICS for name in expanded(pattern)]
        self.assertGreater(len(looked_for), 180)
        self.assert_data(name for pattern, places in METRICS for name in expanded(pattern)
                         if not places or any(is_there(place) for place in places))

    def test_every_field_of_memory_that_the_kernel_has_is_carried(self):
        fields = meminfo_fields()
        wanted = [(field, f"node_memory_{field}_bytes") for field in MEMORY]
        wanted += [(field, f"node_memory_{field}") for field in HUGE_PAGES]
        self.assert_data(name for field, name in wanted if field in fields)
        self.assertGreater(sum(field in fields for field, _ in wanted), 30)

    def test_every_expression_of_the_dashboard_and_the_mixin_has_data_where_its_metrics_have(self):
        there = {name for pattern, places in METRICS for name in expanded(pattern)
                 if not places or any(is_there(place) for place in places)}
        known = {name for pattern, _ in METRICS for name in expanded(pattern)}
        memory = {f"node_memory_{field}_bytes" for field in MEMORY}
        there |= {f"node_memory_{field}_bytes" for field in meminfo_fields()} & memory
        # The version is the agent's own, with its job; neither asks for it.
        asked = [plain(name) for name in sorted(known - {"node_exporter_build_info"} | memory)] + DASHBOARD + MIXIN
        # A misspelt metric would be one that no machine has.
        self.assertEqual(set(), set().union(*map(names_in, asked)) - known - memory)
        self.assertTrue(all(names_in(expression) for expression in asked))
        due = [expression for expression in asked if names_in(expression) <= there]
        self.assertGreater(len(due), 200)
        found = wait_for("the host's name", 20, lambda: self.agent.query("node_uname_info"))[0][0]
        missing = list(due)

        def none_missing():
            missing[:] = [expression for expression in missing if not self.agent.query(
                filled_in(expression, found["instance"], found["job"]))]
            return not missing
        with contextlib.suppress(AssertionError):
            wait_for("data", 20, none_missing, 0.5)
        self.assertEqual([], missing)

    def test_series_carry_job_and_instance(self):
        found = wait_for("node_load1", 20, lambda: self.agent.query("node_load1"))
        self.assertEqual(["node"], [labels["job"] for labels, _ in found])
        self.assertTrue(all(labels["instance"] for labels, _ in found))


if __name__ == "__main__":
    unittest.main()
