// FakeClock: time that only the test moves.
#pragma once

#include <atomic>

#include "agent/base/time.h"

namespace lapwing::testing {

/// Wall and monotonic time move together with advance(); set() moves the wall alone (a clock step).
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Timestamp start = from_millis(1'700'000'000'000)) : wall_(to_millis(start)) {}

  Timestamp now() const override { return from_millis(wall_); }
  std::chrono::nanoseconds monotonic() const override { return Duration(monotonic_); }

  void advance(Duration by) {
    wall_ += by.count();
    monotonic_ += by.count();
  }
  void set(Timestamp wall) { wall_ = to_millis(wall); }

 private:
  std::atomic<std::int64_t> wall_;
  std::atomic<std::int64_t> monotonic_{1'000'000};
};

}  // namespace lapwing::testing
