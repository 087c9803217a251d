// Any bytes as matchers, in both syntaxes: what parses prints to a text that parses to the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "alerting/notify/classic_matchers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lapwing;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)alerting::parse_classic_matchers(text);
  const auto parsed = alerting::parse_matchers(text);
  if (!parsed) return 0;
  const std::string printed = alerting::matchers_text(*parsed);
  const auto again = alerting::parse_matchers(printed);
  if (again && alerting::matchers_text(*again) != printed) std::abort();
  (void)alerting::matches_all(*parsed, Labels{{"alertname", "A"}, {"a", "b"}});
  return 0;
}
