// One factory a host collector; the table that names them is collectors/registry.cc.
#pragma once

#include <memory>

namespace lapwing::collectors {

class Collector;
struct FactoryInput;

namespace host {

std::unique_ptr<Collector> make_arp(const FactoryInput& input);
std::unique_ptr<Collector> make_conntrack(const FactoryInput& input);
std::unique_ptr<Collector> make_cpu(const FactoryInput& input);
std::unique_ptr<Collector> make_diskstats(const FactoryInput& input);
std::unique_ptr<Collector> make_entropy(const FactoryInput& input);
std::unique_ptr<Collector> make_filefd(const FactoryInput& input);
std::unique_ptr<Collector> make_filesystem(const FactoryInput& input);
std::unique_ptr<Collector> make_kernel_hung(const FactoryInput& input);
std::unique_ptr<Collector> make_loadavg(const FactoryInput& input);
std::unique_ptr<Collector> make_meminfo(const FactoryInput& input);
std::unique_ptr<Collector> make_netclass(const FactoryInput& input);
std::unique_ptr<Collector> make_netdev(const FactoryInput& input);
std::unique_ptr<Collector> make_netstat(const FactoryInput& input);
std::unique_ptr<Collector> make_os(const FactoryInput& input);
std::unique_ptr<Collector> make_pressure(const FactoryInput& input);
std::unique_ptr<Collector> make_schedstat(const FactoryInput& input);
std::unique_ptr<Collector> make_sockstat(const FactoryInput& input);
std::unique_ptr<Collector> make_softnet(const FactoryInput& input);
std::unique_ptr<Collector> make_stat(const FactoryInput& input);
std::unique_ptr<Collector> make_time(const FactoryInput& input);
std::unique_ptr<Collector> make_timex(const FactoryInput& input);
std::unique_ptr<Collector> make_uname(const FactoryInput& input);
std::unique_ptr<Collector> make_vmstat(const FactoryInput& input);

}  // namespace host
}  // namespace lapwing::collectors
