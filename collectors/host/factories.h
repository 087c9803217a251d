// One factory a host collector; the table that names them is collectors/registry.cc.
#pragma once

#include <memory>

namespace lapwing::collectors {

class Collector;
struct FactoryInput;

namespace host {

std::unique_ptr<Collector> make_arp(const FactoryInput& input);
std::unique_ptr<Collector> make_bcache(const FactoryInput& input);
std::unique_ptr<Collector> make_bcachefs(const FactoryInput& input);
std::unique_ptr<Collector> make_bonding(const FactoryInput& input);
std::unique_ptr<Collector> make_btrfs(const FactoryInput& input);
std::unique_ptr<Collector> make_conntrack(const FactoryInput& input);
std::unique_ptr<Collector> make_cpu(const FactoryInput& input);
std::unique_ptr<Collector> make_cpu_topology(const FactoryInput& input);
std::unique_ptr<Collector> make_cpufreq(const FactoryInput& input);
std::unique_ptr<Collector> make_diskstats(const FactoryInput& input);
std::unique_ptr<Collector> make_dmi(const FactoryInput& input);
std::unique_ptr<Collector> make_edac(const FactoryInput& input);
std::unique_ptr<Collector> make_entropy(const FactoryInput& input);
std::unique_ptr<Collector> make_fibrechannel(const FactoryInput& input);
std::unique_ptr<Collector> make_filefd(const FactoryInput& input);
std::unique_ptr<Collector> make_filesystem(const FactoryInput& input);
std::unique_ptr<Collector> make_hwmon(const FactoryInput& input);
std::unique_ptr<Collector> make_infiniband(const FactoryInput& input);
std::unique_ptr<Collector> make_interrupts(const FactoryInput& input);
std::unique_ptr<Collector> make_ipvs(const FactoryInput& input);
std::unique_ptr<Collector> make_kernel_hung(const FactoryInput& input);
std::unique_ptr<Collector> make_ksmd(const FactoryInput& input);
std::unique_ptr<Collector> make_loadavg(const FactoryInput& input);
std::unique_ptr<Collector> make_mdadm(const FactoryInput& input);
std::unique_ptr<Collector> make_meminfo(const FactoryInput& input);
std::unique_ptr<Collector> make_meminfo_numa(const FactoryInput& input);
std::unique_ptr<Collector> make_netclass(const FactoryInput& input);
std::unique_ptr<Collector> make_netdev(const FactoryInput& input);
std::unique_ptr<Collector> make_netstat(const FactoryInput& input);
std::unique_ptr<Collector> make_nfs(const FactoryInput& input);
std::unique_ptr<Collector> make_nfsd(const FactoryInput& input);
std::unique_ptr<Collector> make_nvme(const FactoryInput& input);
std::unique_ptr<Collector> make_os(const FactoryInput& input);
std::unique_ptr<Collector> make_powersupplyclass(const FactoryInput& input);
std::unique_ptr<Collector> make_pressure(const FactoryInput& input);
std::unique_ptr<Collector> make_processes(const FactoryInput& input);
std::unique_ptr<Collector> make_rapl(const FactoryInput& input);
std::unique_ptr<Collector> make_schedstat(const FactoryInput& input);
std::unique_ptr<Collector> make_selinux(const FactoryInput& input);
std::unique_ptr<Collector> make_sockstat(const FactoryInput& input);
std::unique_ptr<Collector> make_softirqs(const FactoryInput& input);
std::unique_ptr<Collector> make_softnet(const FactoryInput& input);
std::unique_ptr<Collector> make_stat(const FactoryInput& input);
std::unique_ptr<Collector> make_systemd(const FactoryInput& input);
std::unique_ptr<Collector> make_tapestats(const FactoryInput& input);
std::unique_ptr<Collector> make_tcpstat(const FactoryInput& input);
std::unique_ptr<Collector> make_textfile(const FactoryInput& input);
std::unique_ptr<Collector> make_thermal_zone(const FactoryInput& input);
std::unique_ptr<Collector> make_time(const FactoryInput& input);
std::unique_ptr<Collector> make_timex(const FactoryInput& input);
std::unique_ptr<Collector> make_udp_queues(const FactoryInput& input);
std::unique_ptr<Collector> make_uname(const FactoryInput& input);
std::unique_ptr<Collector> make_vmstat(const FactoryInput& input);
std::unique_ptr<Collector> make_watchdog(const FactoryInput& input);
std::unique_ptr<Collector> make_xfs(const FactoryInput& input);
std::unique_ptr<Collector> make_zfs(const FactoryInput& input);

}  // namespace host
}  // namespace lapwing::collectors
