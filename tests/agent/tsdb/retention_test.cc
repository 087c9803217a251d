#include "agent/tsdb/retention.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

constexpr Timestamp kNow = from_millis(1'700'000'000'000);

}  // namespace

TEST_CASE("retention: age counts from the newest sample, the oldest file goes first") {
  const std::vector<RetainedFile> files = {{kNow - 48h, 10}, {kNow - 24h, 10}, {kNow, 10}};
  CHECK(expired_file(files, kNow, {48h, 0}) == 0u);
  CHECK_FALSE(expired_file(files, kNow - 1ms, {48h, 0}).has_value());
  CHECK_FALSE(expired_file(files, kBeginningOfTime, {48h, 0}).has_value());
  CHECK_FALSE(expired_file(files, kNow, {}).has_value());
  CHECK_FALSE(expired_file({}, kNow, {48h, 1}).has_value());
}

TEST_CASE("retention: size takes the oldest, never the only file") {
  const std::vector<RetainedFile> files = {{kNow - 24h, 10}, {kNow, 100}};
  CHECK_FALSE(expired_file(files, kNow, {0s, 110}).has_value());
  CHECK(expired_file(files, kNow, {0s, 109}) == 0u);
  CHECK_FALSE(expired_file(std::span(files).subspan(1), kNow, {0s, 5}).has_value());
}

TEST_CASE("retention: a jump of the wall clock pauses for an hour of real time") {
  for (const Duration by : {Duration(2min), -Duration(2min)}) {
    ClockJump jump;
    Timestamp wall = kNow;
    std::chrono::nanoseconds monotonic = 5s;
    CHECK_FALSE(jump.paused(wall, monotonic));
    CHECK_FALSE(jump.paused(wall += 10min, monotonic += 10min));
    CHECK_FALSE(jump.paused(wall += 59s, monotonic));
    CHECK(jump.paused(wall += by, monotonic));
    CHECK(jump.paused(wall += 59min, monotonic += 59min));
    CHECK_FALSE(jump.paused(wall += 1min, monotonic += 1min));
  }
}
