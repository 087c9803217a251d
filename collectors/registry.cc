#include "collectors/registry.h"

#include <algorithm>
#include <array>

#include "collectors/access_log/access_log.h"
#include "collectors/host/factories.h"
#include "collectors/latency/collector.h"
#include "collectors/self/factories.h"
#include "collectors/services/factories.h"

namespace lapwing::collectors {
namespace {

// The settings' defaults are those of node_exporter's flags, so that both show the same devices.
constexpr SettingDescriptor kDiskSettings[] = {
    {"device_exclude", R"(^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$)"}};
constexpr SettingDescriptor kFilesystemSettings[] = {
    {"mount_points_exclude",
     R"(^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/))"},
    {"fs_types_exclude",
     "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|"
     "mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|"
     "tracefs)$"}};
constexpr SettingDescriptor kInterruptsSettings[] = {{"name_exclude", ""}};
constexpr SettingDescriptor kNetclassSettings[] = {{"ignored_devices", "^$"}};
constexpr SettingDescriptor kNetdevSettings[] = {{"device_exclude", ""}, {"device_include", ""}};
constexpr SettingDescriptor kNetstatSettings[] = {
    {"fields",
     "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|"
     "TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|"
     "Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab|MaxConn)|"
     "Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$"}};
constexpr SettingDescriptor kPowerSupplySettings[] = {{"ignored_supplies", "^$"}};
constexpr SettingDescriptor kSystemdSettings[] = {
    {"unit_include", ".+"},
    {"unit_exclude", R"(^.+\.(automount|device|mount|scope|slice|target)$)"}};
// Where Debian's package of node_exporter has it.
constexpr SettingDescriptor kTextfileSettings[] = {
    {"directory", "/var/lib/prometheus/node-exporter", SettingKind::Path}};
constexpr SettingDescriptor kVmstatSettings[] = {{"fields", "^(oom_kill|pgpg|pswp|pg.*fault).*"}};

constexpr CollectorDescriptor host(std::string_view name, Duration interval, Lane lane,
                                   std::unique_ptr<Collector> (*make)(const FactoryInput&),
                                   std::span<const SettingDescriptor> settings = {}) {
  return {name, true, interval, lane, Origin::Host, settings, make};
}

// Off by default, as in node_exporter.
constexpr CollectorDescriptor off(CollectorDescriptor descriptor) {
  descriptor.on_by_default = false;
  return descriptor;
}

constexpr CollectorDescriptor own(std::string_view name, Duration interval,
                                  std::unique_ptr<Collector> (*make)(const FactoryInput&)) {
  return {name, true, interval, Lane::Tick, Origin::Agent, {}, make};
}

constexpr std::array kTable = {
    host("access_logs", 1s, Lane::Slow, access_log::make_access_logs),
    host("arp", 15s, Lane::Tick, host::make_arp),
    host("bcache", 15s, Lane::Slow, host::make_bcache),
    host("bcachefs", 15s, Lane::Slow, host::make_bcachefs),
    host("bonding", 15s, Lane::Slow, host::make_bonding),
    host("btrfs", 15s, Lane::Slow, host::make_btrfs),
    host("conntrack", 5s, Lane::Tick, host::make_conntrack),
    own("counters", 5s, self::make_counters),
    host("cpu", 1s, Lane::Tick, host::make_cpu),
    host("cpu_topology", 15s, Lane::Slow, host::make_cpu_topology),
    host("cpufreq", 15s, Lane::Slow, host::make_cpufreq),
    host("diskstats", 1s, Lane::Tick, host::make_diskstats, kDiskSettings),
    host("dmi", 60s, Lane::Slow, host::make_dmi),
    host("edac", 15s, Lane::Slow, host::make_edac),
    host("entropy", 15s, Lane::Tick, host::make_entropy),
    host("fibrechannel", 15s, Lane::Slow, host::make_fibrechannel),
    host("filefd", 5s, Lane::Tick, host::make_filefd),
    host("filesystem", 15s, Lane::Slow, host::make_filesystem, kFilesystemSettings),
    host("hwmon", 15s, Lane::Slow, host::make_hwmon),
    host("infiniband", 15s, Lane::Slow, host::make_infiniband),
    host("interrupts", 15s, Lane::Slow, host::make_interrupts, kInterruptsSettings),
    host("ipvs", 15s, Lane::Slow, host::make_ipvs),
    host("kernel_hung", 15s, Lane::Tick, host::make_kernel_hung),
    off(host("ksmd", 15s, Lane::Slow, host::make_ksmd)),
    host("latency", 1s, Lane::Tick, latency::make_latency),
    host("loadavg", 1s, Lane::Tick, host::make_loadavg),
    host("mdadm", 15s, Lane::Slow, host::make_mdadm),
    host("meminfo", 1s, Lane::Tick, host::make_meminfo),
    off(host("meminfo_numa", 15s, Lane::Slow, host::make_meminfo_numa)),
    host("netclass", 15s, Lane::Slow, host::make_netclass, kNetclassSettings),
    host("netdev", 1s, Lane::Tick, host::make_netdev, kNetdevSettings),
    host("netstat", 5s, Lane::Tick, host::make_netstat, kNetstatSettings),
    host("nfs", 15s, Lane::Slow, host::make_nfs),
    host("nfsd", 15s, Lane::Slow, host::make_nfsd),
    host("nvme", 60s, Lane::Slow, host::make_nvme),
    host("os", 15s, Lane::Slow, host::make_os),
    host("powersupplyclass", 15s, Lane::Slow, host::make_powersupplyclass, kPowerSupplySettings),
    host("pressure", 1s, Lane::Tick, host::make_pressure),
    // Beside the host's, as node_exporter has its own: dashboards ask for them by the same job.
    host("process", 5s, Lane::Tick, self::make_process),
    host("processes", 15s, Lane::Slow, host::make_processes),
    host("rapl", 15s, Lane::Slow, host::make_rapl),
    host("schedstat", 1s, Lane::Tick, host::make_schedstat),
    host("selinux", 60s, Lane::Slow, host::make_selinux),
    host("service_network", 5s, Lane::Slow, services::make_service_network),
    host("services", 1s, Lane::Slow, services::make_services),
    host("sockstat", 5s, Lane::Tick, host::make_sockstat),
    off(host("softirqs", 15s, Lane::Slow, host::make_softirqs)),
    host("softnet", 5s, Lane::Tick, host::make_softnet),
    host("stat", 1s, Lane::Tick, host::make_stat),
    host("systemd", 15s, Lane::Slow, host::make_systemd, kSystemdSettings),
    host("tapestats", 15s, Lane::Slow, host::make_tapestats),
    host("tcpstat", 5s, Lane::Slow, host::make_tcpstat),
    host("textfile", 15s, Lane::Slow, host::make_textfile, kTextfileSettings),
    host("thermal_zone", 15s, Lane::Slow, host::make_thermal_zone),
    host("time", 5s, Lane::Tick, host::make_time),
    host("timex", 5s, Lane::Tick, host::make_timex),
    host("udp_queues", 5s, Lane::Slow, host::make_udp_queues),
    host("uname", 15s, Lane::Tick, host::make_uname),
    host("vmstat", 1s, Lane::Tick, host::make_vmstat, kVmstatSettings),
    host("watchdog", 15s, Lane::Slow, host::make_watchdog),
    host("xfs", 15s, Lane::Slow, host::make_xfs),
    host("zfs", 15s, Lane::Slow, host::make_zfs),
};

}  // namespace

std::span<const CollectorDescriptor> collector_table() { return kTable; }

const CollectorDescriptor* find_collector(std::string_view name) {
  const auto found = std::find_if(kTable.begin(), kTable.end(),
                                  [&](const auto& descriptor) { return descriptor.name == name; });
  return found == kTable.end() ? nullptr : &*found;
}

}  // namespace lapwing::collectors
