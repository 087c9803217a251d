#include "collectors/latency/capture.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_clock.h"

using namespace lapwing;
using namespace lapwing::collectors::latency;

// What it measures is proved with real traffic: tests/end_to_end/latency_test.py.
TEST_CASE("capture: switched off it rests, and says so") {
  const testing::FakeClock clock{from_millis(0)};
  std::vector<std::string> lines;
  Log log(LogLevel::Info, [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  metrics::Registry registry;
  Capture capture({.enabled = false}, {clock, log, registry, [](auto) { return ""; }});
  CHECK_FALSE(capture.snapshot()->capturing);
  CHECK(capture.step(from_millis(0)) == kNever);
  CHECK(capture.snapshot()->reason == "switched off");
  CHECK(lines.empty());
}

TEST_CASE("capture: captures, or rests and says once what it wants; applies options") {
  const testing::FakeClock clock{from_millis(1000)};
  std::vector<std::string> lines;
  Log log(LogLevel::Warn, [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  metrics::Registry registry;
  Capture capture({.ring_bytes = 512 << 10}, {clock, log, registry, [](auto) { return ""; }});
  const Timestamp due = capture.step(from_millis(1000));
  if (due == kNever) {
    CHECK(capture.step(from_millis(2000)) == kNever);
    CHECK(lines.size() == 1);
    CHECK(capture.snapshot()->reason.find("CAP_NET_RAW") != std::string::npos);
    return;
  }
  CHECK(due == from_millis(1000));
  CHECK(capture.snapshot()->capturing);
  capture.apply({.enabled = false});
  CHECK(capture.step(from_millis(1000)) == kNever);
  CHECK_FALSE(capture.snapshot()->capturing);
}
