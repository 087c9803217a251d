// /api/v1/status/…: what Prometheus tells about itself, in its shape, filled as far as it means
// something here. Members without a meaning for this program (goroutines, GOGC) are zero or empty.
#include <charconv>
#include <thread>

#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"
#include "dashboard/api/values.h"

namespace lapwing::dashboard::api {
namespace {

/// Grafana picks its features by the version that buildinfo tells, so this is the Prometheus
/// whose API we follow; our own version stands in a member of its own, which clients ignore.
constexpr std::string_view kPrometheusVersion = "3.5.0";

void write_build(JsonWriter& json, const BuildInfo& build) {
  // No `features` member, even empty: with one, Grafana takes the server for another product.
  json.begin_object();
  json.key("version").string(kPrometheusVersion);
  json.key("revision").string(build.revision);
  json.key("branch").string("");
  json.key("buildUser").string("");
  json.key("buildDate").string("");
  json.key("goVersion").string("");
  json.key("lapwingVersion").string(build.version);
  json.end_object();
}

}  // namespace

http::Response buildinfo(const Dependencies& from, const http::Request&) {
  Success success;
  write_build(success.json(), from.build);
  return std::move(success).response();
}

http::Response version(const Dependencies& from, const http::Request&) {
  std::string body;
  JsonWriter json(body);
  write_build(json, from.build);
  body += '\n';
  return http::text_response(200, std::move(body));
}

http::Response runtimeinfo(const Dependencies& from, const http::Request&) {
  const RuntimeInfo info = from.runtime();
  Success success;
  JsonWriter& json = success.json();
  json.begin_object();
  json.key("startTime").string(api_time(info.started));
  json.key("CWD").string(info.working_directory);
  json.key("hostname").string(info.host_name);
  json.key("serverTime").string(api_time(from.clock.now()));
  json.key("reloadConfigSuccess").boolean(info.reload_succeeded);
  json.key("lastConfigTime").string(api_time(info.last_reload));
  json.key("corruptionCount").integer(from.store()->trouble.empty() ? 0 : 1);
  json.key("goroutineCount").integer(0);
  json.key("GOMAXPROCS").integer(std::int64_t(std::thread::hardware_concurrency()));
  json.key("GOMEMLIMIT").integer(0);
  json.key("GOGC").string("");
  json.key("GODEBUG").string("");
  json.key("storageRetention").string(info.storage_retention);
  json.end_object();
  return std::move(success).response();
}

http::Response config(const Dependencies& from, const http::Request&) {
  Success success;
  success.json().begin_object().key("yaml").string(from.configuration()).end_object();
  return std::move(success).response();
}

http::Response flags(const Dependencies& from, const http::Request&) {
  Success success;
  JsonWriter& json = success.json();
  json.begin_object();
  json.key("query.timeout").string("2m");
  json.key("web.enable-lifecycle").string("true");
  json.key("web.enable-remote-write-receiver").string(from.remote_write ? "true" : "false");
  json.end_object();
  return std::move(success).response();
}

http::Response tsdb(const Dependencies& from, const http::Request& request) {
  if (const std::string_view text = request.parameter("limit"); !text.empty()) {
    long long limit = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc() || end != text.data() + text.size() || limit < 1)
      return failure(ErrorType::BadData, "limit must be a positive number");
  }
  const std::shared_ptr<const StoreStatus> store = from.store();
  Success success;
  JsonWriter& json = success.json();
  json.begin_object().key("headStats").begin_object();
  json.key("numSeries").integer(std::int64_t(store->series));
  json.key("numLabelPairs").integer(0);
  json.key("chunkCount").integer(0);
  json.key("minTime").integer(to_millis(store->oldest));
  json.key("maxTime").integer(to_millis(store->newest));
  json.end_object();
  // The four lists of largest names and values are not counted here.
  for (const std::string_view list : {"seriesCountByMetricName", "labelValueCountByLabelName",
                                      "memoryInBytesByLabelName", "seriesCountByLabelValuePair"})
    json.key(list).begin_array().end_array();
  json.end_object();
  return std::move(success).response();
}

http::Response walreplay(const Dependencies&, const http::Request&) {
  Success success;
  JsonWriter& json = success.json();
  json.begin_object();
  for (const std::string_view key : {"min", "max", "current"}) json.key(key).integer(0);
  json.end_object();
  return std::move(success).response();
}

}  // namespace lapwing::dashboard::api
