// A file of one whole number, as /proc/sys and /sys have by the hundred.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/result.h"
#include "collectors/proc_file.h"

namespace lapwing::collectors::host {

/// The number, blanks and a line break around it.
Result<std::int64_t> parse_number(std::string_view content);
/// NoData when the file is missing.
Result<std::int64_t> read_number(ProcFile& file);

}  // namespace lapwing::collectors::host
