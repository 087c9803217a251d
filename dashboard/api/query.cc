// query, query_range and what else takes an expression. The order in which parameters are
// checked is Prometheus's, so that a request with two mistakes gets the same answer.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>

#include "agent/promql/expression.h"
#include "agent/promql/pretty_printer.h"
#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"
#include "dashboard/api/parameters.h"
#include "dashboard/api/values.h"

namespace lapwing::dashboard::api {
namespace {

using std::chrono::nanoseconds;

/// Prometheus's default of --query.timeout; a request may ask for less.
constexpr nanoseconds kLongestQuery = std::chrono::minutes(2);

/// Prometheus's limit of points a series: 60 s steps over a week, 1 h steps over a year.
constexpr double kPointLimit = 11'000;
constexpr std::string_view kTooManyPoints =
    "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
    "resolution (?step=XX)";

constexpr std::string_view kTimedOut = "query timed out in query execution";

/// Of one answer, about 140 MB of JSON.
constexpr std::size_t kAnswerPointLimit = 5'000'000;

/// Prometheus shows so many warnings, and so many infos, and counts the rest.
constexpr std::size_t kNoteLimit = 10;

struct Bounds {
  promql::QueryContext context;
  nanoseconds started{};
  bool over = false;  ///< no time was given at all
};

/// `timeout` and `lookback_delta`.
Result<Bounds> bounds_parameters(const Dependencies& from, const http::Request& request) {
  Bounds bounds;
  bounds.started = from.clock.monotonic();
  nanoseconds allowed = kLongestQuery;
  if (const std::string_view text = request.parameter("timeout"); !text.empty()) {
    const Result<nanoseconds> timeout = parse_api_duration(text);
    if (!timeout) return invalid_parameter("timeout", timeout.error().message);
    allowed = std::clamp(*timeout, nanoseconds(0), kLongestQuery);
  }
  bounds.context.deadline = bounds.started + allowed;
  bounds.context.count_samples = !request.parameter("stats").empty();
  bounds.context.cancelled = request.abandoned.get();
  bounds.over = allowed.count() == 0;
  if (const std::string_view text = request.parameter("lookback_delta"); !text.empty()) {
    const Result<nanoseconds> lookback = parse_api_duration(text);
    if (!lookback)
      return invalid("error parsing lookback delta duration: " + lookback.error().message);
    // Zero and less mean the engine's own, as in Prometheus.
    if (lookback->count() > 0)
      bounds.context.lookback =
          std::max(Duration(1), std::chrono::duration_cast<Duration>(*lookback));
  }
  return bounds;
}

std::string_view words_for(promql::ValueType type) {
  return type == promql::ValueType::Matrix ? "range vector" : promql::name(type);
}

/// An evaluation as it is to be told of: what it counted, when it ran.
struct Told {
  promql::QueryStats stats;
  Timestamp from;
  Duration step{};
  double prepared_seconds = 0;  ///< from the request to the engine
  double evaluated_seconds = 0;
};

void append_stats(std::string& out, const Told& told, bool each_step) {
  // The engine reads, evaluates and sorts in one go; requests wait in the server's queue, before
  // the query's time begins.
  JsonWriter json(out);
  json.begin_object().key("timings").begin_object();
  json.key("evalTotalTime").number(told.evaluated_seconds);
  json.key("resultSortTime").number(0);
  json.key("queryPreparationTime").number(told.prepared_seconds);
  json.key("innerEvalTime").number(told.evaluated_seconds);
  json.key("execQueueTime").number(0);
  json.key("execTotalTime").number(told.prepared_seconds + told.evaluated_seconds);
  json.end_object().key("samples").begin_object();
  const std::vector<std::uint64_t>& counts = told.stats.samples_at_step;
  if (each_step && !counts.empty()) {
    std::string steps = "[";
    for (std::size_t step = 0; step < counts.size(); ++step) {
      steps += step == 0 ? "[" : ",[";
      const Timestamp time = told.from + told.step * std::int64_t(step);
      append_time(steps, time);
      if (to_millis(time) % 1000 != 0) steps.erase(steps.find_last_not_of('0') + 1);
      steps.append(",").append(std::to_string(counts[step])).append("]");
    }
    json.key("totalQueryableSamplesPerStep").raw(steps + "]");
  }
  json.key("totalQueryableSamples")
      .integer(std::int64_t(std::accumulate(counts.begin(), counts.end(), std::uint64_t(0))));
  json.key("peakSamples").integer(std::int64_t(told.stats.peak_points));
  json.end_object().end_object();
}

/// At most kNoteLimit of them, and a line that counts the others.
void shorten(std::vector<std::string>& notes, std::string_view kind) {
  if (notes.size() <= kNoteLimit) return;
  const std::size_t omitted = notes.size() - kNoteLimit;
  notes.resize(kNoteLimit);
  notes.push_back(std::to_string(omitted) + " more " + std::string(kind) + " annotations omitted");
}

struct Grid {
  Timestamp from;
  Timestamp to;
  Duration step{};
};

using Evaluate = std::function<Result<promql::QueryResult>(const promql::QueryContext&)>;

http::Response answer(const Dependencies& from, const http::Request& request, const Bounds& bounds,
                      std::size_t limit, const Grid& grid, const Evaluate& evaluate) {
  const auto seconds = [&] {
    return std::chrono::duration<double>(from.clock.monotonic()).count();
  };
  const double begun = seconds();
  Result<promql::QueryResult> result = evaluate(bounds.context);
  if (!result) return failure(result.error());
  const double ended = seconds();
  if (point_count(result->value) > kAnswerPointLimit)
    return failure(ErrorType::Execution,
                   "query processing would load too many samples into memory in query execution");
  shorten(result->warnings, "warning");
  shorten(result->infos, "info");
  if (limit != 0 && series_count(result->value) > limit) result->warnings.emplace_back(kTruncated);
  Success success;
  std::string& out = success.text();
  append_value_object(out, std::move(result->value), limit);
  if (bounds.context.count_samples) {
    out.back() = ',';  // in place of the brace that closes the data
    out += "\"stats\":";
    append_stats(out,
                 {result->stats, grid.from, grid.step,
                  begun - std::chrono::duration<double>(bounds.started).count(), ended - begun},
                 request.parameter("stats") == "all");
    out += '}';
  }
  return std::move(success).response(result->warnings, result->infos);
}

/// `start`, `end` and `step`.
Result<Grid> grid_parameters(const http::Request& request) {
  const Result<Timestamp> start = parse_time(request.parameter("start"));
  if (!start) return invalid_parameter("start", start.error().message);
  const Result<Timestamp> end = parse_time(request.parameter("end"));
  if (!end) return invalid_parameter("end", end.error().message);
  if (*end < *start) return invalid_parameter("end", "end timestamp must not be before start time");
  const Result<nanoseconds> step = parse_api_duration(request.parameter("step"));
  if (!step) return invalid_parameter("step", step.error().message);
  if (step->count() <= 0)
    return invalid_parameter("step",
                             "zero or negative query resolution step widths are not accepted. Try "
                             "a positive integer");
  if (std::floor(double((*end - *start).count()) * 1e6 / double(step->count())) > kPointLimit)
    return invalid(std::string(kTooManyPoints));
  const Duration millis = std::chrono::duration_cast<Duration>(*step);
  return Grid{*start, *end, std::max(Duration(1), millis)};
}

}  // namespace

http::Response query(const Dependencies& from, const http::Request& request) {
  const Result<std::size_t> limit = limit_parameter(request);
  if (!limit) return failure(ErrorType::BadData, limit.error().message);
  const Result<Timestamp> time = time_parameter(request, "time", from.clock.now());
  if (!time) return failure(ErrorType::BadData, time.error().message);
  const Result<Bounds> bounds = bounds_parameters(from, request);
  if (!bounds) return failure(ErrorType::BadData, bounds.error().message);
  const Result<promql::Expression> expression = query_parameter(request);
  if (!expression) return failure(ErrorType::BadData, expression.error().message);
  if (bounds->over) return failure(ErrorType::Timeout, kTimedOut);
  return answer(from, request, *bounds, *limit, {*time, *time},
                [&](const promql::QueryContext& context) {
                  return from.engine.instant(from.source, *expression, *time, context);
                });
}

http::Response query_range(const Dependencies& from, const http::Request& request) {
  const Result<std::size_t> limit = limit_parameter(request);
  if (!limit) return failure(ErrorType::BadData, limit.error().message);
  const Result<Grid> grid = grid_parameters(request);
  if (!grid) return failure(ErrorType::BadData, grid.error().message);
  const Result<Bounds> bounds = bounds_parameters(from, request);
  if (!bounds) return failure(ErrorType::BadData, bounds.error().message);
  const Result<promql::Expression> expression = query_parameter(request);
  if (!expression) return failure(ErrorType::BadData, expression.error().message);
  const promql::ValueType type = expression->type();
  if (type != promql::ValueType::Scalar && type != promql::ValueType::Vector) {
    const std::string why = "invalid expression type \"" + std::string(words_for(type)) +
                            "\" for range query, must be Scalar or instant Vector";
    return failure(ErrorType::BadData, invalid_parameter("query", why).message);
  }
  if (bounds->over) return failure(ErrorType::Timeout, kTimedOut);
  return answer(from, request, *bounds, *limit, *grid, [&](const promql::QueryContext& context) {
    return from.engine.range(from.source, *expression, grid->from, grid->to, grid->step, context);
  });
}

http::Response query_exemplars(const Dependencies&, const http::Request& request) {
  const Result<TimeRange> range = range_parameters(request);
  if (!range) return failure(ErrorType::BadData, range.error().message);
  if (range->to < range->from)
    return failure(ErrorType::BadData, "end timestamp must not be before start timestamp");
  const auto expression = promql::Expression::parse(request.parameter("query"));
  if (!expression) return failure(ErrorType::BadData, expression.error().message);
  // Without a selector Prometheus has nothing to say at all.
  if (expression->selectors().empty()) return {.status = 204};
  Success success;
  success.json().begin_array().end_array();
  return std::move(success).response();
}

http::Response format_query(const Dependencies&, const http::Request& request) {
  const Result<promql::Expression> expression = query_parameter(request);
  if (!expression) return failure(ErrorType::BadData, expression.error().message);
  Success success;
  std::string text;
  promql::append_pretty(text, expression->root());
  success.json().string(text);
  return std::move(success).response();
}

}  // namespace lapwing::dashboard::api
