// Live: the page's stream. Once a second each distinct query is evaluated once, whoever listens,
// and every stream gets its answers as one server-sent event. Nobody listening costs nothing.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "agent/http/message.h"
#include "dashboard/dependencies.h"

namespace lapwing::dashboard {

inline constexpr std::size_t kLiveStreamLimit = 64;
inline constexpr std::size_t kLiveQueryLimit = 40;         ///< of one stream
inline constexpr std::size_t kLiveQueryLimitBytes = 4096;  ///< of one query's text
inline constexpr std::size_t kLiveSeriesLimit = 500;       ///< of one query's answer
/// How long after its second a tick is waited for.
inline constexpr Duration kLiveWait = 250ms;

/// An event: {"time":T,"results":[{"result":[{"metric":{…},"value":"0.5"}]}|{"error":"…"}],
/// "alerts":"HEX"}, results in the order of the request's queries; `alerts` changes when the set
/// of pending and firing alerts does.
class Live {
 public:
  /// `dependencies` must outlive it.
  explicit Live(const Dependencies& dependencies);
  ~Live();

  /// Answers GET /api/v1/live?query=…&query=… Any thread.
  http::Response subscribe(const http::Request& request);

  /// Evaluates and sends the newest whole second once it is complete, or kLiveWait after it.
  /// Returns when to call again: kNever while nobody listens. One thread.
  Timestamp step(Timestamp now);

  /// `wake` brings about a step() soon. Set before the first request.
  void on_wake(std::function<void()> wake) { wake_ = std::move(wake); }
  /// The Watermark has changed: wakes the step when someone waits for this tick. Any thread.
  void tick_changed() const;

  std::size_t listeners() const { return listeners_; }

 private:
  struct Query;
  struct Stream;
  using Streams = std::vector<std::shared_ptr<Stream>>;

  void open(std::shared_ptr<http::EventStream> events, const std::vector<std::string>& texts);
  std::shared_ptr<Query> query_for(const std::string& text);
  void evaluate(Query& query, Timestamp tick, std::chrono::nanoseconds deadline) const;
  std::string fingerprint();
  void send_tick(const Streams& streams, Timestamp tick);
  void drop_closed();

  const Dependencies& from_;
  const metrics::Gauge stream_count_;
  const metrics::Counter refused_;
  const metrics::Counter events_;
  const metrics::Counter dropped_;
  const metrics::Histogram tick_seconds_;
  std::function<void()> wake_;

  mutable std::mutex mutex_;
  Streams streams_;                                                   // guarded by mutex_
  std::map<std::string, std::weak_ptr<Query>, std::less<>> queries_;  // guarded by mutex_
  std::atomic<std::size_t> listeners_ = 0;
  std::atomic<Timestamp> sent_ = kBeginningOfTime;  // the newest tick that was sent
  // Only step() touches these.
  std::shared_ptr<const alerting::AlertingStatus> alerts_seen_;
  std::string alerts_fingerprint_;
};

}  // namespace lapwing::dashboard
