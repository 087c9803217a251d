#include "collectors/schedule.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors;

TEST_CASE("schedule: the first batch is due at once, the next on the grid") {
  Schedule schedule(1s, 0ms);
  CHECK(schedule.take(from_millis(10'400)) == from_millis(10'000));
  CHECK(schedule.due() == from_millis(11'000));
  CHECK_FALSE(schedule.take(from_millis(10'999)));
  CHECK(schedule.take(from_millis(11'003)) == from_millis(11'000));
}

TEST_CASE("schedule: missed ticks are left out") {
  Schedule schedule(1s, 0ms);
  schedule.take(from_millis(10'000));
  CHECK(schedule.take(from_millis(15'700)) == from_millis(15'000));
  CHECK(schedule.due() == from_millis(16'000));
}

TEST_CASE("schedule: after a clock step back the grid goes on from there") {
  Schedule schedule(1s, 0ms);
  schedule.take(from_millis(100'000));
  CHECK(schedule.take(from_millis(40'500)) == from_millis(40'000));
  CHECK(schedule.due() == from_millis(41'000));
}

TEST_CASE("schedule: intervals up to five seconds share their ticks, longer ones have a phase") {
  CHECK(phase_of("cpu", 5s) == 0ms);
  const Duration phase = phase_of("filesystem", 15s);
  CHECK(phase < 15s);
  CHECK(phase % 1s == 0ms);
  CHECK(phase_of("filesystem", 15s) == phase);
  bool differ = false;
  for (const char* name : {"a", "b", "c", "d"})
    differ |= phase_of(name, 1min) != phase_of("e", 1min);
  CHECK(differ);
}

TEST_CASE("schedule: a batch read within 50 ms of its tick carries the tick's time") {
  CHECK(batch_time(from_millis(1'000), from_millis(1'050)) == from_millis(1'000));
  CHECK(batch_time(from_millis(1'000), from_millis(1'051)) == from_millis(1'051));
  CHECK(batch_time(from_millis(1'000), from_millis(400)) == from_millis(400));
}
