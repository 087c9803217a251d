#include "collectors/registry.h"

#include <algorithm>
#include <array>

#include "collectors/host/factories.h"
#include "collectors/self/factories.h"

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
constexpr SettingDescriptor kNetclassSettings[] = {{"ignored_devices", "^$"}};
constexpr SettingDescriptor kNetdevSettings[] = {{"device_exclude", ""}, {"device_include", ""}};
constexpr SettingDescriptor kNetstatSettings[] = {
    {"fields",
     "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|"
     "TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|"
     "Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab|MaxConn)|"
     "Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$"}};
constexpr SettingDescriptor kVmstatSettings[] = {{"fields", "^(oom_kill|pgpg|pswp|pg.*fault).*"}};

constexpr CollectorDescriptor host(std::string_view name, Duration interval, Lane lane,
                                   std::unique_ptr<Collector> (*make)(const FactoryInput&),
                                   std::span<const SettingDescriptor> settings = {}) {
  return {name, true, interval, lane, Origin::Host, settings, make};
}

constexpr CollectorDescriptor own(std::string_view name, Duration interval,
                                  std::unique_ptr<Collector> (*make)(const FactoryInput&)) {
  return {name, true, interval, Lane::Tick, Origin::Agent, {}, make};
}

constexpr std::array kTable = {
    host("arp", 15s, Lane::Tick, host::make_arp),
    host("conntrack", 5s, Lane::Tick, host::make_conntrack),
    own("counters", 5s, self::make_counters),
    host("cpu", 1s, Lane::Tick, host::make_cpu),
    host("diskstats", 1s, Lane::Tick, host::make_diskstats, kDiskSettings),
    host("entropy", 15s, Lane::Tick, host::make_entropy),
    host("filefd", 5s, Lane::Tick, host::make_filefd),
    host("filesystem", 15s, Lane::Slow, host::make_filesystem, kFilesystemSettings),
    host("kernel_hung", 15s, Lane::Tick, host::make_kernel_hung),
    host("loadavg", 1s, Lane::Tick, host::make_loadavg),
    host("meminfo", 1s, Lane::Tick, host::make_meminfo),
    host("netclass", 15s, Lane::Slow, host::make_netclass, kNetclassSettings),
    host("netdev", 1s, Lane::Tick, host::make_netdev, kNetdevSettings),
    host("netstat", 5s, Lane::Tick, host::make_netstat, kNetstatSettings),
    host("os", 15s, Lane::Slow, host::make_os),
    host("pressure", 1s, Lane::Tick, host::make_pressure),
    own("process", 5s, self::make_process),
    host("schedstat", 1s, Lane::Tick, host::make_schedstat),
    host("sockstat", 5s, Lane::Tick, host::make_sockstat),
    host("softnet", 5s, Lane::Tick, host::make_softnet),
    host("stat", 1s, Lane::Tick, host::make_stat),
    host("time", 5s, Lane::Tick, host::make_time),
    host("timex", 5s, Lane::Tick, host::make_timex),
    host("uname", 15s, Lane::Tick, host::make_uname),
    host("vmstat", 1s, Lane::Tick, host::make_vmstat, kVmstatSettings),
};

}  // namespace

std::span<const CollectorDescriptor> collector_table() { return kTable; }

const CollectorDescriptor* find_collector(std::string_view name) {
  const auto found = std::find_if(kTable.begin(), kTable.end(),
                                  [&](const auto& descriptor) { return descriptor.name == name; });
  return found == kTable.end() ? nullptr : &*found;
}

}  // namespace lapwing::collectors
