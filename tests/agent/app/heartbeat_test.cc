#include "agent/app/heartbeat.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_clock.h"

using namespace lapwing;

TEST_CASE("heartbeat: alive between steps, dead inside one that lasts too long") {
  testing::FakeClock clock;
  app::Heartbeat heartbeat(clock);
  bool alive_early = false, alive_late = true;
  const Loop::Step step = heartbeat.watch([&](Timestamp now) {
    clock.advance(9s);
    alive_early = heartbeat.alive(10s);
    clock.advance(9s);
    alive_late = heartbeat.alive(10s);
    return now + 1s;
  });
  CHECK(heartbeat.alive(10s));
  CHECK(step(from_millis(5'000)) == from_millis(6'000));
  CHECK(alive_early);
  CHECK_FALSE(alive_late);
  clock.advance(1h);
  CHECK(heartbeat.alive(10s));
}
