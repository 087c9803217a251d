// The HTTP API's own readers: times, durations, escaped names, flags, and the guard's headers.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "agent/base/utf8.h"
#include "dashboard/api/parameters.h"
#include "dashboard/page.h"
#include "dashboard/request_guard.h"

using namespace lapwing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto time = dashboard::api::parse_time(text))
    if (*time > dashboard::api::kFarthestTime) std::abort();
  if (const auto duration = dashboard::api::parse_api_duration(text)) (void)duration->count();
  const std::string name = dashboard::api::unescape_name(text);
  if (is_utf8(text) && !is_utf8(name)) std::abort();

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
