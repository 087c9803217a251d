// targets and scrape pools, as Prometheus 3.5 shows them.
#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "agent/http/url.h"
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

/// The URL as another host would call it: this host's name instead of loopback.
std::string global_url(const std::string& url, const std::string& host_name) {
  constexpr std::array<std::string_view, 3> kLoopback = {"127.0.0.1", "localhost", "::1"};
  const http::Origin origin = http::origin_of(url);
  const bool loopback =
      std::find(kLoopback.begin(), kLoopback.end(), origin.host) != kLoopback.end();
  return loopback && !host_name.empty() ? http::with_host(url, host_name) : url;
}

void write_target(JsonWriter& json, const TargetStatus& target, const std::string& host_name) {
  json.begin_object();
  json.key("discoveredLabels");
  write_labels(json, target.discovered_labels);
  json.key("labels");
  write_labels(json, target.labels);
  json.key("scrapePool").string(target.pool);
  json.key("scrapeUrl").string(target.url);
  json.key("globalUrl").string(global_url(target.url, host_name));
  json.key("lastError").string(target.last_error);
  json.key("lastScrape").string(api_time(target.last_scrape));
  json.key("lastScrapeDuration").number(target.last_duration_seconds);
  json.key("health").string(health_name(target.health));
  json.key("scrapeInterval").string(format_duration(target.interval));
  json.key("scrapeTimeout").string(format_duration(target.timeout));
  json.end_object();
}

/// The entries of one pool, or of all, sorted by pool.
template <typename Entry, typename PoolName>
std::vector<const Entry*> sorted(const std::vector<Entry>& entries, std::string_view only,
                                 const PoolName& pool_name) {
  std::vector<const Entry*> shown;
  for (const Entry& entry : entries)
    if (only.empty() || pool_name(entry) == only) shown.push_back(&entry);
  std::stable_sort(shown.begin(), shown.end(),
                   [&](const Entry* a, const Entry* b) { return pool_name(*a) < pool_name(*b); });
  return shown;
}

std::vector<const PoolStatus*> pools(const CollectionStatus& status, std::string_view only = {}) {
  return sorted(status.pools, only,
                [](const PoolStatus& pool) -> const std::string& { return pool.name; });
}

void write_dropped(JsonWriter& json, const CollectionStatus& status, std::string_view only) {
  json.key("droppedTargets").begin_array();
  for (const PoolStatus* pool : pools(status, only)) {
    for (const DroppedTarget& target : *pool->dropped) {
      json.begin_object().key("discoveredLabels");
      write_labels(json, target.discovered_labels);
      json.key("scrapePool").string(pool->name);
      json.end_object();
    }
  }
  json.end_array();
  json.key("droppedTargetCounts").begin_object();
  for (const PoolStatus* pool : pools(status))
    json.key(pool->name).integer(std::int64_t(pool->dropped_count));
  json.end_object();
}

}  // namespace

http::Response targets(const Dependencies& from, const http::Request& request) {
  std::string state(request.parameter("state"));
  std::transform(state.begin(), state.end(), state.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  const bool any = state.empty() || state == "any";
  const std::string_view pool = request.parameter("scrapePool");
  const std::shared_ptr<const CollectionStatus> status = from.collection();
  const std::string host_name = from.runtime().host_name;

  Success success;
  JsonWriter& json = success.json();
  json.begin_object();
  json.key("activeTargets").begin_array();
  if (any || state == "active")
    for (const TargetStatus* target :
         sorted(status->targets, pool,
                [](const TargetStatus& one) -> const std::string& { return one.pool; }))
      write_target(json, *target, host_name);
  json.end_array();
  if (any || state == "dropped") {
    write_dropped(json, *status, pool);
  } else {
    json.key("droppedTargets").begin_array().end_array();
    json.key("droppedTargetCounts").null();
  }
  json.end_object();
  return std::move(success).response();
}

http::Response scrape_pools(const Dependencies& from, const http::Request&) {
  Success success;
  JsonWriter& json = success.json();
  json.begin_object().key("scrapePools").begin_array();
  const std::shared_ptr<const CollectionStatus> status = from.collection();
  for (const PoolStatus* pool : pools(*status)) json.string(pool->name);
  json.end_array().end_object();
  return std::move(success).response();
}

}  // namespace lapwing::dashboard::api
