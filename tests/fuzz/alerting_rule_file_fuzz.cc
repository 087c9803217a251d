// Any bytes as a rule file: read, or refused with a reason.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "alerting/rule_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lapwing;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  config::Diagnostics diagnostics;
  for (const auto& group : alerting::parse_rule_file("f.yml", text, {}, diagnostics))
    if (group.interval <= Duration{} && diagnostics.ok()) std::abort();
  return 0;
}
