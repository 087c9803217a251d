// bonding: how many of a bond's network devices there are and are up, from /sys/class/net
// (Documentation/networking/bonding.rst of the kernel).
#include <memory>
#include <string>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kSlaves{
    "node_bonding_slaves", "Network devices of the bond.", MetricType::Gauge, {"master"}};
constexpr MetricInfo kActive{"node_bonding_active",
                             "Network devices of the bond that are up.",
                             MetricType::Gauge,
                             {"master"}};

// The state as the bond sees it; kernels before 3.13 tell only what the device itself says.
bool is_up(const std::string& bond, const std::string& slave) {
  std::string state = text_of(bond + "/lower_" + slave + "/bonding_slave/mii_status");
  if (state.empty()) state = text_of(bond + "/slave_" + slave + "/bonding_slave/mii_status");
  if (state.empty()) state = text_of(bond + "/slave_" + slave + "/operstate");
  return state == "up";
}

Result<void> write_bonds(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("class/net");
  const std::string masters = text_of(folder + "/bonding_masters");
  if (masters.empty()) return no_data(folder + "/bonding_masters names no bond");
  Scanner scan(masters);
  for (scan.skip_blanks(); !scan.at_end(); scan.skip_blanks()) {
    const std::string master(scan.word());
    if (scan.failed()) break;
    const std::string bond = folder + "/" + master;
    const std::string names = text_of(bond + "/bonding/slaves");
    double slaves = 0;
    double active = 0;
    Scanner list(names);
    for (list.skip_blanks(); !list.at_end() && !list.failed(); list.skip_blanks()) {
      ++slaves;
      active += is_up(bond, std::string(list.word())) ? 1 : 0;
    }
    out.sample(kSlaves, {master}, slaves);
    out.sample(kActive, {master}, active);
  }
  return scan.done();
}

}  // namespace

std::unique_ptr<Collector> make_bonding(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_bonds);
}

}  // namespace lapwing::collectors::host
