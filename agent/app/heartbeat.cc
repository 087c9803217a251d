#include "agent/app/heartbeat.h"

#include <utility>

namespace lapwing::app {

Loop::Step Heartbeat::watch(Loop::Step step) {
  return [this, step = std::move(step)](Timestamp now) {
    began_ = clock_.monotonic().count();
    const Timestamp due = step(now);
    began_ = kIdle;
    return due;
  };
}

bool Heartbeat::alive(std::chrono::nanoseconds limit) const {
  const std::int64_t began = began_;
  return began == kIdle || clock_.monotonic().count() - began <= limit.count();
}

}  // namespace lapwing::app
