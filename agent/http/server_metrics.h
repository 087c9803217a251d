// What the server counts about itself.
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "agent/http/router.h"
#include "agent/metrics/registry.h"

namespace lapwing::http {

/// Any thread. `registry` must outlive it.
class ServerMetrics {
 public:
  explicit ServerMetrics(metrics::Registry& registry);

  /// A handler's answer; `route` as it was added, "" when none fitted.
  void answered(std::string_view route, int status, double seconds);
  /// Something that was refused or cut off before or after a handler; `reason` is a constant.
  void rejected(std::string_view reason);
  void connections(std::size_t count) { connections_.set(double(count)); }
  void event_streams(std::size_t count) { event_streams_.set(double(count)); }
  /// How many requests of a lane wait for a worker, and how many are with one.
  void queue(Lane lane, std::size_t waiting, std::size_t running) {
    waiting_[std::size_t(lane)].set(double(waiting));
    running_[std::size_t(lane)].set(double(running));
  }
  void buffered_bytes(std::size_t count) { buffered_.set(double(count)); }

 private:
  metrics::Registry& registry_;
  const metrics::Gauge connections_;
  const metrics::Gauge event_streams_;
  const metrics::Gauge buffered_;
  const std::array<metrics::Gauge, kLanes> waiting_;
  const std::array<metrics::Gauge, kLanes> running_;
  const metrics::Histogram duration_;
  std::mutex mutex_;
  // Looking a metric up costs more than a small request: routes and statuses are few.
  std::map<std::pair<std::string, int>, metrics::Counter, std::less<>> answers_;  // by mutex_
};

}  // namespace lapwing::http
