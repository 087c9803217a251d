// meminfo: every field of /proc/meminfo (proc(5)), by the kernel's own names.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct MemoryField {
  std::string_view key;  ///< as the kernel writes it: "Active(anon)"; a view into the text
  std::uint64_t value = 0;
  bool kibibytes = false;
};

/// Replaces `out`, whose memory is kept from call to call.
Result<void> parse_memory_fields(std::string_view proc_meminfo, std::vector<MemoryField>& out);

}  // namespace lapwing::collectors::host
