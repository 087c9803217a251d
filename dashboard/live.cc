#include "dashboard/live.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>

#include "agent/base/json.h"
#include "agent/base/number.h"
#include "agent/promql/expression.h"
#include "dashboard/api/envelope.h"
#include "dashboard/api/values.h"

namespace lapwing::dashboard {
namespace {

/// All queries of a tick together; the next tick must not find the last one still running.
constexpr std::chrono::milliseconds kTickBudget{800};

void append_error(std::string& out, std::string_view message) {
  JsonWriter(out).begin_object().key("error").string(message).end_object();
}

void append_series(std::string& out, const Labels& labels, double value) {
  out += "{\"metric\":";
  api::append_labels(out, labels);
  out += ",\"value\":\"";
  append_value(out, value);
  out += "\"}";
}

void append_result(std::string& out, const promql::Value& value) {
  if (const auto* scalar = std::get_if<promql::Scalar>(&value)) {
    out += "{\"result\":[";
    append_series(out, {}, scalar->value);
    out += "]}";
    return;
  }
  const auto* vector = std::get_if<promql::Vector>(&value);
  if (vector == nullptr)
    return append_error(out, "a live query must give a scalar or an instant vector");
  if (vector->size() > kLiveSeriesLimit)
    return append_error(out, "the answer has " + std::to_string(vector->size()) +
                                 " series; a live query may have " +
                                 std::to_string(kLiveSeriesLimit) + ": aggregate it");
  out += "{\"result\":[";
  for (std::size_t i = 0; i < vector->size(); ++i) {
    if (i > 0) out += ',';
    append_series(out, (*vector)[i].labels, (*vector)[i].value);
  }
  out += "]}";
}

}  // namespace

/// One distinct query text, shared by the streams that ask for it.
struct Live::Query {
  std::optional<promql::Expression> expression;
  std::string parse_error;
  // Only step() touches these.
  Timestamp evaluated = kBeginningOfTime;
  std::string fragment;  ///< the JSON of its answer at `evaluated`
};

struct Live::Stream {
  std::shared_ptr<http::EventStream> events;
  std::vector<std::shared_ptr<Query>> queries;
};

Live::Live(const Dependencies& dependencies)
    : from_(dependencies),
      stream_count_(
          from_.registry.gauge("lapwing_live_streams", "Live event streams that are open.")),
      refused_(from_.registry.counter("lapwing_live_streams_refused_total",
                                      "Live streams refused because of a limit.")),
      events_(from_.registry.counter("lapwing_live_events_total", "Events sent on live streams.")),
      dropped_(from_.registry.counter(
          "lapwing_live_streams_closed_total",
          "Live streams that ended: the peer went away or read too slowly.")),
      tick_seconds_(from_.registry.histogram(
          "lapwing_live_tick_seconds", "Time to evaluate and send one second's live queries.",
          {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1})) {}

Live::~Live() = default;

http::Response Live::subscribe(const http::Request& request) {
  std::vector<std::string> texts = request.parameters_named("query");
  const bool too_long = std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
    return text.size() > kLiveQueryLimitBytes;
  });
  if (texts.size() > kLiveQueryLimit || too_long) {
    refused_.add();
    return api::failure(api::ErrorType::BadData,
                        "a live stream takes up to " + std::to_string(kLiveQueryLimit) +
                            " queries of up to " + std::to_string(kLiveQueryLimitBytes) +
                            " bytes each");
  }
  if (listeners_ >= kLiveStreamLimit) {
    refused_.add();
    return api::failure(api::ErrorType::Timeout,
                        std::to_string(kLiveStreamLimit) +
                            " live streams are open already; close one and try again");
  }
  http::Response response;
  response.content_type = "text/event-stream";
  response.on_stream = [this, texts = std::move(texts)](std::shared_ptr<http::EventStream> events) {
    open(std::move(events), texts);
  };
  return response;
}

void Live::open(std::shared_ptr<http::EventStream> events, const std::vector<std::string>& texts) {
  auto stream = std::make_shared<Stream>();
  stream->events = std::move(events);
  {
    const std::lock_guard lock(mutex_);
    // Several may have passed subscribe() at once; letting go of the stream closes it.
    if (streams_.size() >= kLiveStreamLimit) {
      refused_.add();
      return;
    }
    for (const std::string& text : texts) stream->queries.push_back(query_for(text));
    streams_.push_back(std::move(stream));
    listeners_ = streams_.size();
    stream_count_.set(double(streams_.size()));
  }
  if (wake_) wake_();
}

