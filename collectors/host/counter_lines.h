// Lines of a word and whole numbers, as the kernel's NFS and XFS statistics are.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

/// The name is a view of what was parsed.
struct CounterLine {
  std::string_view name;
  std::vector<std::uint64_t> numbers;
};

/// Words with a point in them count as 0: nothing that is wanted has fractions.
Result<std::vector<CounterLine>> parse_counter_lines(std::string_view content);

}  // namespace lapwing::collectors::host
