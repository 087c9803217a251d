#include "collectors/own_source.h"

#include <catch2/catch.hpp>
#include <future>

#include "tests/collectors/own_source_bed.h"

using namespace lapwing;
using namespace lapwing::collectors;
using namespace lapwing::testing;

namespace {

constexpr std::chrono::seconds kLongEnough{20};

/// A collection on the lane that waits for the test's word.
struct Gate {
  std::promise<void> begun;
  std::promise<void> opened;
  std::promise<void> ended;

  OwnSourceBed::Collect collect() {
    return [this](MetricWriter& out) -> Result<void> {
      begun.set_value();
      opened.get_future().wait();
      out.sample(OwnSourceBed::kPart, {"late"}, 1);
      return {};
    };
  }
  SlowLane::Done done() {
    return [this] { ended.set_value(); };
  }
  static bool reached(std::promise<void>& point) {
    return point.get_future().wait_for(kLongEnough) == std::future_status::ready;
  }
};

}  // namespace

TEST_CASE("own source: samples are stored with the target's labels and shown without") {
  OwnSourceBed bed;
  OwnSource source = bed.source("fake", bed.writes({"a"}));
  CHECK_FALSE(source.collected());
  source.collect(from_millis(100'000));
  CHECK(source.collected());
  CHECK(source.succeeded());
  CHECK(stored(bed.store, {{"part", "a"}, {"job", "node"}}) == Stored{{100'000, "7"}});
  REQUIRE(bed.pages.size() == 1);
  CHECK(bed.pages[0]->source == "fake");
  CHECK(lines_of(*bed.pages[0]) == std::vector<std::string>{R"(fake_value{part="a"} 7)"});
  CHECK(source.status().series == 1);
}

TEST_CASE("own source: what is not for the page is in the store alone") {
  OwnSourceBed bed;
  OwnSource source = bed.source("fake", bed.writes({"a"}), {.on_metrics_page = false});
  source.collect(from_millis(100'000));
  CHECK(stored(bed.store, {{"part", "a"}}).size() == 1);
  CHECK(bed.pages.empty());
  CHECK(source.layout() == nullptr);
}

TEST_CASE("own source: a late collection has its own time") {
  OwnSourceBed bed;
  OwnSource source = bed.source("fake", bed.writes({"a"}));
  bed.clock.set(from_millis(100'900));
  source.collect(from_millis(100'000));
  CHECK(stored(bed.store, {{"part", "a"}}) == Stored{{100'900, "7"}});
  CHECK(source.status().last_time == from_millis(100'900));
}

TEST_CASE(
    "own source: a series that vanishes gets one stale marker, and is added when it comes back") {
  OwnSourceBed bed;
  std::vector<std::string> parts{"a", "b"};
  OwnSource source = bed.source("fake", [&](MetricWriter& out) { return bed.writes(parts)(out); });
  const auto collect_at = [&](std::int64_t millis) {
    bed.clock.set(from_millis(millis));
    source.collect(from_millis(millis));
  };
  collect_at(100'000);
  CHECK(source.series_added() == 2);
  parts = {"a"};
  collect_at(101'000);
  collect_at(102'000);
  CHECK(source.series_added() == 2);
  parts = {"a", "b"};
  collect_at(103'000);
  CHECK(source.series_added() == 3);
  CHECK(stored(bed.store, {{"part", "a"}}).size() == 4);
  CHECK(stored(bed.store, {{"part", "b"}}) ==
        Stored{{100'000, "7"}, {101'000, "stale"}, {103'000, "7"}});
}

TEST_CASE("own source: a failure drops what was written, ends all series and empties the page") {
  OwnSourceBed bed;
  bool broken = false;
  OwnSource source = bed.source("fake", [&](MetricWriter& out) -> Result<void> {
    out.sample(OwnSourceBed::kPart, {"a"}, 7);
    if (!broken) return {};
    out.sample(OwnSourceBed::kPart, {"half"}, 1);
    return invalid("it is broken");
  });
  source.collect(from_millis(100'000));
  broken = true;
  bed.clock.set(from_millis(101'000));
  source.collect(from_millis(101'000));
  CHECK(stored(bed.store, {{"part", "a"}}) == Stored{{100'000, "7"}, {101'000, "stale"}});
  CHECK(stored(bed.store, {{"part", "half"}}).empty());
  REQUIRE(bed.pages.size() == 2);
  CHECK(bed.pages[1]->values.empty());
  CHECK_FALSE(source.succeeded());
  CHECK(source.status().available);
  CHECK(source.status().last_error == "it is broken");
  CHECK(source.status().series == 0);
}

TEST_CASE("own source: an error is logged and counted, a known one not logged again") {
  OwnSourceBed bed;
  Result<void> outcome = invalid("it is broken");
  OwnSource source = bed.source("fake", [&](MetricWriter&) { return outcome; });
  const auto failures = [&] {
    return bed.registry.counter("lapwing_collector_failures_total", "", {{"collector", "fake"}})
        .value();
  };
  source.collect(from_millis(100'000));
  source.collect(from_millis(101'000));
  CHECK(failures() == 2);
  REQUIRE(bed.lines.size() == 1);
  CHECK(bed.lines[0].find("it is broken") != std::string::npos);
  outcome = {};
  source.collect(from_millis(102'000));
  REQUIRE(bed.lines.size() == 2);
  CHECK(bed.lines[1].find("works again") != std::string::npos);
  CHECK(source.status().last_error.empty());
  CHECK(failures() == 2);
}

TEST_CASE("own source: a warning is logged when it changes; the samples beside it are kept") {
  OwnSourceBed bed;
  std::string warning = "/mnt does not answer";
  OwnSource source = bed.source("fake", [&](MetricWriter& out) -> Result<void> {
    out.sample(OwnSourceBed::kPart, {"a"}, 7);
    out.warn(warning);
    out.warn("a second one");
    return {};
  });
  source.collect(from_millis(100'000));
  source.collect(from_millis(101'000));
  CHECK(source.succeeded());
  CHECK(source.status().last_error == "/mnt does not answer");
  CHECK(stored(bed.store, {{"part", "a"}}) == Stored{{100'000, "7"}});
  REQUIRE(bed.lines.size() == 1);
  CHECK(bed.lines[0].find("/mnt does not answer") != std::string::npos);
  warning = "/srv does not answer";
  source.collect(from_millis(102'000));
  CHECK(bed.lines.size() == 2);
}

TEST_CASE("own source: a collection without a warning says that all is well again") {
  OwnSourceBed bed;
  bool warns = true;
  OwnSource source = bed.source("fake", [&](MetricWriter& out) -> Result<void> {
    out.sample(OwnSourceBed::kPart, {"a"}, 7);
    if (warns) out.warn("one is missing");
    return {};
  });
  source.collect(from_millis(100'000));
  warns = false;
  source.collect(from_millis(101'000));
  CHECK(source.status().last_error.empty());
  REQUIRE(bed.lines.size() == 2);
  CHECK(bed.lines[1].find("works again") != std::string::npos);
}

TEST_CASE("own source: a host that lacks the data is no failure") {
  OwnSourceBed bed;
  OwnSource source =
      bed.source("fake", [](MetricWriter&) -> Result<void> { return no_data("no such file"); });
  source.collect(from_millis(100'000));
  CHECK_FALSE(source.status().available);
  CHECK_FALSE(source.succeeded());
  CHECK(bed.lines.empty());
  CHECK(bed.registry.counter("lapwing_collector_failures_total", "", {{"collector", "fake"}})
            .value() == 0);
}

TEST_CASE("own source: what the host lacks is looked for once a minute, until it is there") {
  OwnSourceBed bed;
  bool there = false;
  OwnSource source = bed.source("fake", [&](MetricWriter& out) -> Result<void> {
    if (!there) return no_data("no such file");
    out.sample(OwnSourceBed::kPart, {"a"}, 1);
    return {};
  });
  int looks = 0;
  const auto second = [&](int number) {
    const Timestamp now = from_millis(100'000 + number * 1000);
    const auto tick = source.take(now);
    if (tick) source.collect(*tick);
    looks += tick.has_value();
  };
  for (int i = 0; i < 120; ++i) second(i);
  CHECK(looks == 2);
  there = true;
  for (int i = 120; i < 130; ++i) second(i);
  CHECK(looks == 12);
  there = false;
  second(130);
  second(131);
  CHECK(looks == 13);
  second(-500);  // the clock was set back
  CHECK(looks == 14);
}

TEST_CASE("own source: a series that was gone and comes back is live, in whatever order it comes") {
  OwnSourceBed bed;
  std::vector<std::string> parts;
  OwnSource source = bed.source("fake", [&](MetricWriter& out) -> Result<void> {
    if (parts.empty()) return invalid("broken");
    for (const std::string& part : parts) out.sample(OwnSourceBed::kPart, {part}, 7);
    return {};
  });
  const auto collect = [&](std::vector<std::string> now) {
    parts = std::move(now);
    source.collect(bed.clock.now());
    bed.clock.advance(1s);
  };
  collect({"a", "b"});
  collect({"b", "a"});
  collect({"a", "b"});
  collect({});
  collect({"a", "b"});
  collect({"a"});
  CHECK(stored(bed.store, {{"part", "a"}}) == Stored{{100'000, "7"},
                                                     {101'000, "7"},
                                                     {102'000, "7"},
                                                     {103'000, "stale"},
                                                     {104'000, "7"},
                                                     {105'000, "7"}});
  CHECK(stored(bed.store, {{"part", "b"}}) == Stored{{100'000, "7"},
                                                     {101'000, "7"},
                                                     {102'000, "7"},
                                                     {103'000, "stale"},
                                                     {104'000, "7"},
                                                     {105'000, "stale"}});
}

TEST_CASE("own source: series past the limit are left out and counted") {
  OwnSourceBed bed;
  OwnSource source = bed.source("fake", bed.writes({"a", "b", "c"}), {.series_limit = 2});
  source.collect(from_millis(100'000));
  CHECK(source.status().series == 2);
  CHECK(source.status().refused_series == 1);
  source.collect(from_millis(101'000));
  CHECK(bed.registry.counter("lapwing_collector_refused_samples_total", "", {{"collector", "fake"}})
            .value() == double(source.status().refused_series));
  CHECK(stored(bed.store, {{"part", "c"}}).empty());
}

TEST_CASE("own source: to retire ends its series at the clock's time") {
  OwnSourceBed bed;
  OwnSource source = bed.source("fake", bed.writes({"a"}));
  source.collect(from_millis(100'000));
  bed.clock.set(from_millis(100'700));
  source.retire();
  CHECK(stored(bed.store, {{"part", "a"}}) == Stored{{100'000, "7"}, {100'700, "stale"}});
}

TEST_CASE("own source: other target labels end the old series and begin new ones") {
  OwnSourceBed bed;
  OwnSource source = bed.source("fake", bed.writes({"a"}));
  source.collect(from_millis(100'000));
  source.set_target_labels(Labels{{"job", "node"}});
  CHECK(stored(bed.store, {{"job", "node"}}).size() == 1);
  bed.clock.set(from_millis(101'000));
  source.set_target_labels(Labels{{"job", "host"}});
  source.collect(from_millis(101'000));
  CHECK(stored(bed.store, {{"job", "node"}}) == Stored{{100'000, "7"}, {101'000, "stale"}});
  CHECK(stored(bed.store, {{"job", "host"}}) == Stored{{101'000, "7"}});
}

TEST_CASE("own source: another interval is the schedule's and the status's") {
  OwnSourceBed bed;
  OwnSource source = bed.source("fake", bed.writes({"a"}));
  source.set_interval(5s);
  CHECK(source.schedule().interval() == 5s);
  CHECK(source.status().interval == 5s);
}

TEST_CASE("own source: a collection on the lane is stored when it is fetched") {
  OwnSourceBed bed;
  Gate gate;
  SlowLane lane;
  OwnSource source = bed.source("fake", gate.collect());
  CHECK_FALSE(source.finish());
  source.submit(lane, from_millis(100'000), gate.done());
  REQUIRE(Gate::reached(gate.begun));
  CHECK(source.running());
  CHECK_FALSE(source.finish());
  CHECK(source.holds_watermark());
  CHECK(source.release_watermark());
  CHECK_FALSE(source.release_watermark());
  gate.opened.set_value();
  REQUIRE(Gate::reached(gate.ended));
  CHECK(stored(bed.store, {{"part", "late"}}).empty());
  CHECK(source.finish());
  CHECK_FALSE(source.running());
  CHECK(stored(bed.store, {{"part", "late"}}) == Stored{{100'000, "1"}});
}

TEST_CASE(
    "own source: two intervals are too long; what comes back after it was given up is dropped") {
  OwnSourceBed bed;
  Gate gate;
  SlowLane lane;
  OwnSource source = bed.source("fake", gate.collect());
  source.submit(lane, from_millis(100'000), gate.done());
  REQUIRE(Gate::reached(gate.begun));
  CHECK_FALSE(source.overdue(from_millis(101'999)));
  CHECK(source.overdue(from_millis(102'000)));
  source.abandon(lane, from_millis(102'000));
  CHECK(source.stuck());
  CHECK_FALSE(source.overdue(from_millis(109'000)));
  CHECK(lane.left_behind() == 1);
  CHECK_FALSE(source.succeeded());
  CHECK(source.status().last_duration_seconds == 2);
  CHECK(source.status().last_error.find("2s") != std::string::npos);
  gate.opened.set_value();
  // Nobody tells of the end of what was left behind: only its result can be looked for.
  const auto deadline = std::chrono::steady_clock::now() + kLongEnough;
  while (!source.finish() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK_FALSE(source.running());
  CHECK_FALSE(source.stuck());
  CHECK(stored(bed.store, {{"part", "late"}}).empty());
}
