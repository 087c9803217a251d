// softirqs: how often each CPU ran each kind of soft interrupt, from /proc/softirqs (proc(5)).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct SoftInterrupt {
  std::string_view type;
  std::vector<std::uint64_t> counts;  ///< one a CPU
};
struct SoftInterrupts {
  std::vector<std::string_view> cpus;
  std::vector<SoftInterrupt> types;
};

Result<SoftInterrupts> parse_softirqs(std::string_view proc_softirqs);

}  // namespace lapwing::collectors::host