/// With mutex_ held.
std::shared_ptr<Live::Query> Live::query_for(const std::string& text) {
  std::weak_ptr<Query>& known = queries_[text];
  if (std::shared_ptr<Query> query = known.lock()) return query;
  auto query = std::make_shared<Query>();
  Result<promql::Expression> expression = promql::Expression::parse(text);
  if (expression)
    query->expression = std::move(*expression);
  else
    query->parse_error = expression.error().message;
  known = query;
  return query;
}

Timestamp Live::step(Timestamp now) {
  Streams streams;
  {
    const std::lock_guard lock(mutex_);
    streams = streams_;
  }
  if (streams.empty()) return kNever;
  const Timestamp tick = floor_to(now, 1s);
  if (tick == sent_.load()) return tick + 1s + kLiveWait;
  const bool complete = from_.tick_complete && from_.tick_complete(tick);
  if (!complete && now < tick + kLiveWait) return tick + kLiveWait;
  const auto started = from_.clock.monotonic();
  send_tick(streams, tick);
  sent_ = tick;
  streams.clear();
  drop_closed();
  tick_seconds_.observe(std::chrono::duration<double>(from_.clock.monotonic() - started).count());
  return listeners_ == 0 ? kNever : tick + 1s + kLiveWait;
}

void Live::send_tick(const Streams& streams, Timestamp tick) {
  const auto deadline = from_.clock.monotonic() + kTickBudget;
  std::string head = "{\"time\":";
  api::append_time(head, tick);
  head += ",\"results\":[";
  const std::string tail = "],\"alerts\":\"" + fingerprint() + "\"}";
  std::string event;
  for (const std::shared_ptr<Stream>& stream : streams) {
    if (!stream->events->open()) continue;
    event = head;
    for (std::size_t i = 0; i < stream->queries.size(); ++i) {
      Query& query = *stream->queries[i];
      if (query.evaluated != tick) evaluate(query, tick, deadline);
      if (i > 0) event += ',';
      event += query.fragment;
    }
    event += tail;
    if (stream->events->send(event)) events_.add();
  }
}

void Live::evaluate(Query& query, Timestamp tick, std::chrono::nanoseconds deadline) const {
  query.evaluated = tick;
  query.fragment.clear();
  if (!query.expression) return append_error(query.fragment, query.parse_error);
  const Result<promql::QueryResult> result =
      from_.engine.instant(from_.source, *query.expression, tick, {.deadline = deadline});
  if (!result) return append_error(query.fragment, result.error().message);
  append_result(query.fragment, result->value);
}

/// A number for the set of pending and firing alerts; values are left out, since they change
/// every second and the page asks for the alerts again whenever this changes.
std::string Live::fingerprint() {
  const std::shared_ptr<const alerting::AlertingStatus> status = from_.alerting();
  if (status == alerts_seen_) return alerts_fingerprint_;
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&](std::uint64_t part) { hash = (hash ^ part) * 0x100000001b3; };
  for (const alerting::GroupStatus& group : status->groups)
    for (const alerting::RuleStatus& rule : group.rules)
      for (const alerting::AlertStatus& alert : rule.alerts) {
        if (alert.state == alerting::AlertState::Inactive) continue;
        mix(std::uint64_t(alert.state));
        mix(alert.labels.hash());
        mix(std::uint64_t(to_millis(alert.active_at)));
      }
  char text[17] = {};
  const auto end = std::to_chars(text, text + 16, hash, 16).ptr;
  alerts_fingerprint_.assign(text, end);
  alerts_seen_ = status;
  return alerts_fingerprint_;
}

void Live::drop_closed() {
  Streams gone;
  {
    const std::lock_guard lock(mutex_);
    const auto first_gone = std::stable_partition(
        streams_.begin(), streams_.end(),
        [](const std::shared_ptr<Stream>& stream) { return stream->events->open(); });
    gone.assign(first_gone, streams_.end());
    streams_.erase(first_gone, streams_.end());
    listeners_ = streams_.size();
  }
  if (gone.empty()) return;
  dropped_.add(double(gone.size()));
  stream_count_.set(double(listeners_));
  gone.clear();  // without the lock; their queries expire unless other streams ask the same
  const std::lock_guard lock(mutex_);
  std::erase_if(queries_, [](const auto& entry) { return entry.second.expired(); });
}

void Live::tick_changed() const {
  if (listeners_ == 0 || !wake_ || !from_.tick_complete) return;
  const Timestamp tick = floor_to(from_.clock.now(), 1s);
  if (sent_.load() != tick && from_.tick_complete(tick)) wake_();
}

}  // namespace lapwing::dashboard
