#include "collectors/latency/progress.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::latency;
using Kind = Arrival::Kind;

TEST_CASE("progress: in order, repeated, overlapping") {
  Progress progress;
  CHECK(advance(progress, 100, 10).kind == Kind::InOrder);
  CHECK(advance(progress, 110, 10).kind == Kind::InOrder);
  CHECK(advance(progress, 100, 10).kind == Kind::Nothing);
  CHECK(advance(progress, 105, 15).kind == Kind::Nothing);
  const Arrival overlapping = advance(progress, 115, 10);
  CHECK(overlapping.kind == Kind::InOrder);
  CHECK(overlapping.old_bytes == 5);
  CHECK(progress.next == 125);
}

TEST_CASE("progress: numbers wrap") {
  Progress progress;
  CHECK(advance(progress, 0xfffffff0, 0x20).kind == Kind::InOrder);
  CHECK(progress.next == 0x10);
  CHECK(advance(progress, 0xfffffff8, 0x10).kind == Kind::Nothing);
  CHECK(advance(progress, 0x10, 1).kind == Kind::InOrder);
}

TEST_CASE("progress: a hole is filled from both ends, and then it is old") {
  Progress progress;
  advance(progress, 100, 10);
  CHECK(advance(progress, 140, 10).kind == Kind::AfterGap);
  CHECK(advance(progress, 110, 10).kind == Kind::InHole);
  CHECK(advance(progress, 110, 10).kind == Kind::Nothing);
  CHECK(advance(progress, 130, 10).kind == Kind::InHole);
  CHECK(advance(progress, 120, 10).kind == Kind::InHole);
  CHECK(advance(progress, 120, 10).kind == Kind::Nothing);
  CHECK(advance(progress, 100, 50).kind == Kind::Nothing);
  CHECK(advance(progress, 150, 1).kind == Kind::InOrder);
}

TEST_CASE("progress: one segment may fill the hole and go on") {
  Progress progress;
  advance(progress, 100, 10);
  advance(progress, 120, 10);
  const Arrival arrival = advance(progress, 110, 30);
  CHECK(arrival.kind == Kind::InHole);
  CHECK(arrival.old_bytes == 20);
  CHECK(progress.next == 140);
}
