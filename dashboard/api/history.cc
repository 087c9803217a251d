// GET /api/v1/history/{alerts,notifications,dead_letters}, ours: what alerts did, what receivers
// were told of them, and what was given up; newest first. `start`, `end` and `limit` (1,000) cut
// it.
#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"
#include "dashboard/api/parameters.h"

namespace lapwing::dashboard::api {
namespace {

constexpr std::size_t kUsualLimit = 1'000;

}  // namespace

http::Response history(const Dependencies& from, const http::Request& request) {
  const std::string& wanted = request.path_arguments.at(0);
  for (const alerting::HistoryKind kind : alerting::kHistoryKinds) {
    if (alerting::name(kind) != wanted) continue;
    const auto range = range_parameters(request);
    if (!range) return failure(ErrorType::BadData, range.error().message);
    auto limit = limit_parameter(request);
    if (!limit) return failure(ErrorType::BadData, limit.error().message);
    if (*limit == 0) limit = kUsualLimit;
    Success success;
    JsonWriter& json = success.json();
    json.begin_array();
    std::size_t shown = 0;
    for (const alerting::HistoryEntry& entry : from.notify.history(kind)) {
      if (entry.at < range->from || entry.at > range->to) continue;
      if (shown++ == *limit) break;
      json.raw(entry.body);
    }
    json.end_array();
    return std::move(success).response();
  }
  return failure(ErrorType::NotFound, "no history of " + quoted(wanted) +
                                          ": there are alerts, notifications and dead_letters");
}

}  // namespace lapwing::dashboard::api
