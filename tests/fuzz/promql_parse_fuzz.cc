// Any text: it parses or fails cleanly, and what parses has a normal form that parses to itself.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "agent/promql/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto selector = lapwing::promql::parse_selector(text);
  const auto expression = lapwing::promql::Expression::parse(text);
  if (!expression) return 0;
  const std::string normal = expression->to_string();
  const auto again = lapwing::promql::Expression::parse(normal);
  if (!again || again->to_string() != normal || again->type() != expression->type()) {
    std::fprintf(stderr, "not its own normal form: %s\n", normal.c_str());
    std::abort();
  }
  return 0;
}
