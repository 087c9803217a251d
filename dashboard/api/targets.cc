// targets and scrape pools. Targets that relabelling dropped are not kept, so that list is empty.
#include <algorithm>
#include <cctype>
#include <set>
#include <vector>

#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"
#include "dashboard/api/values.h"

namespace lapwing::dashboard::api {
namespace {

std::string_view health_name(TargetStatus::Health health) {
  switch (health) {
    case TargetStatus::Health::Up:
      return "up";
    case TargetStatus::Health::Down:
      return "down";
    case TargetStatus::Health::Unknown:
      break;
  }
  return "unknown";
}

void write_labels(JsonWriter& json, const Labels& labels) {
  json.begin_object();
  for (const Label label : labels) json.key(label.name).string(label.value);
  json.end_object();
}

void write_target(JsonWriter& json, const TargetStatus& target) {
  json.begin_object();
  json.key("discoveredLabels");
  write_labels(json, target.discovered_labels);
  json.key("labels");
  write_labels(json, target.labels);
  json.key("scrapePool").string(target.pool);
  json.key("scrapeUrl").string(target.url);
  json.key("globalUrl").string(target.url);
  json.key("lastError").string(target.last_error);
  json.key("lastScrape").string(api_time(target.last_scrape));
  json.key("lastScrapeDuration").number(target.last_duration_seconds);
  json.key("health").string(health_name(target.health));
  json.key("scrapeInterval").string(format_duration(target.interval));
  json.key("scrapeTimeout").string(format_duration(target.timeout));
  json.end_object();
}

std::set<std::string> pools(const CollectionStatus& status) {
  std::set<std::string> names;
  for (const TargetStatus& target : status.targets) names.insert(target.pool);
  return names;
}

}  // namespace

http::Response targets(const Dependencies& from, const http::Request& request) {
  std::string state(request.parameter("state"));
  std::transform(state.begin(), state.end(), state.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  const bool any = state.empty() || state == "any";
  const std::string_view pool = request.parameter("scrapePool");
  const std::shared_ptr<const CollectionStatus> status = from.collection();
  std::vector<const TargetStatus*> shown;
  if (any || state == "active")
    for (const TargetStatus& target : status->targets)
      if (pool.empty() || target.pool == pool) shown.push_back(&target);
  std::stable_sort(shown.begin(), shown.end(),
                   [](const TargetStatus* a, const TargetStatus* b) { return a->pool < b->pool; });

  Success success;
  JsonWriter& json = success.json();
  json.begin_object();
  json.key("activeTargets").begin_array();
  for (const TargetStatus* target : shown) write_target(json, *target);
  json.end_array();
  json.key("droppedTargets").begin_array().end_array();
  json.key("droppedTargetCounts");
  if (any || state == "dropped") {
    json.begin_object();
    for (const std::string& name : pools(*status)) json.key(name).integer(0);
    json.end_object();
  } else {
    json.null();
  }
  json.end_object();
  return std::move(success).response();
}

http::Response targets_metadata(const Dependencies&, const http::Request&) {
  Success success;
  success.json().begin_array().end_array();
  return std::move(success).response();
}

http::Response scrape_pools(const Dependencies& from, const http::Request&) {
  Success success;
  JsonWriter& json = success.json();
  json.begin_object().key("scrapePools").begin_array();
  for (const std::string& name : pools(*from.collection())) json.string(name);
  json.end_array().end_object();
  return std::move(success).response();
}

}  // namespace lapwing::dashboard::api
