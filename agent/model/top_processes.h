// TopProcesses: a record of the kind "top-processes": who used most in one interval.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"

namespace lapwing {

inline constexpr std::string_view kTopProcesses = "top-processes";

/// What one process used in the interval. Its reaped children count with it.
struct TopProcess {
  std::int32_t pid = 0;
  std::string name;  ///< as in /proc/PID/stat: up to 15 bytes
  std::string service;
  std::string command_line;  ///< empty unless services.top.command_lines is on
  std::uint64_t cpu_micros = 0;
  std::uint64_t resident_bytes = 0;  ///< at the interval's end
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
  std::uint64_t run_delay_micros = 0;
  std::uint64_t io_delay_micros = 0;
  bool operator==(const TopProcess&) const = default;
};

struct TopProcesses {
  Timestamp time;  ///< the interval's end
  Duration interval{};
  std::vector<TopProcess> processes;  ///< the first few by each figure, by pid
  bool operator==(const TopProcesses&) const = default;
};

/// The form stands in agent/tsdb/FORMAT.md, "Records"; `time` is not a part of it.
std::string encode_top_processes(const TopProcesses& top);
/// Corrupt when cut short, or of another version.
Result<TopProcesses> decode_top_processes(Timestamp time, std::string_view bytes);

}  // namespace lapwing
