// metadata: type, unit and help of metrics, by name; targets/metadata: the same by target.
#include <algorithm>
#include <charconv>

#include "agent/promql/expression.h"
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

/// One entry of targets/metadata; asked for by name, Prometheus leaves the name out.
void write_entry(JsonWriter& json, const TargetStatus& target, const MetricMetadata& entry,
                 bool with_name) {
  json.begin_object().key("target").begin_object();
  for (const Label label : target.labels) json.key(label.name).string(label.value);
  json.end_object();
  if (with_name) json.key("metric").string(entry.name);
  json.key("type").string(name(entry.type));
  json.key("help").string(entry.help);
  json.key("unit").string(entry.unit);
  json.end_object();
}

bool matches_all(const std::vector<Matcher>& matchers, const Labels& labels) {
  return std::all_of(matchers.begin(), matchers.end(),
                     [&](const Matcher& matcher) { return matcher.matches(labels); });
}

}  // namespace

http::Response targets_metadata(const Dependencies& from, const http::Request& request) {
  const Result<std::int64_t> limit = count_parameter(request, "limit");
  if (!limit) return failure(ErrorType::BadData, limit.error().message);
  const std::string_view selector = request.parameter("match_target");
  std::vector<Matcher> matchers;
  if (!selector.empty()) {
    Result<std::vector<Matcher>> parsed = promql::parse_selector(selector);
    if (!parsed)
      return failure(ErrorType::BadData,
                     invalid_parameter("match_target", parsed.error().message).message);
    matchers = *std::move(parsed);
  }
  const std::string_view metric = request.parameter("metric");

  const std::shared_ptr<const CollectionStatus> status = from.collection();
  Success success;
  JsonWriter& json = success.json();
  json.begin_array();
  std::int64_t written = 0;
  for (const TargetStatus& target : status->targets) {
    // The limit is looked at between targets: the last one may pass it, as in Prometheus.
    if (*limit >= 0 && written >= *limit) break;
    if (!target.metadata || !matches_all(matchers, target.labels)) continue;
    for (const MetricMetadata& entry : *target.metadata) {
      if (!metric.empty() && entry.name != metric) continue;
      write_entry(json, target, entry, metric.empty());
      ++written;
      if (!metric.empty()) break;
    }
  }
  json.end_array();
  return std::move(success).response();
}

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
