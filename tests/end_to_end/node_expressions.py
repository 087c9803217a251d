"""What the Node Exporter Full dashboard and the node mixin compute, as PromQL with the dashboard's
variables; host_metrics_test.py asks our API for each.

The dashboard filters everything by instance and job ($s), and takes the increase of each counter over
$__rate_interval ($r). Whatever it shows as it is, is made of the table of metrics by plain(); what it
combines stands here. Of the mixin's alerts the compared terms stand here: an alert that does not fire
returns nothing.
"""
import re

SELECTOR = 'instance="$node",job="$job"'
COUNTER = re.compile(r"(_total$|^node_vmstat_|^node_netstat_(?!Tcp_(CurrEstab|MaxConn))|_seconds_total$)")


def plain(name):
    """A gauge as it is, a counter's increase."""
    selected = "%s{$s}" % name
    return f"irate({selected}[$r])" if COUNTER.search(name) else selected


def of_modes(*modes):
    """A share of all processors by mode, in the dashboard's two ways."""
    for mode in modes:
        yield (f'sum(irate(node_cpu_seconds_total{{$s,mode="{mode}"}}[$r])) / '
               "scalar(count(count(node_cpu_seconds_total{$s}) by (cpu)))")
        yield (f'sum by(instance) (irate(node_cpu_seconds_total{{$s,mode="{mode}"}}[$r])) / on(instance) '
               "group_left sum by (instance)((irate(node_cpu_seconds_total{$s}[$r])))")


