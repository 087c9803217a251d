#include "collectors/access_log/options.h"

#include <algorithm>

#include "agent/base/json.h"
#include "agent/base/json_value.h"

namespace lapwing::collectors::access_log {
namespace {

constexpr std::int64_t kMostHosts = 1'000;

LogOptions read_log(config::Mapping& mapping) {
  LogOptions log;
  mapping.required_string("path");
  log.path = mapping.path("path");
  log.service = mapping.string("service", "nginx");
  log.format = mapping.string("format", log.format);
  log.host_limit =
      std::size_t(mapping.integer("host_limit", std::int64_t(log.host_limit), 0, kMostHosts));
  mapping.section("fields", [&](config::Mapping& fields) {
    log.fields = {.method = fields.string("method"),
                  .request = fields.string("request"),
                  .status = fields.string("status"),
                  .duration = fields.string("duration"),
                  .host = fields.string("host")};
  });
  const std::string unit = mapping.choice("duration_unit", "s", {"s", "ms", "us"});
  log.time_unit_seconds = unit == "ms" ? 1e-3 : unit == "us" ? 1e-6 : 1;
  if (log.service.empty()) mapping.error("service", "must not be empty");
  if (const auto format = LineFormat::create(log.format, log.fields); !format)
    mapping.error("format", format.error().message);
  return log;
}

}  // namespace

std::string write_logs(const std::vector<LogOptions>& logs) {
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const LogOptions& log : logs) {
    json.begin_object();
    json.key("path").string(log.path);
    json.key("service").string(log.service);
    json.key("format").string(log.format);
    json.key("host_limit").integer(std::int64_t(log.host_limit));
    json.key("unit").number(log.time_unit_seconds);
    json.key("method").string(log.fields.method);
    json.key("request").string(log.fields.request);
    json.key("status").string(log.fields.status);
    json.key("duration").string(log.fields.duration);
    json.key("host").string(log.fields.host);
    json.end_object();
  }
  json.end_array();
  return text;
}

std::vector<LogOptions> parse_logs(std::string_view text) {
  std::vector<LogOptions> logs;
  const Result<JsonValue> json = parse_json(text);
  if (!json) return logs;
  for (const JsonValue& item : json->items) {
    const JsonValue* const hosts = item.find("host_limit");
    const JsonValue* const unit = item.find("unit");
    const auto text_at = [&](std::string_view name) { return std::string(item.string_at(name)); };
    logs.push_back({.path = text_at("path"),
                    .service = text_at("service"),
                    .format = text_at("format"),
                    .fields = {.method = text_at("method"),
                               .request = text_at("request"),
                               .status = text_at("status"),
                               .duration = text_at("duration"),
                               .host = text_at("host")},
                    .time_unit_seconds = unit == nullptr ? 1 : unit->number,
                    .host_limit = hosts == nullptr ? 0 : std::size_t(hosts->number)});
  }
  return logs;
}

std::vector<LogOptions> read_access_logs(config::Mapping& root) {
  std::vector<LogOptions> logs;
  root.each("access_logs", [&](config::Mapping& mapping) {
    LogOptions log = read_log(mapping);
    const auto same = [&](const LogOptions& other) { return other.path == log.path; };
    if (std::any_of(logs.begin(), logs.end(), same))
      mapping.error("path", "this file is named twice");
    logs.push_back(std::move(log));
  });
  return logs;
}

}  // namespace lapwing::collectors::access_log
