// metadata: type, unit and help of metrics, by name.
#include <charconv>

#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"

namespace lapwing::dashboard::api {
namespace {

/// The whole number in the parameter, -1 when it is missing: no limit.
Result<std::int64_t> count_parameter(const http::Request& request, std::string_view name) {
  const std::string_view text = request.parameter(name);
  std::int64_t count = -1;
  if (text.empty()) return count;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size())
    return invalid(std::string(name) + " must be a number");
  return count;
}

}  // namespace

http::Response metadata(const Dependencies& from, const http::Request& request) {
  const Result<std::int64_t> limit = count_parameter(request, "limit");
  if (!limit) return failure(ErrorType::BadData, limit.error().message);
  const Result<std::int64_t> limit_per_metric = count_parameter(request, "limit_per_metric");
  if (!limit_per_metric) return failure(ErrorType::BadData, limit_per_metric.error().message);
  const std::string_view metric = request.parameter("metric");

  const std::shared_ptr<const MetadataSnapshot> snapshot = from.metadata();
  Success success;
  JsonWriter& json = success.json();
  json.begin_object();
  std::int64_t names = 0;
  for (std::size_t i = 0; i < snapshot->size();) {
    // Entries of one name stand together: the snapshot is sorted.
    std::size_t next = i + 1;
    while (next < snapshot->size() && (*snapshot)[next].name == (*snapshot)[i].name) ++next;
    if (metric.empty() || (*snapshot)[i].name == metric) {
      if (*limit >= 0 && names >= *limit) break;
      ++names;
      json.key((*snapshot)[i].name).begin_array();
      for (std::size_t j = i; j < next; ++j) {
        if (*limit_per_metric > 0 && std::int64_t(j - i) >= *limit_per_metric) break;
        const MetricMetadata& entry = (*snapshot)[j];
        json.begin_object();
        json.key("type").string(name(entry.type));
        json.key("unit").string(entry.unit);
        json.key("help").string(entry.help);
        json.end_object();
      }
      json.end_array();
    }
    i = next;
  }
  json.end_object();
  return std::move(success).response();
}

}  // namespace lapwing::dashboard::api