DASHBOARD = [
    # gauges and numbers of the first row
    "100 * (1 - avg(rate(node_cpu_seconds_total{mode=\"idle\",$s}[$r])))",
    "(1 - sum(rate(node_cpu_seconds_total{mode=\"idle\",$s}[$r])) / count(node_cpu_seconds_total{mode=\"idle\",$s})) * 100",
    "scalar(node_load1{$s}) * 100 / count(count(node_cpu_seconds_total{$s}) by (cpu))",
    "avg_over_time(node_load5{$s}[1m]) / on(instance) group_left sum by (instance) (count by (instance, cpu) (node_cpu_seconds_total{$s})) * 100",
    "clamp_min((1 - (node_memory_MemAvailable_bytes{$s} / node_memory_MemTotal_bytes{$s})) * 100, 0)",
    "((node_memory_MemTotal_bytes{$s} - node_memory_MemFree_bytes{$s}) / (node_memory_MemTotal_bytes{$s})) * 100",
    "100 - ((node_memory_MemAvailable_bytes{$s} * 100) / node_memory_MemTotal_bytes{$s})",
    "((node_memory_SwapTotal_bytes{$s} - node_memory_SwapFree_bytes{$s}) / (node_memory_SwapTotal_bytes{$s})) * 100",
    "100 - ((node_filesystem_avail_bytes{$s,mountpoint=~\"/.*\",fstype!=\"rootfs\"} * 100) / node_filesystem_size_bytes{$s,mountpoint=~\"/.*\",fstype!=\"rootfs\"})",
    "(node_filesystem_size_bytes{$s,mountpoint=~\"/.*\",fstype!=\"rootfs\"} - node_filesystem_avail_bytes{$s,mountpoint=~\"/.*\",fstype!=\"rootfs\"}) / node_filesystem_size_bytes{$s,mountpoint=~\"/.*\",fstype!=\"rootfs\"} * 100",
    "count(count(node_cpu_seconds_total{$s}) by (cpu))",
    "node_time_seconds{$s} - node_boot_time_seconds{$s}",
    # processors
    *of_modes("system", "user", "iowait", "irq", "softirq", "nice", "steal", "idle"),
    "sum(irate(node_cpu_seconds_total{$s,mode=~\".*irq\"}[$r])) / scalar(count(count(node_cpu_seconds_total{$s}) by (cpu)))",
    "sum(irate(node_cpu_seconds_total{$s,mode!='idle',mode!='user',mode!='system',mode!='iowait',mode!='irq',mode!='softirq'}[$r])) / scalar(count(count(node_cpu_seconds_total{$s}) by (cpu)))",
    "sum by(instance) (irate(node_cpu_guest_seconds_total{$s,mode=\"user\"}[$r])) / on(instance) group_left sum by (instance)((irate(node_cpu_seconds_total{$s}[$r])))",
    "sum by(instance) (irate(node_cpu_guest_seconds_total{$s,mode=\"nice\"}[$r])) / on(instance) group_left sum by (instance)((irate(node_cpu_seconds_total{$s}[$r])))",
    "avg(node_cpu_scaling_frequency_max_hertz{$s})",
    "avg(node_cpu_scaling_frequency_min_hertz{$s})",
    # memory
    "node_memory_MemTotal_bytes{$s} - node_memory_MemFree_bytes{$s} - (node_memory_Cached_bytes{$s} + node_memory_Buffers_bytes{$s} + node_memory_SReclaimable_bytes{$s})",
    "node_memory_Cached_bytes{$s} + node_memory_Buffers_bytes{$s} + node_memory_SReclaimable_bytes{$s}",
    "(node_memory_SwapTotal_bytes{$s} - node_memory_SwapFree_bytes{$s})",
    "node_memory_MemTotal_bytes{$s} - node_memory_MemFree_bytes{$s} - node_memory_Buffers_bytes{$s} - node_memory_Cached_bytes{$s} - node_memory_Slab_bytes{$s} - node_memory_PageTables_bytes{$s} - node_memory_SwapCached_bytes{$s}",
    "irate(node_vmstat_pgfault{$s}[$r]) - irate(node_vmstat_pgmajfault{$s}[$r])",
    "increase(node_vmstat_oom_kill{$s}[$r])",
    # network
    "irate(node_network_receive_bytes_total{$s}[$r])*8",
    "irate(node_network_transmit_bytes_total{$s}[$r])*8",
    "rate(node_network_receive_bytes_total{$s,device=~\".+\"}[$r]) * 8",
    "node_tcp_connection_states{state=\"established\",$s}",
    "node_tcp_connection_states{state=\"listen\",$s}",
    "node_tcp_connection_states{state=\"time_wait\",$s}",
    # disks
    "irate(node_disk_read_time_seconds_total{$s}[$r]) / irate(node_disk_reads_completed_total{$s}[$r])",
    "irate(node_disk_write_time_seconds_total{$s,device=~\".+\"}[$r]) / irate(node_disk_writes_completed_total{$s,device=~\".+\"}[$r])",
    "irate(node_disk_io_time_seconds_total{$s,device=~\"[a-z]+|nvme[0-9]+n[0-9]+|mmcblk[0-9]+\"}[$r])",
    "node_filesystem_avail_bytes{$s,device!~'rootfs'}",
    "100 - ((node_filesystem_avail_bytes{$s,device!~'rootfs'} * 100) / node_filesystem_size_bytes{$s,device!~'rootfs'})",
    "node_filesystem_files_free{$s,device!~'rootfs'}",
    "node_filesystem_files{$s,device!~'rootfs'}",
    "node_filesystem_readonly{$s,device!~'rootfs',fstype!='tmpfs'}",
    "node_filesystem_device_error{$s,device!~'rootfs',fstype!='tmpfs'}",
    # the rest
    "irate(node_schedstat_running_seconds_total{$s,cpu=~\"[0-9]*\"}[$r])",
    "node_hwmon_temp_celsius{$s} * on(chip) group_left(chip_name) node_hwmon_chip_names{$s}",
    "node_hwmon_temp_crit_alarm_celsius{$s} * on(chip) group_left(chip_name) node_hwmon_chip_names{$s}",
    *(f'node_systemd_units{{$s,state="{state}"}}' for state in ("activating", "active", "deactivating", "failed", "inactive")),
    "irate(node_systemd_socket_accepted_connections_total{$s}[$r])",
    # the variables
    "count by (job) (node_uname_info)",
    "count by (nodename) (node_uname_info{job=\"$job\"})",
    "count by (instance) (node_uname_info{job=\"$job\"})",
]

