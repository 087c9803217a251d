// The HTTP API's own readers and printers: times, durations, numbers, escaped names, flags, the
// tree and the lines of an expression, and the guard's headers.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "agent/base/utf8.h"
#include "agent/promql/pretty_printer.h"
#include "dashboard/api/go_number.h"
#include "dashboard/api/parameters.h"
#include "dashboard/page.h"
#include "dashboard/request_guard.h"

using namespace lapwing;

namespace {

/// The lines of an expression read back as the same expression.
void check_expression(const std::string& text) {
  const auto expression = promql::Expression::parse(text);
  if (!expression) return;
  std::string lines;
  promql::append_pretty(lines, expression->root());
  const auto again = promql::Expression::parse(lines);
  if (!again || again->to_string() != expression->to_string()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto time = dashboard::api::parse_time(text))
    if (*time > dashboard::api::kFarthestTime) std::abort();
  if (const auto duration = dashboard::api::parse_api_duration(text)) (void)duration->count();
  const std::string name = dashboard::api::unescape_name(text);
  if (is_utf8(text) && !is_utf8(name)) std::abort();

  (void)dashboard::api::parse_go_integer(text, "Atoi").ok();
  if (const auto number = dashboard::api::parse_go_float(text)) {
    std::string general;
    dashboard::api::append_go_general(general, *number);
    const auto again = dashboard::api::parse_go_float(general);
    const bool both_nan = std::isnan(*number) && again && std::isnan(*again);
    if (!both_nan && (!again || *again != *number)) std::abort();
  }
  check_expression(text);

  http::Request request;
  request.parameters = {{"limit", text}, {"start", text}, {"flag", text}};
  (void)dashboard::api::limit_parameter(request).ok();
  (void)dashboard::api::range_parameters(request).ok();
  (void)dashboard::api::flag_parameter(request, "flag").ok();

  const std::size_t half = size / 2;
  request.headers = {
      {"Origin", text.substr(0, half)}, {"Host", text.substr(half)}, {"If-None-Match", text}};
  (void)dashboard::check_same_site(request, "host-a.example").ok();
  const dashboard::Asset asset{"/", "text/html", "x", "beef"};
  const int status = dashboard::asset_response(asset, request).status;
  if (status != 200 && status != 304) std::abort();
  return 0;
}
