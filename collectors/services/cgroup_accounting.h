// CgroupAccounting: what control groups have used since the last look. Their totals hold what
// short-lived processes used; folders within one another are counted once.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/time.h"
#include "collectors/collector.h"
#include "collectors/services/cgroup_mounts.h"
#include "collectors/services/kept_file.h"
#include "collectors/services/process.h"
#include "collectors/services/service_use.h"

namespace lapwing::collectors::services {

/// Stands for a slice: a folder that belongs to no service, around others that do.
inline constexpr ServiceId kNobody{UINT32_MAX};

/// The thread's that collects.
class CgroupAccounting {
 public:
  /// More groups than this are accounted by their processes alone.
  static constexpr std::size_t kGroupLimit = 1000;

  explicit CgroupAccounting(const HostPaths& paths);

  /// The groups to be looked at: owners' folders below a tree's root, with their services. A group
  /// that is new counts from zero when `began_with_us`, else from now. What a slice (kNobody) has
  /// used beyond the groups within is reported some seconds later: a group that came just then may
  /// turn up.
  void choose(const std::map<std::string, ServiceId>& folders, bool began_with_us);
  /// Reads CPU, memory and I/O of all groups; limits, pressure and the like every 10 s.
  void step(Timestamp now);

  using Sink = std::function<void(ServiceId service, const CounterSet& used, const GaugeSet& now)>;
  /// What the newest step() has found, a call a group, without the groups within it.
  void report(const Sink& sink) const;
  /// Whether the group's own totals tell of it, so that its processes must not be added.
  bool tells(std::string_view folder, Counter counter) const;

 private:
  enum File : std::size_t {
    CpuStat,
    CpuUser,
    CpuSystem,
    MemoryCurrent,
    MemoryStat,
    MemorySwap,
    MemoryMax,
    MemoryEvents,
    IoStat,
    IoOperations,
    CpuPressure,
    IoPressure,
    MemoryPressure,
  };
  static constexpr std::size_t kFiles = 13;

  struct Group {
    ServiceId service{};
    std::array<std::optional<KeptFile>, kFiles> files{};
    CounterSet seen{};  // totals, newest read
    CounterSet used{};  // since the step before, groups within included
    GaugeSet now{};
    CounterSet own{};  // the same without groups within
    GaugeSet own_now{};
    std::array<std::uint64_t, kCounters> debt{};
    std::array<CounterSet, 4> held{};  // of a slice: what is not reported yet, the oldest last
    bool slice = false;
    bool unified = false;
    bool from_zero = false;
    bool read_before = false;
    bool first_read = false;  // the newest one
    Group* within = nullptr;  // the nearest group around it
  };

  void open(Group& group, const std::string& folder);
  void read_unified(Group& group, CounterSet& totals, bool slow);
  void read_legacy(Group& group, CounterSet& totals, bool slow);
  void read_pressure(Group& group, CounterSet& totals);
  std::string_view read(Group& group, File file);
  static void compare(Group& group, const CounterSet& totals);
  void take_off_groups_within();
  static void hold_back(Group& group);

  const CgroupMounts mounts_;
  std::map<std::string, std::unique_ptr<Group>, std::less<>> groups_;
  Timestamp slow_ = kBeginningOfTime;
  std::string buffer_;
};

}  // namespace lapwing::collectors::services
