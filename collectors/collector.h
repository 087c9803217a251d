// Collector: one source of series. The frame around it (collection.h) does timing, success,
// staleness, target labels and limits, once, for all.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/model/status.h"
#include "collectors/metric_writer.h"

namespace lapwing::collectors {

namespace latency {
struct Snapshot;
}
namespace services {
class ServiceDirectory;
}

/// Where the kernel's trees are: another place in tests and in containers.
struct HostPaths {
  std::string proc = "/proc";
  std::string sys = "/sys";
  std::string root = "/";  ///< for what else belongs to the host: /etc/os-release, /run/udev

  std::string in_proc(std::string_view path) const { return join(proc, path); }
  std::string in_sys(std::string_view path) const { return join(sys, path); }
  std::string in_root(std::string_view path) const { return join(root, path); }

 private:
  static std::string join(const std::string& folder, std::string_view path) {
    std::string joined = folder;
    if (joined.empty() || joined.back() != '/') joined += '/';
    return joined.append(path);
  }
};

/// What a collector is made with. The clock outlives every collector.
struct CollectorContext {
  HostPaths paths;
  const Clock& clock;
  /// Who is who among the processes; nullptr in tests that need none.
  std::shared_ptr<services::ServiceDirectory> services = nullptr;
  /// What passive capture has measured; empty where there is none.
  StatusSource<latency::Snapshot> latency{};
};

class Collector {
 public:
  virtual ~Collector() = default;

  /// Writes all that it knows now into `out`. Never run twice at once, not always on the same
  /// thread. NoData: this host lacks it; any other error: the samples written are discarded.
  virtual Result<void> collect(MetricWriter& out) = 0;
};

}  // namespace lapwing::collectors
