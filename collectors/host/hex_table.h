// Tables of hexadecimal counters, a line a CPU: /proc/net/softnet_stat and
// /proc/net/stat/nf_conntrack.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

using HexRow = std::vector<std::uint64_t>;

/// Every line as numbers; Invalid when something is none.
Result<std::vector<HexRow>> parse_hex_rows(std::string_view content);

}  // namespace lapwing::collectors::host
