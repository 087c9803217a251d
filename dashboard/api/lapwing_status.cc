// GET /api/v1/status/lapwing, ours: what the page's status view shows about collectors, targets,
// store and receivers. Times are RFC 3339, or null when nothing happened yet; durations are
// seconds.
#include <algorithm>

#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"
#include "dashboard/api/values.h"

namespace lapwing::dashboard::api {
namespace {

void write_time(JsonWriter& json, std::string_view key, Timestamp time) {
  json.key(key);
  if (time == Timestamp{} || time == kNever || time == kBeginningOfTime)
    json.null();
  else
    json.string(format_rfc3339(time));
}

void write_collector(JsonWriter& json, const CollectorStatus& collector) {
  json.begin_object();
  json.key("name").string(collector.name);
  json.key("intervalSeconds").number(to_seconds(collector.interval));
  json.key("available").boolean(collector.available);
  json.key("lastError").string(collector.last_error);
  write_time(json, "lastTime", collector.last_time);
  json.key("lastDurationSeconds").number(collector.last_duration_seconds);
  json.key("series").integer(std::int64_t(collector.series));
  json.key("refusedSeries").integer(std::int64_t(collector.refused_series));
  json.end_object();
}

void write_store(JsonWriter& json, const StoreStatus& store) {
  json.begin_object();
  json.key("series").integer(std::int64_t(store.series));
  json.key("samplesAppended").integer(std::int64_t(store.samples_appended));
  json.key("bytesOnDisk").integer(std::int64_t(store.bytes_on_disk));
  json.key("bytesWritten").integer(std::int64_t(store.bytes_written));
  write_time(json, "oldest", store.oldest);
  write_time(json, "newest", store.newest);
  json.key("trouble").string(store.trouble);
  json.end_object();
}

void write_targets(JsonWriter& json, const std::vector<TargetStatus>& targets) {
  const auto count = [&](TargetStatus::Health health) {
    return std::count_if(targets.begin(), targets.end(),
                         [&](const TargetStatus& target) { return target.health == health; });
  };
  json.begin_object();
  json.key("up").integer(count(TargetStatus::Health::Up));
  json.key("down").integer(count(TargetStatus::Health::Down));
  json.key("unknown").integer(count(TargetStatus::Health::Unknown));
  json.end_object();
}

void write_receiver(JsonWriter& json, const alerting::ReceiverStatus& receiver) {
  json.begin_object();
  json.key("name").string(receiver.name);
  json.key("delivered").integer(std::int64_t(receiver.delivered));
  json.key("failed").integer(std::int64_t(receiver.failed));
  json.key("waiting").integer(std::int64_t(receiver.waiting));
  json.key("dead").integer(std::int64_t(receiver.dead));
  write_time(json, "lastDelivery", receiver.last_delivery);
  json.key("lastError").string(receiver.last_error);
  json.end_object();
}

}  // namespace

http::Response lapwing_status(const Dependencies& from, const http::Request&) {
  const std::shared_ptr<const CollectionStatus> collection = from.collection();
  const std::shared_ptr<const alerting::AlertingStatus> alerting = from.alerting();
  const RuntimeInfo runtime = from.runtime();
  Success success;
  JsonWriter& json = success.json();
  json.begin_object();
  json.key("version").string(from.build.version);
  json.key("revision").string(from.build.revision);
  json.key("compiler").string(from.build.compiler);
  json.key("hostname").string(runtime.host_name);
  write_time(json, "startTime", runtime.started);
  write_time(json, "serverTime", from.clock.now());
  json.key("ready").boolean(from.ready());
  json.key("reloadSucceeded").boolean(runtime.reload_succeeded);
  write_time(json, "lastReload", runtime.last_reload);
  json.key("configurationWarnings").begin_array();
  for (const std::string& warning : runtime.configuration_warnings) json.string(warning);
  json.end_array();
  json.key("collectors").begin_array();
  for (const CollectorStatus& collector : collection->collectors) write_collector(json, collector);
  json.end_array();
  json.key("targets");
  write_targets(json, collection->targets);
  json.key("store");
  write_store(json, *from.store());
  json.key("receivers").begin_array();
  for (const alerting::ReceiverStatus& receiver : alerting->receivers)
    write_receiver(json, receiver);
  json.end_array();
  json.end_object();
  return std::move(success).response();
}

}  // namespace lapwing::dashboard::api
