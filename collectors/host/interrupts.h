// interrupts: how often each CPU was interrupted by what, from /proc/interrupts (proc(5)).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

/// One line of /proc/interrupts. `name` is a view of what was parsed.
struct InterruptLine {
  std::string_view name;
  std::string info;     ///< the controller, or what an interrupt without number is for
  std::string devices;  ///< the pin and the drivers; empty for interrupts without number
  std::vector<std::uint64_t> counts;  ///< a CPU each, in the order of the header
};

struct Interrupts {
  std::vector<std::string_view> cpus;  ///< numbers, from the header
  std::vector<InterruptLine> lines;
};

/// The numbers in `CPU0 CPU1 …`, the first line of /proc/interrupts and /proc/softirqs; views of
/// it.
Result<std::vector<std::string_view>> parse_cpu_header(std::string_view line);

/// Lines with fewer counts than CPUs (ERR, MIS) are left out, as in node_exporter.
Result<Interrupts> parse_interrupts(std::string_view proc_interrupts);

}  // namespace lapwing::collectors::host
