#include "agent/cli/query.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <set>

#include "agent/base/json_value.h"
#include "agent/base/log.h"
#include "agent/base/number.h"
#include "agent/cli/arguments.h"
#include "agent/cli/chart.h"
#include "agent/cli/command.h"
#include "agent/cli/marked_expression.h"
#include "agent/cli/moment.h"
#include "agent/cli/table.h"
#include "agent/http/form.h"
#include "agent/metrics/registry.h"
#include "agent/model/labels.h"

namespace lapwing::cli {
namespace {

constexpr std::string_view kDefaultUrl = "http://127.0.0.1:5279";
/// A range without --step is cut into about so many steps: more than a terminal has columns.
constexpr int kDefaultSteps = 240;

constexpr std::array<Option, 6> kOptions = {{
    {"url", "URL", "the agent's address (default http://127.0.0.1:5279)"},
    {"time", "TIME", "evaluate at this time instead of now"},
    {"start", "TIME", "evaluate over a range that begins here"},
    {"end", "TIME", "the end of the range (default now)"},
    {"step", "DURATION", "the range's step, such as 15s (default: about 240 steps)"},
    {"format", "FORMAT", "table, json or csv (default table)"},
}};

constexpr Syntax kSyntax = {
    .command = "lapwing query",
    .operands = "EXPR",
    .summary = "Asks a running agent with PromQL and prints the answer.",
    .options = kOptions,
    .least_operands = 1,
    .most_operands = 1,
    .details =
        R"(TIME is RFC 3339 (2026-02-11T03:12:00Z), seconds since 1970, "now", or a duration back
from now (-1h). --url takes any server with Prometheus's HTTP API.

Examples:
  lapwing query 'up'
  lapwing query 'sum by (mode) (rate(node_cpu_seconds_total[1m]))'
  lapwing query 'node_load1' --start -1h
  lapwing query 'node_memory_MemAvailable_bytes' --start -1d --step 15m --format csv)",
};

/// One series of an answer: its labels, and its points as (seconds, text of the value).
struct Series {
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<std::pair<double, std::string>> points;
};

struct Request {
  std::string expression;
  std::string url;  ///< without a final slash
  std::string format;
  bool range = false;
  Timestamp start, end;
  Duration step{};
};

/// Seconds for steps of up to some minutes, whole minutes above, so that steps meet round times.
Duration default_step(Duration span) {
  const Duration exact = span / kDefaultSteps;
  const Duration unit = exact > 2min ? Duration(1min) : Duration(1s);
  return std::max<Duration>(unit, (exact + unit - 1ms) / unit * unit);
}

Result<Request> read_request(const Arguments& arguments, Timestamp now) {
  Request request;
  request.expression = arguments.operands()[0];
  request.url = arguments.get("url", kDefaultUrl);
  if (request.url.find("://") == std::string::npos) request.url.insert(0, "http://");
  while (request.url.ends_with('/')) request.url.pop_back();
  request.format = arguments.get("format", "table");
  if (request.format != "table" && request.format != "json" && request.format != "csv")
    return invalid("--format " + request.format + " is unknown; use table, json or csv");
  request.range = arguments.has("start");
  if (!request.range) {
    if (arguments.has("end") || arguments.has("step"))
      return invalid("--end and --step need --start: a range begins somewhere");
    Result<Timestamp> time = parse_moment("time", arguments.get("time", "now"), now);
    if (!time) return time.error();
    request.start = request.end = *time;
    return request;
  }
  if (arguments.has("time")) return invalid("--time and --start exclude each other");
  const Result<Timestamp> start = parse_moment("start", arguments.get("start"), now);
  if (!start) return start.error();
  const Result<Timestamp> end = parse_moment("end", arguments.get("end", "now"), now);
  if (!end) return end.error();
  if (*end < *start) return invalid("--end is before --start");
  request.start = *start;
  request.end = *end;
  request.step = default_step(*end - *start);
  if (arguments.has("step")) {
    const Result<Duration> step = parse_duration(arguments.get("step"));
    if (!step || step->count() <= 0)
      return invalid("--step " + arguments.get("step") + " is no duration; use 15s, 5m, 1h");
    request.step = *step;
  }
  return request;
}

std::string seconds_text(Timestamp time) { return format_value(to_seconds(time)); }

http::ClientRequest http_request(const Request& request) {
  http::ClientRequest call;
  call.method = "POST";
  call.url = request.url + (request.range ? "/api/v1/query_range" : "/api/v1/query");
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  call.timeout = 130s;  // a little more than the server allows a query
  http::Pairs form{{"query", request.expression}};
  if (request.range) {
    form.emplace_back("start", seconds_text(request.start));
    form.emplace_back("end", seconds_text(request.end));
    form.emplace_back("step", format_value(to_seconds(request.step)));
  } else {
    form.emplace_back("time", seconds_text(request.start));
  }
  call.body = http::encode_form(form);
  return call;
}

/// The answer's JSON when it is a success; otherwise an error in words for a person.
Result<JsonValue> read_answer(const Request& request, const http::ClientResponse& response) {
  Result<JsonValue> answer = parse_json(response.body);
  const bool ours = answer && !answer->string_at("status").empty();
  if (!ours)
    return invalid(request.url + " answered HTTP " + std::to_string(response.status) +
                   " without the form of Prometheus's API; is this a lapwing agent?");
  if (answer->string_at("status") == "success" && answer->find("data") != nullptr) return answer;
  return invalid(std::string(answer->string_at("error")));
}

void read_point(const JsonValue& pair, Series& series) {
  if (pair.items.size() != 2) return;
  series.points.emplace_back(pair.items[0].number, pair.items[1].text);
}

std::vector<Series> read_series(const JsonValue& result) {
  std::vector<Series> out;
  for (const JsonValue& item : result.items) {
    Series series;
    if (const JsonValue* metric = item.find("metric"))
      for (const auto& [name, value] : metric->members)
        series.labels.emplace_back(name, value.text);
    if (const JsonValue* value = item.find("value")) read_point(*value, series);
    if (const JsonValue* values = item.find("values"))
      for (const JsonValue& pair : values->items) read_point(pair, series);
    out.push_back(std::move(series));
  }
  return out;
}

/// Every label name that occurs, the metric's name first.
std::vector<std::string> label_names(const std::vector<Series>& all) {
  std::set<std::string> names;
  for (const Series& series : all)
    for (const auto& [name, value] : series.labels) names.insert(name);
  std::vector<std::string> out;
  if (names.erase(std::string(kMetricName)) > 0) out.emplace_back(kMetricName);
  out.insert(out.end(), names.begin(), names.end());
  return out;
}

std::string label_value(const Series& series, const std::string& name) {
  for (const auto& [key, value] : series.labels)
    if (key == name) return value;
  return "";
}

std::string series_name(const Series& series) {
  LabelsBuilder builder;
  for (const auto& [name, value] : series.labels) builder.set(name, value);
  return builder.build().to_string();
}

std::string time_text(double seconds) {
  if (!(std::fabs(seconds) < kFarthestSeconds)) return format_value(seconds);
  return format_rfc3339(from_millis(std::llround(seconds * 1000)));
}

std::string csv_text(const std::vector<Series>& all) {
  const std::vector<std::string> names = label_names(all);
  std::vector<std::string> cells = names;
  cells.insert(cells.end(), {"time", "value"});
  std::string out = csv_line(cells);
  for (const Series& series : all)
    for (const auto& [seconds, value] : series.points) {
      cells.clear();
      for (const std::string& name : names) cells.push_back(label_value(series, name));
      cells.insert(cells.end(), {time_text(seconds), value});
      out += csv_line(cells);
    }
  return out;
}

/// An instant vector, or the samples of a range selector: a row a sample.
std::string table_text(const std::vector<Series>& all, bool with_times, const Terminal& terminal) {
  const std::vector<std::string> names = label_names(all);
  std::vector<Table::Column> columns;
  for (const std::string& name : names)
    columns.push_back({name == kMetricName ? "METRIC" : printable(name)});
  if (with_times) columns.push_back({"TIME"});
  columns.push_back({"VALUE", Align::Right});
  Table table(std::move(columns));
  for (const Series& series : all)
    for (const auto& [seconds, value] : series.points) {
      std::vector<std::string> cells;
      for (const std::string& name : names) cells.push_back(label_value(series, name));
      if (with_times) cells.push_back(time_text(seconds));
      cells.push_back(value);
      table.add(std::move(cells));
    }
  return table.text(terminal);
}

/// Four significant digits: a chart's figures are for the eye; csv and json are exact.
std::string rounded(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.4g", value);
  const Result<double> short_value = parse_value(text);
  return short_value ? format_value(*short_value) : text;
}

/// The unit is in the metric's name, if anywhere (Prometheus's naming).
bool holds_bytes(const Series& series) {
  const std::string name = label_value(series, std::string(kMetricName));
  return name.ends_with("_bytes") || name.ends_with("_bytes_total");
}

/// For the eye: bytes in the unit that leaves few digits.
std::string legible(double value, bool bytes) {
  constexpr std::array<std::string_view, 6> kUnits = {"", " KiB", " MiB", " GiB", " TiB", " PiB"};
  std::size_t unit = 0;
  while (bytes && std::fabs(value) >= 1024 && std::isfinite(value) && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return rounded(value) + std::string(kUnits[unit]);
}

std::string chart_text(const Request& request, const Series& series, const Terminal& terminal) {
  const std::size_t steps = std::size_t((request.end - request.start) / request.step) + 1;
  std::vector<double> values(std::min<std::size_t>(steps, 11'001),
                             std::numeric_limits<double>::quiet_NaN());
  double least = std::numeric_limits<double>::infinity(), most = -least;
  double last = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [seconds, text] : series.points) {
    const double index =
        std::round((seconds - to_seconds(request.start)) / to_seconds(request.step));
    const Result<double> value = parse_value(text);
    if (!value || !(index >= 0) || index >= double(values.size())) continue;
    values[std::size_t(index)] = last = *value;
    least = std::fmin(least, *value);
    most = std::fmax(most, *value);
  }
  if (least > most) least = most = last;  // nothing but NaN
  const bool bytes = holds_bytes(series);
  const std::size_t columns = std::clamp<std::size_t>(terminal.columns, 42, 122) - 2;
  return styled(terminal, Style::Heading, printable(series_name(series))) + "\n  " +
         styled(terminal, Style::Accent, sparkline(values, columns, terminal.unicode)) + "\n  " +
         styled(terminal, Style::Faint,
                "min " + legible(least, bytes) + "  max " + legible(most, bytes) + "  last " +
                    legible(last, bytes)) +
         "\n";
}

std::string charts_text(const Request& request, const std::vector<Series>& all,
                        const Terminal& terminal) {
  std::string out = styled(terminal, Style::Faint,
                           format_rfc3339(request.start) + " to " + format_rfc3339(request.end) +
                               ", step " + format_duration(request.step)) +
                    "\n";
  for (const Series& series : all) out += chart_text(request, series, terminal);
  return out;
}

void print_notes(const JsonValue& answer, QueryWorld& world) {
  for (const std::string_view kind : {"warnings", "infos"})
    if (const JsonValue* notes = answer.find(kind))
      for (const JsonValue& note : notes->items)
        world.err += (kind == "infos" ? "info: " : "warning: ") + printable(note.text) + "\n";
}

void print_answer(const Request& request, const JsonValue& answer, QueryWorld& world) {
  const JsonValue& data = *answer.find("data");
  const JsonValue* result = data.find("result");
  const std::string_view type = data.string_at("resultType");
  if (result == nullptr) return;
  if (type == "scalar" || type == "string") {
    Series series;
    read_point(*result, series);
    if (series.points.empty()) return;
    world.out +=
        request.format == "csv" ? csv_text({series}) : printable(series.points[0].second) + "\n";
    return;
  }
  const std::vector<Series> all = read_series(*result);
  if (request.format == "csv") {
    world.out += csv_text(all);
    return;
  }
  if (all.empty()) {
    world.err += "no series\n";
    return;
  }
  world.out += request.range ? charts_text(request, all, world.terminal)
                             : table_text(all, type == "matrix", world.terminal);
}

}  // namespace

int run_query(std::span<const std::string> words, QueryWorld& world) {
  const auto fail = [&](int code, const std::string& why) {
    world.err += "lapwing query: " + printable(why) + "\n";
    return code;
  };
  const Result<Arguments> arguments = parse_arguments(kSyntax, words);
  if (!arguments) return fail(kUsageError, arguments.error().message);
  if (arguments->help()) {
    world.out += help_text(kSyntax);
    return kSuccess;
  }
  const Result<Request> request = read_request(*arguments, world.now);
  if (!request) return fail(kUsageError, request.error().message);
  const Result<http::ClientResponse> response = world.exchange(http_request(*request));
  if (!response)
    return fail(kFailure, "nothing answers at " + request->url + "; is lapwing running? (" +
                              response.error().message + ")");
  const Result<JsonValue> answer = read_answer(*request, *response);
  if (!answer) {
    world.err += "lapwing query: " +
                 mark_error(request->expression, answer.error().message, world.terminal.columns) +
                 "\n";
    return kFailure;
  }
  print_notes(*answer, world);
  if (request->format == "json")
    world.out += response->body + "\n";
  else
    print_answer(*request, *answer, world);
  return kSuccess;
}

int query_command(const std::vector<std::string>& words) {
  Log log(LogLevel::Error);
  metrics::Registry registry;
  std::unique_ptr<http::Client> client;  // made on first use: --help needs no network
  QueryWorld world;
  world.exchange = [&](http::ClientRequest request) {
    client = std::make_unique<http::Client>(log, registry);
    return client->exchange(std::move(request));
  };
  world.now = SystemClock().now();
  world.terminal = describe_standard_output();
  const int code = run_query(words, world);
  std::fputs(world.err.c_str(), stderr);
  std::fwrite(world.out.data(), 1, world.out.size(), stdout);
  return code;
}

}  // namespace lapwing::cli