MIXIN = [
    # what its alerts compare
    "node_filesystem_avail_bytes{job=\"$job\",fstype!=\"\",mountpoint!=\"\"} / node_filesystem_size_bytes{job=\"$job\",fstype!=\"\",mountpoint!=\"\"} * 100 < 101 and node_filesystem_readonly{job=\"$job\",fstype!=\"\",mountpoint!=\"\"} < 2",
    "predict_linear(node_filesystem_avail_bytes{job=\"$job\",fstype!=\"\",mountpoint!=\"\"}[6h], 24*60*60)",
    "node_filesystem_files_free{job=\"$job\",fstype!=\"\",mountpoint!=\"\"} / node_filesystem_files{job=\"$job\",fstype!=\"\",mountpoint!=\"\"} * 100",
    "predict_linear(node_filesystem_files_free{job=\"$job\",fstype!=\"\",mountpoint!=\"\"}[6h], 4*60*60)",
    "rate(node_network_receive_errs_total{job=\"$job\"}[2m]) / rate(node_network_receive_packets_total{job=\"$job\"}[2m])",
    "rate(node_network_transmit_errs_total{job=\"$job\"}[2m]) / rate(node_network_transmit_packets_total{job=\"$job\"}[2m])",
    "node_nf_conntrack_entries{job=\"$job\"} / node_nf_conntrack_entries_limit",
    "node_textfile_scrape_error{job=\"$job\"} >= 0",
    "deriv(node_timex_offset_seconds{job=\"$job\"}[5m])",
    "min_over_time(node_timex_sync_status{job=\"$job\"}[5m]) >= 0 and node_timex_maxerror_seconds{job=\"$job\"} >= 0",
    "node_md_disks_required{job=\"$job\",device!=\"\"} - ignoring (state) (node_md_disks{state=\"active\",job=\"$job\",device!=\"\"})",
    "node_md_disks{state=\"failed\",job=\"$job\",device!=\"\"}",
    "node_filefd_allocated{job=\"$job\"} * 100 / node_filefd_maximum{job=\"$job\"}",
    "sum without(mode) (avg without (cpu) (rate(node_cpu_seconds_total{job=\"$job\", mode!=\"idle\"}[2m]))) * 100",
    "node_load1{job=\"$job\"} / count without (cpu, mode) (node_cpu_seconds_total{job=\"$job\", mode=\"idle\"})",
    "rate(node_vmstat_pgmajfault{job=\"$job\"}[5m])",
    "100 - (node_memory_MemAvailable_bytes{job=\"$job\"} / node_memory_MemTotal_bytes{job=\"$job\"} * 100)",
    "rate(node_disk_io_time_weighted_seconds_total{job=\"$job\", device!=\"\"}[5m])",
    "node_systemd_unit_state{job=\"$job\", state=\"failed\"}",
    # its dashboards: one host's, and the USE method's over recorded series
    "(1 - sum without (mode) (rate(node_cpu_seconds_total{job=\"$job\", mode=~\"idle|iowait|steal\", instance=\"$node\"}[$r]))) / ignoring(cpu) group_left count without (cpu, mode) (node_cpu_seconds_total{job=\"$job\", mode=\"idle\", instance=\"$node\"})",
    "count(node_cpu_seconds_total{job=\"$job\", instance=\"$node\", mode=\"idle\"})",
    "node_memory_MemTotal_bytes{$s} - node_memory_MemFree_bytes{$s} - node_memory_Buffers_bytes{$s} - node_memory_Cached_bytes{$s}",
    "100 - (avg(node_memory_MemAvailable_bytes{$s}) / avg(node_memory_MemTotal_bytes{$s}) * 100)",
    "rate(node_disk_read_bytes_total{$s, device=~\".+\"}[$r])",
    "max by (fstype, device) (node_filesystem_size_bytes{$s, fstype!=\"\", mountpoint!=\"\"})",
    "max by (mountpoint) (node_filesystem_avail_bytes{$s, fstype!=\"\", mountpoint!=\"\"})",
    "rate(node_network_receive_bytes_total{$s, device!=\"lo\"}[$r]) * 8",
    "((instance:node_cpu_utilisation:rate5m{job=\"$job\"} * instance:node_num_cpu:sum{job=\"$job\"}) != 0) / scalar(sum(instance:node_num_cpu:sum{job=\"$job\"}))",
    "(instance:node_load1_per_cpu:ratio{job=\"$job\"} / scalar(count(instance:node_load1_per_cpu:ratio{job=\"$job\"}))) >= 0",
    "(instance:node_memory_utilisation:ratio{job=\"$job\"} / scalar(count(instance:node_memory_utilisation:ratio{job=\"$job\"}))) != 0",
    "instance:node_vmstat_pgmajfault:rate5m{$s}",
    "instance:node_network_receive_bytes_excluding_lo:rate5m{$s} >= 0",
    "instance:node_network_transmit_drop_excluding_lo:rate5m{$s} >= 0",
    "(instance_device:node_disk_io_time_seconds:rate5m{job=\"$job\"} / scalar(count(instance_device:node_disk_io_time_seconds:rate5m{job=\"$job\"}))) >= 0",
    "sum without (device) (max without (fstype, mountpoint) (node_filesystem_size_bytes{job=\"$job\", fstype!=\"\", mountpoint!=\"\"} - node_filesystem_avail_bytes{job=\"$job\", fstype!=\"\", mountpoint!=\"\"})) / scalar(sum(max without (fstype, mountpoint) (node_filesystem_size_bytes{job=\"$job\", fstype!=\"\", mountpoint!=\"\"})))",
]


def names_in(expression):
    """The metrics that it is made of."""
    return set(re.findall(r"\b(?:node_|process_|instance:|instance_device:)[A-Za-z0-9_:]+(?=[{\[) ]|$)", expression))


def filled_in(expression, node, job, rate_interval="1m"):
    for variable, text in (("$s", SELECTOR), ("$node", node), ("$job", job), ("$r", rate_interval)):
        expression = expression.replace(variable, text)
    return expression
