#include "agent/tsdb/buckets.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::kStart;

namespace {

Columns columns(std::initializer_list<std::pair<Duration, double>> samples) {
  Columns out;
  for (const auto& [after, value] : samples) {
    out.times.push_back(kStart + after);
    out.values.push_back(value);
  }
  return out;
}

Minutes minutes(std::initializer_list<std::pair<Duration, double>> samples) {
  Minutes out;
  aggregate(columns(samples), 1min, out);
  return out;
}

const double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("buckets: left-open, a sample at the full minute ends it") {
  const Minutes out = minutes({{0s, 1}, {1ms, 2}, {60s, 3}, {60s + 1ms, 4}});
  REQUIRE(out.size() == 3);
  CHECK(out.ends[0] == kStart);
  CHECK(out.ends[1] == kStart + 1min);
  CHECK(out.counts[1] == 2);
  CHECK(out.firsts[1] == 2);
  CHECK(out.last_times[1] == kStart + 1min);
  CHECK(out.firsts[2] == 4);
}

TEST_CASE("buckets: corrections are the values before falls, stale markers do not count") {
  const Minutes out =
      minutes({{1s, 5}, {2s, 9}, {3s, kStaleMarker}, {4s, 2}, {5s, 1}, {70s, kStaleMarker}});
  REQUIRE(out.size() == 1);
  CHECK(out.corrections[0] == 11);
  CHECK(out.counts[0] == 4);
  CHECK(out.minima[0] == 1);
  CHECK(out.maxima[0] == 9);
  CHECK(out.sums[0] == 17);
  CHECK(out.exact_sums);
}

TEST_CASE("buckets: NaN gives way to numbers, and sums that are not whole are not exact") {
  const Minutes out = minutes({{1s, kNan}, {2s, 2}, {3s, 3}});
  CHECK(out.minima[0] == 2);
  CHECK(out.maxima[0] == 3);
  CHECK(std::isnan(out.sums[0]));
  CHECK_FALSE(out.exact_sums);
  CHECK_FALSE(minutes({{1s, 0.5}, {2s, 0.25}}).exact_sums);
  CHECK_FALSE(minutes({{1s, 9e15}, {2s, 9e15}}).exact_sums);
}

TEST_CASE("buckets: ends and corrections alone are those of whole buckets") {
  Columns samples;
  double value = 0;
  for (int i = 1; i < 3000; ++i) {
    value = i % 177 == 0 ? 3 : value + i % 7;
    if (i > 700 && i < 900) continue;
    samples.times.push_back(kStart + i * 1s + Duration(i % 5 == 0 ? 250 : 0));
    samples.values.push_back(i % 311 == 0 ? kNan : i % 97 < 2 ? kStaleMarker : value);
  }
  for (int i = 3000; i < 3120; ++i) {  // nothing but stale markers for two minutes
    samples.times.push_back(kStart + i * 1s);
    samples.values.push_back(kStaleMarker);
  }
  Minutes whole, ends;
  aggregate(samples, 1min, whole);
  aggregate_ends(samples, 1min, ends);
  CHECK(same(whole, ends, Keeps::Corrections));
  CHECK(ends.corrections_kept);
  CHECK_FALSE(ends.extremes_kept);
  CHECK(ends.sums.size() == ends.size());
}

TEST_CASE("buckets: hours made of minutes are hours made of samples") {
  Columns samples;
  double value = 0;
  for (int i = 1; i < 9000; ++i) {
    value = i % 1777 == 0 ? 3 : value + i % 7;
    samples.times.push_back(kStart + i * 1s);
    samples.values.push_back(value);
  }
  Minutes narrow, wide, direct;
  aggregate(samples, 1min, narrow);
  widen(narrow, 1h, wide);
  aggregate(samples, 1h, direct);
  CHECK(same(wide, direct, Keeps::Corrections));
  CHECK(same(wide, direct, Keeps::Extremes));
  CHECK(wide.exact_sums);
}

TEST_CASE("buckets: what a counter is") {
  CHECK(kept_columns(SeriesKind::Counter, "x") == Keeps::Corrections);
  CHECK(kept_columns(SeriesKind::Gauge, "x_total") == Keeps::Extremes);
  for (const char* name : {"a_total", "a_bucket", "a_count", "a_sum"})
    CHECK(kept_columns(SeriesKind::Unknown, name) == Keeps::Corrections);
  CHECK(kept_columns(SeriesKind::Unknown, "a_bytes") == Keeps::Extremes);
}

TEST_CASE("buckets: the fuller of two wins, bucket by bucket") {
  const Minutes kept = minutes({{1s, 1}, {2s, 2}, {61s, 1}});
  const Minutes fresh = minutes({{1s, 1}, {61s, 3}, {121s, 4}});
  const Minutes out = fuller(kept, fresh);
  REQUIRE(out.size() == 3);
  CHECK(out.counts[0] == 2);
  CHECK(out.firsts[1] == 3);
  CHECK(out.firsts[2] == 4);
  CHECK(out.extremes_kept);
}

TEST_CASE("buckets: appending keeps to its span and to what both sides know") {
  const Minutes some = minutes({{1s, 1}, {61s, 2}, {121s, 0.5}});
  Minutes out;
  append(some, kStart + 1min, kStart + 2min, out);
  REQUIRE(out.size() == 1);
  CHECK(out.firsts[0] == 2);
  Minutes known = some;
  known.extremes_kept = false;
  append(known, kStart + 2min, kNever, out);
  CHECK(out.size() == 2);
  CHECK_FALSE(out.extremes_kept);
  CHECK(out.corrections_kept);
}

TEST_CASE("buckets: representatives keep first, last, extremes and increase") {
  Minutes gauge = minutes({{1s, 5}, {20s, 1}, {40s, 9}, {59s, 4}});
  gauge.corrections_kept = false;
  Columns out;
  representatives(gauge, kBeginningOfTime, kNever, {}, out);
  REQUIRE(out.size() == 4);
  CHECK(out.values == std::vector<double>{5, 1, 9, 4});
  CHECK(out.times.front() == kStart + 1s);
  CHECK(out.times.back() == kStart + 59s);
  CHECK(std::is_sorted(out.times.begin(), out.times.end()));

  for (const double last : {4.0, 40.0}) {
    Minutes counter = minutes({{1s, 5}, {20s, 30}, {40s, 2}, {59s, last}});
    counter.extremes_kept = false;
    out.clear();
    representatives(counter, kBeginningOfTime, kNever, {}, out);
    double increase = out.values.back() - out.values.front();
    for (std::size_t i = 1; i < out.size(); ++i)
      if (out.values[i] < out.values[i - 1]) increase += out.values[i - 1];
    CHECK(increase == last - 5 + 30);
  }
  out.clear();
  representatives(minutes({{1s, 5}}), kBeginningOfTime, kNever, {}, out);
  CHECK(out.size() == 1);
  out.clear();
  representatives(gauge, kBeginningOfTime, kNever, {kStart + 2s, kStart + 58s}, out);
  CHECK(out.size() == 2);
}
