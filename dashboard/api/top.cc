// GET /api/v1/top, ours: the processes that used most in one interval, newest or past.
// Parameters: `time` (seconds or RFC 3339; default: the newest). The answer is the interval that
// holds the time, or the next one within a minute: {"time", "intervalSeconds", "processes":
// [{"pid", "name", "service", "commandLine", "cpuSeconds", "residentBytes", "readBytes",
// "writtenBytes", "runDelaySeconds", "ioDelaySeconds"}]}, the largest use of CPU first; not_found
// without a record.
#include <algorithm>

#include "agent/model/records.h"
#include "agent/model/top_processes.h"
#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"
#include "dashboard/api/parameters.h"
#include "dashboard/api/values.h"

namespace lapwing::dashboard::api {
namespace {

// A record may be late, and the agent may have stood still for a while.
constexpr Duration kPatience = 60s;
constexpr std::size_t kRecordLimit = 200;

double seconds(std::uint64_t micros) { return double(micros) / 1e6; }

void write_process(JsonWriter& json, const TopProcess& process) {
  json.begin_object();
  json.key("pid").integer(process.pid);
  json.key("name").string(process.name);
  json.key("service").string(process.service);
  json.key("commandLine").string(process.command_line);
  json.key("cpuSeconds").number(seconds(process.cpu_micros));
  json.key("residentBytes").integer(std::int64_t(process.resident_bytes));
  json.key("readBytes").integer(std::int64_t(process.read_bytes));
  json.key("writtenBytes").integer(std::int64_t(process.written_bytes));
  json.key("runDelaySeconds").number(seconds(process.run_delay_micros));
  json.key("ioDelaySeconds").number(seconds(process.io_delay_micros));
  json.end_object();
}

Result<TopProcesses> find(const Records& records, Timestamp time) {
  const bool newest = time == kNever;
  const TimeRange range =
      newest ? TimeRange{} : TimeRange{time, std::min(time, kFarthestTime) + kPatience};
  auto found = records.read(kTopProcesses, range, newest ? 1 : kRecordLimit);
  if (!found) return std::move(found).error();
  if (found->empty())
    return no_data(newest ? "no top processes were recorded yet"
                          : "no top processes were recorded around " + format_rfc3339(time));
  const Record& record = found->front();
  return decode_top_processes(record.time, record.bytes);
}

}  // namespace

http::Response top(const Dependencies& from, const http::Request& request) {
  if (from.records == nullptr) return failure(no_data("top processes are not recorded here"));
  const auto time = time_parameter(request, "time", kNever);
  if (!time) return failure(ErrorType::BadData, time.error().message);
  auto found = find(*from.records, *time);
  if (!found) return failure(found.error());
  std::stable_sort(
      found->processes.begin(), found->processes.end(),
      [](const TopProcess& a, const TopProcess& b) { return a.cpu_micros > b.cpu_micros; });
  Success success;
  JsonWriter& json = success.json();
  json.begin_object();
  json.key("time").string(format_rfc3339(found->time));
  json.key("intervalSeconds").number(to_seconds(found->interval));
  json.key("processes").begin_array();
  for (const TopProcess& process : found->processes) write_process(json, process);
  json.end_array();
  json.end_object();
  return std::move(success).response();
}

}  // namespace lapwing::dashboard::api
