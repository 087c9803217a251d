#include "collectors/services/cgroup_accounting.h"

#include <unistd.h>

#include <algorithm>

#include "collectors/services/cgroup_files.h"

namespace lapwing::collectors::services {
namespace {

constexpr Duration kSlowInterval = 10s;
constexpr std::size_t kBufferBytes = 16u << 10;  // memory.stat is the longest: some 2 kB
// v1 says "no limit" by the largest number of whole pages.
constexpr std::uint64_t kNoLimit = 1ull << 62;
// Pressure is time during which anything waited: that of groups within is not a part of it.
constexpr std::size_t kAdditive = std::size_t(Counter::CpuWaitingMicros);

void take(CounterSet& totals, Counter counter, std::optional<std::uint64_t> value,
          std::uint64_t divisor = 1) {
  if (value) totals.add(counter, *value / divisor);
}

void take(GaugeSet& gauges, Gauge gauge, std::optional<std::uint64_t> value) {
  if (value) gauges.add(gauge, *value);
}

}  // namespace

CgroupAccounting::CgroupAccounting(const HostPaths& paths) : mounts_(read_cgroup_mounts(paths)) {
  buffer_.resize(kBufferBytes);
}

void CgroupAccounting::open(Group& group, const std::string& folder) {
  const auto set = [&](File file, const std::string& root, std::string_view name) {
    if (!root.empty()) group.files[file].emplace(root + folder + "/" + std::string(name));
  };
  const auto controller = [&](std::string_view name) {
    const auto found = mounts_.controllers.find(name);
    return found == mounts_.controllers.end() ? std::string() : found->second;
  };
  const std::string cpuacct = controller("cpuacct");
  const auto set_of_slice = [&] {
    if (group.unified) {
      set(CpuStat, mounts_.unified, "cpu.stat");
      set(IoStat, mounts_.unified, "io.stat");
    } else {
      set(CpuUser, cpuacct, "cpuacct.usage_user");
      set(CpuSystem, cpuacct, "cpuacct.usage_sys");
    }
  };
  // Hybrid: v2 is there for systemd's own tree, and the controllers are v1's.
  group.unified = cpuacct.empty() && !mounts_.unified.empty();
  if (group.slice) return set_of_slice();
  if (group.unified) {
    const std::string& root = mounts_.unified;
    set(CpuStat, root, "cpu.stat");
    set(MemoryCurrent, root, "memory.current");
    set(MemoryStat, root, "memory.stat");
    set(MemorySwap, root, "memory.swap.current");
    set(MemoryMax, root, "memory.max");
    set(MemoryEvents, root, "memory.events");
    set(IoStat, root, "io.stat");
  } else {
    set(CpuUser, cpuacct, "cpuacct.usage_user");
    set(CpuSystem, cpuacct, "cpuacct.usage_sys");
    set(CpuStat, controller("cpu"), "cpu.stat");
    set(MemoryCurrent, controller("memory"), "memory.usage_in_bytes");
    set(MemoryStat, controller("memory"), "memory.stat");
    set(MemoryMax, controller("memory"), "memory.limit_in_bytes");
    set(MemoryEvents, controller("memory"), "memory.oom_control");
    set(IoStat, controller("blkio"), "blkio.throttle.io_service_bytes");
    set(IoOperations, controller("blkio"), "blkio.throttle.io_serviced");
  }
  set(CpuPressure, mounts_.unified, "cpu.pressure");
  set(IoPressure, mounts_.unified, "io.pressure");
  set(MemoryPressure, mounts_.unified, "memory.pressure");
}

void CgroupAccounting::choose(const std::map<std::string, ServiceId>& folders, bool began_with_us) {
  std::erase_if(groups_, [&](const auto& known) { return !folders.contains(known.first); });
  for (const auto& [folder, service] : folders) {
    auto& group = groups_[folder];
    if (!group && groups_.size() > kGroupLimit) {
      groups_.erase(folder);
      continue;
    }
    if (!group) {
      group = std::make_unique<Group>();
      group->slice = service == kNobody;
      // A slice may become one long after it was made: when a process has left it.
      group->from_zero = began_with_us && !group->slice;
      open(*group, folder);
    }
    group->service = service;
  }
  for (auto& [folder, group] : groups_) {
    group->within = nullptr;
    for (std::size_t end = folder.rfind('/'); end != 0 && end != std::string::npos;
         end = folder.rfind('/', end - 1)) {
      const auto around = groups_.find(std::string_view(folder).substr(0, end));
      if (around == groups_.end()) continue;
      group->within = around->second.get();
      // What it used until now was counted around it; a slice holds it back.
      if (!group->read_before && !group->within->slice) group->from_zero = false;
      break;
    }
  }
}

std::string_view CgroupAccounting::read(Group& group, File file) {
  return group.files[file] ? group.files[file]->read(buffer_) : std::string_view();
}

void CgroupAccounting::step(Timestamp now) {
  const bool slow = slow_ == kBeginningOfTime || now < slow_ || now - slow_ >= kSlowInterval;
  if (slow) slow_ = now;
  for (auto& [folder, group] : groups_) {
    if (slow)
      for (auto& file : group->files)
        if (file) file->retry();
    CounterSet totals;
    const bool all = slow || !group->read_before;
    if (group->unified)
      read_unified(*group, totals, all);
    else
      read_legacy(*group, totals, all);
    if (all) read_pressure(*group, totals);
    compare(*group, totals);
  }
  take_off_groups_within();
}

void CgroupAccounting::compare(Group& group, const CounterSet& totals) {
  group.used = {};
  group.first_read = !group.read_before;
  for (std::size_t i = 0; i < kCounters; ++i) {
    if (!totals.known.test(i)) continue;
    const std::uint64_t total = totals.values[i];
    const bool known = group.seen.known.test(i);
    const std::uint64_t before = known ? group.seen.values[i] : group.from_zero ? 0 : total;
    group.used.add(Counter(i), total > before ? total - before : 0);
    group.seen.values[i] = total;
    group.seen.known.set(i);
  }
  group.read_before = true;
}

// Groups are read one after the other: what a group within seems to have used more than the one
// around it is kept as a debt, so that the sum stays right in the long run.
void CgroupAccounting::take_off_groups_within() {
  for (auto& [folder, group] : groups_) {
    group->own = group->used;
    group->own_now = group->now;
  }
  for (auto& [folder, group] : groups_) {
    if (group->within == nullptr) continue;
    Group& around = *group->within;
    // It has counted nothing yet that could be taken off.
    if (around.slice && around.first_read) continue;
    for (std::size_t i = 0; i < kAdditive; ++i)
      if (group->used.known.test(i)) around.debt[i] += group->used.values[i];
    for (const Gauge gauge : {Gauge::UsedBytes, Gauge::CacheBytes, Gauge::SwapBytes}) {
      auto& value = around.own_now.values[std::size_t(gauge)];
      value -= std::min(value, group->now.at(gauge));
    }
  }
  for (auto& [folder, group] : groups_)
    for (std::size_t i = 0; i < kAdditive; ++i) {
      if (group->debt[i] == 0 || !group->own.known.test(i)) continue;
      const std::uint64_t paid = std::min(group->debt[i], group->own.values[i]);
      group->own.values[i] -= paid;
      group->debt[i] -= paid;
    }
  for (auto& [folder, group] : groups_)
    if (group->slice) hold_back(*group);
}

// What turns out to have been a group's is paid by what is held back, the newest first.
void CgroupAccounting::hold_back(Group& group) {
  const CounterSet due = group.held.back();
  std::move_backward(group.held.begin(), group.held.end() - 1, group.held.end());
  group.held.front() = group.own;
  group.own = due;
  for (std::size_t i = 0; i < kAdditive; ++i)
    for (auto held = group.held.begin(); held != group.held.end() && group.debt[i] > 0; ++held) {
      const std::uint64_t paid = std::min(group.debt[i], held->values[i]);
      held->values[i] -= paid;
      group.debt[i] -= paid;
    }
  // Throttled periods of a slice are no service's.
  for (const Counter counter :
       {Counter::Periods, Counter::ThrottledPeriods, Counter::ThrottledMicros})
    group.own.known.reset(std::size_t(counter));
}

void CgroupAccounting::read_unified(Group& group, CounterSet& totals, bool slow) {
  const std::string_view cpu = read(group, CpuStat);
  take(totals, Counter::UserMicros, keyed_number(cpu, "user_usec"));
  take(totals, Counter::SystemMicros, keyed_number(cpu, "system_usec"));
  take(totals, Counter::Periods, keyed_number(cpu, "nr_periods"));
  take(totals, Counter::ThrottledPeriods, keyed_number(cpu, "nr_throttled"));
  take(totals, Counter::ThrottledMicros, keyed_number(cpu, "throttled_usec"));
  const std::string_view io = read(group, IoStat);
  if (group.files[IoStat] && !group.files[IoStat]->missing()) {
    const DiskUse disk = parse_io_stat(io);
    totals.add(Counter::ReadBytes, disk.read_bytes);
    totals.add(Counter::WrittenBytes, disk.written_bytes);
    totals.add(Counter::ReadOperations, disk.read_operations);
    totals.add(Counter::WriteOperations, disk.write_operations);
  }
  if (!slow) return;
  group.now = {};
  take(group.now, Gauge::UsedBytes, single_number(read(group, MemoryCurrent)));
  take(group.now, Gauge::SwapBytes, single_number(read(group, MemorySwap)));
  take(group.now, Gauge::LimitBytes, single_number(read(group, MemoryMax)));
  take(totals, Counter::OomKills, keyed_number(read(group, MemoryEvents), "oom_kill"));
  const std::string_view memory = read(group, MemoryStat);
  take(group.now, Gauge::CacheBytes, keyed_number(memory, "file"));
}

void CgroupAccounting::read_legacy(Group& group, CounterSet& totals, bool slow) {
  constexpr std::uint64_t kNanosAMicro = 1000;
  take(totals, Counter::UserMicros, single_number(read(group, CpuUser)), kNanosAMicro);
  take(totals, Counter::SystemMicros, single_number(read(group, CpuSystem)), kNanosAMicro);
  const std::string_view cpu = read(group, CpuStat);
  take(totals, Counter::Periods, keyed_number(cpu, "nr_periods"));
  take(totals, Counter::ThrottledPeriods, keyed_number(cpu, "nr_throttled"));
  take(totals, Counter::ThrottledMicros, keyed_number(cpu, "throttled_time"), kNanosAMicro);
  const std::string_view bytes = read(group, IoStat);
  if (group.files[IoStat] && !group.files[IoStat]->missing()) {
    const ReadsAndWrites sum = parse_blkio(bytes);
    totals.add(Counter::ReadBytes, sum.reads);
    totals.add(Counter::WrittenBytes, sum.writes);
    const ReadsAndWrites operations = parse_blkio(read(group, IoOperations));
    totals.add(Counter::ReadOperations, operations.reads);
    totals.add(Counter::WriteOperations, operations.writes);
  }
  if (!slow) return;
  group.now = {};
  take(group.now, Gauge::UsedBytes, single_number(read(group, MemoryCurrent)));
  const auto limit = single_number(read(group, MemoryMax));
  if (limit && *limit < kNoLimit) group.now.add(Gauge::LimitBytes, *limit);
  take(totals, Counter::OomKills, keyed_number(read(group, MemoryEvents), "oom_kill"));
  const std::string_view memory = read(group, MemoryStat);
  take(group.now, Gauge::CacheBytes, keyed_number(memory, "total_cache"));
  take(group.now, Gauge::SwapBytes, keyed_number(memory, "total_swap"));
}

void CgroupAccounting::read_pressure(Group& group, CounterSet& totals) {
  if (const auto cpu = parse_group_pressure(read(group, CpuPressure)))
    totals.add(Counter::CpuWaitingMicros, cpu->some_micros);
  if (const auto io = parse_group_pressure(read(group, IoPressure))) {
    totals.add(Counter::IoWaitingMicros, io->some_micros);
    totals.add(Counter::IoStalledMicros, io->full_micros);
  }
  if (const auto memory = parse_group_pressure(read(group, MemoryPressure))) {
    totals.add(Counter::MemoryWaitingMicros, memory->some_micros);
    totals.add(Counter::MemoryStalledMicros, memory->full_micros);
  }
}

void CgroupAccounting::report(const Sink& sink) const {
  for (const auto& [folder, group] : groups_) sink(group->service, group->own, group->own_now);
}

bool CgroupAccounting::tells(std::string_view folder, Counter counter) const {
  const auto found = groups_.find(folder);
  return found != groups_.end() && found->second->seen.knows(counter);
}

}  // namespace lapwing::collectors::services
