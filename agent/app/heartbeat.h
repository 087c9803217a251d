// Heartbeat: whether a loop's step comes to its end. A step that hangs is what the watchdog of
// the service manager is for.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

#include "agent/base/loop.h"
#include "agent/base/time.h"

namespace lapwing::app {

/// Watches one loop. Any thread may ask.
class Heartbeat {
 public:
  explicit Heartbeat(const Clock& clock) : clock_(clock) {}

  /// The step, watched. The Heartbeat outlives the loop that runs it.
  Loop::Step watch(Loop::Step step);

  /// False when a step has been running for longer than `limit`.
  bool alive(std::chrono::nanoseconds limit) const;

 private:
  static constexpr std::int64_t kIdle = std::numeric_limits<std::int64_t>::max();

  const Clock& clock_;
  std::atomic<std::int64_t> began_{kIdle};  // monotonic nanoseconds
};

}  // namespace lapwing::app
