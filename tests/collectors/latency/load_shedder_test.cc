#include "collectors/latency/load_shedder.h"

#include <catch2/catch.hpp>

#include "collectors/latency/connection_hash.h"

using namespace lapwing::collectors::latency;

TEST_CASE("load shedder: within the budget every connection is looked at") {
  LoadShedder shedder;
  for (int i = 0; i < 100; ++i) shedder.observe(0.019, 0.02, 0);
  CHECK(shedder.ratio() == 1);
  CHECK(shedder.threshold() == kSamplingRange);
}

TEST_CASE("load shedder: beyond it as many halves as the excess needs") {
  LoadShedder shedder;
  shedder.observe(0.03, 0.02, 0);
  CHECK(shedder.ratio() == 0.5);
  CHECK(shedder.threshold() == kSamplingRange / 2);
  shedder.observe(0.16, 0.02, 0);
  CHECK(shedder.ratio() == 1.0 / 16);
  for (int i = 0; i < 20; ++i) shedder.observe(100, 0.02, 0);
  CHECK(shedder.ratio() == 1.0 / 1024);
}

TEST_CASE("load shedder: packets that the kernel drops count as too much") {
  LoadShedder shedder;
  shedder.observe(0.001, 0.02, 0.05);
  CHECK(shedder.ratio() == 0.5);
  shedder.observe(0.001, 0.02, 0.001);
  CHECK(shedder.ratio() == 0.5);
}

TEST_CASE("load shedder: takes more on after ten calm seconds, one step at a time") {
  LoadShedder shedder;
  shedder.observe(0.07, 0.02, 0);
  CHECK(shedder.ratio() == 0.25);
  for (int i = 0; i < 9; ++i) shedder.observe(0.001, 0.02, 0);
  shedder.observe(0.015, 0.02, 0);  // not so calm: twice as much would not fit
  for (int i = 0; i < 9; ++i) shedder.observe(0.001, 0.02, 0);
  CHECK(shedder.ratio() == 0.25);
  shedder.observe(0.001, 0.02, 0);
  CHECK(shedder.ratio() == 0.5);
  for (int i = 0; i < 10; ++i) shedder.observe(0.001, 0.02, 0);
  CHECK(shedder.ratio() == 1);
}
