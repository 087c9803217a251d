// vmstat: the fields of /proc/vmstat that the setting `fields` names; by default node_exporter's.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct VirtualMemoryField {
  std::string_view key;  ///< a view into the text
  std::uint64_t value = 0;
};

/// Replaces `out`, whose memory is kept from call to call.
Result<void> parse_virtual_memory_fields(std::string_view proc_vmstat,
                                         std::vector<VirtualMemoryField>& out);

}  // namespace lapwing::collectors::host
