// Any bytes as Alertmanager's matchers: what parses prints as text that parses to the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "alerting/notify/matchers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lapwing;
  const auto parsed = alerting::parse_matchers({reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  (void)alerting::matches_all(*parsed, Labels{{"a", "b"}, {"severity", "page"}});
  const std::string text = alerting::matchers_text(*parsed);
  const auto again = alerting::parse_matchers(text);
  if (!again || alerting::matchers_text(*again) != text) std::abort();
  return 0;
}
