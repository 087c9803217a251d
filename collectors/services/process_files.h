// The files of /proc/PID that tell of one process (proc(5)): pure parsers, and what reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "collectors/collector.h"

namespace lapwing::collectors::services {

/// /proc/PID/stat, what is used of it. Times are in clock ticks, memory in pages.
struct ProcessStat {
  std::string_view comm;  ///< into the text
  char state = '?';
  std::int32_t parent = 0;
  bool kernel_thread = false;
  std::uint64_t minor_faults = 0, children_minor_faults = 0;
  std::uint64_t major_faults = 0, children_major_faults = 0;
  std::uint64_t user_ticks = 0, system_ticks = 0;
  std::uint64_t children_user_ticks = 0, children_system_ticks = 0;
  std::uint64_t threads = 0;
  std::uint64_t start_ticks = 0;  ///< after boot
  std::uint64_t resident_pages = 0;
  std::uint64_t io_delay_ticks = 0;  ///< 0 where delay accounting is off
};

/// Invalid when fields are missing; a comm may have blanks and brackets.
Result<ProcessStat> parse_stat(std::string_view content);

/// Clock ticks since boot, of /proc/uptime; 0 when unknown.
std::uint64_t ticks_since_boot(const HostPaths& paths);

/// /proc/PID/io. Reaped children are in it.
struct ProcessIo {
  std::uint64_t read_operations = 0, write_operations = 0;  ///< system calls
  std::uint64_t read_bytes = 0, written_bytes = 0;          ///< from and to storage
};
Result<ProcessIo> parse_io(std::string_view content);

/// Paths below /proc/PID, in one buffer: there are thousands a minute.
class ProcessPath {
 public:
  explicit ProcessPath(std::string proc) : proc_(std::move(proc)) {}
  /// Until the next call.
  const char* of(std::int32_t pid, std::string_view file);

 private:
  const std::string proc_;
  std::string path_;
};

/// /proc/PID/schedstat, of one thread (Documentation/scheduler/sched-stats.rst).
struct RunTimes {
  std::uint64_t ran_nanoseconds = 0;
  std::uint64_t waited_nanoseconds = 0;  ///< ready, for a CPU
  std::uint64_t slices = 0;              ///< how often it got one
  bool operator==(const RunTimes&) const = default;
};
Result<RunTimes> parse_schedstat(std::string_view content);

/// "Pss:  12 kB" of smaps_rollup, in bytes.
Result<std::uint64_t> parse_proportional_bytes(std::string_view content);

/// The soft limit of /proc/PID/limits' "Max open files"; UINT64_MAX: unlimited.
Result<std::uint64_t> parse_descriptor_limit(std::string_view content);

}  // namespace lapwing::collectors::services
