// What a service uses, in the units of its series: counters that only rise, and figures of now.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>

namespace lapwing::collectors::services {

enum class Counter : std::uint8_t {
  UserMicros,
  SystemMicros,
  RunDelayMicros,
  IoDelayMicros,
  MinorFaults,
  MajorFaults,
  ReadBytes,
  WrittenBytes,
  ReadCalls,
  WriteCalls,
  // Only where a control group tells.
  ReadOperations,
  WriteOperations,
  Periods,
  ThrottledPeriods,
  ThrottledMicros,
  OomKills,
  CpuWaitingMicros,
  IoWaitingMicros,
  IoStalledMicros,
  MemoryWaitingMicros,
  MemoryStalledMicros,
  // Of the service as a whole.
  Restarts,
};
inline constexpr std::size_t kCounters = 22;

enum class Gauge : std::uint8_t {
  Processes,
  Threads,
  ResidentBytes,
  ProportionalBytes,
  Descriptors,
  // Only where a control group tells.
  UsedBytes,  ///< all that is charged to it
  CacheBytes,
  SwapBytes,
  LimitBytes,
};
inline constexpr std::size_t kGauges = 9;

/// What is known of one of them; what is not known is never shown as 0.
struct CounterSet {
  std::array<std::uint64_t, kCounters> values{};
  std::bitset<kCounters> known{};

  void add(Counter counter, std::uint64_t value) {
    values[std::size_t(counter)] += value;
    known.set(std::size_t(counter));
  }
  std::uint64_t at(Counter counter) const { return values[std::size_t(counter)]; }
  bool knows(Counter counter) const { return known.test(std::size_t(counter)); }
};

struct GaugeSet {
  std::array<std::uint64_t, kGauges> values{};
  std::bitset<kGauges> known{};

  void add(Gauge gauge, std::uint64_t value) {
    values[std::size_t(gauge)] += value;
    known.set(std::size_t(gauge));
  }
  std::uint64_t at(Gauge gauge) const { return values[std::size_t(gauge)]; }
  bool knows(Gauge gauge) const { return known.test(std::size_t(gauge)); }
};

}  // namespace lapwing::collectors::services
