#include "agent/base/loop.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

#include "tests/support/fake_clock.h"

using namespace lapwing;

namespace {

/// Counts steps and lets the test wait for the next one.
class StepCounter {
 public:
  void count() {
    const std::lock_guard lock(mutex_);
    ++steps_;
    changed_.notify_all();
  }
  bool wait_for(int steps) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return steps_ >= steps; });
  }
  int steps() {
    const std::lock_guard lock(mutex_);
    return steps_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int steps_ = 0;
};

}  // namespace

TEST_CASE("loop: steps once at the start, and again when woken") {
  const testing::FakeClock clock;
  StepCounter counter;
  Loop loop("test", clock, [&](Timestamp) {
    counter.count();
    return kNever;
  });
  REQUIRE(counter.wait_for(1));
  loop.wake();
  REQUIRE(counter.wait_for(2));
  loop.stop();
  CHECK(counter.steps() == 2);
}

TEST_CASE("loop: a step that is due at once runs again until it is not") {
  const testing::FakeClock clock;
  StepCounter counter;
  Loop loop("test", clock, [&](Timestamp now) {
    counter.count();
    return counter.steps() < 5 ? now : kNever;
  });
  REQUIRE(counter.wait_for(5));
  loop.stop();
  CHECK(counter.steps() == 5);
}

TEST_CASE("loop: a wall clock that is set back does not put it to sleep") {
  testing::FakeClock clock;
  StepCounter counter;
  Loop loop("test", clock, [&](Timestamp now) {
    counter.count();
    return counter.steps() < 2 ? now + 20ms : kNever;
  });
  REQUIRE(counter.wait_for(1));
  clock.set(clock.now() - 1h);
  CHECK(counter.steps() == 1);
  clock.advance(20ms);
  REQUIRE(counter.wait_for(2));
}

TEST_CASE("loop: no step runs after stop, wakes included") {
  const testing::FakeClock clock;
  StepCounter counter;
  Loop loop("test", clock, [&](Timestamp) {
    counter.count();
    return kNever;
  });
  REQUIRE(counter.wait_for(1));
  loop.stop();
  loop.wake();
  CHECK(counter.steps() == 1);
}
