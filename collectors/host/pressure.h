// pressure: stall totals of /proc/pressure/* (the kernel's accounting/psi.rst).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct PressureTotals {
  std::optional<std::uint64_t> some_microseconds;
  std::optional<std::uint64_t> full_microseconds;
};

Result<PressureTotals> parse_pressure(std::string_view content);

}  // namespace lapwing::collectors::host
