#include "collectors/scrape/discovery/http.h"

#include <fmt/core.h>

#include <algorithm>

#include "agent/base/number.h"
#include "agent/base/regex.h"

namespace lapwing::collectors::scrape {
namespace {

constexpr std::size_t kAnswerLimitBytes = 16u << 20;
constexpr Duration kLongestTimeout = 1min;
constexpr int kStatusOk = 200;

bool is_json(std::string_view content_type) {
  const auto pattern = Regex::create(R"((?i:application/json(;\s*charset=("utf-8"|utf-8))?))");
  return pattern.ok() && pattern->matches(content_type);
}

}  // namespace

http::ClientRequest lookup_request(const HttpDiscovery& options) {
  http::ClientRequest request;
  request.url = options.url;
  request.timeout = std::min(options.refresh_interval, kLongestTimeout);
  request.response_limit_bytes = kAnswerLimitBytes;
  request.headers = {{"Accept", "application/json"},
                     {"X-Prometheus-Refresh-Interval-Seconds",
                      format_value(to_seconds(options.refresh_interval))}};
  return request;
}

Result<std::vector<TargetGroup>> read_lookup_answer(const HttpDiscovery& options,
                                                    const http::ClientResponse& answer) {
  if (answer.status != kStatusOk)
    return invalid(fmt::format("server returned HTTP status {}", answer.status));
  const std::string_view type = answer.header("Content-Type");
  if (!is_json(type)) return invalid(fmt::format("unsupported content type \"{}\"", type));
  Result<std::vector<TargetGroup>> groups = parse_target_groups_json(answer.body);
  if (!groups) return groups;
  for (TargetGroup& group : *groups) group.labels.emplace_back("__meta_url", options.url);
  return groups;
}

}  // namespace lapwing::collectors::scrape
