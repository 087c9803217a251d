#include "agent/tsdb/bucket_integers.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::kStart;

namespace {

template <typename Value>
Minutes minutes_of(int seconds, Value value) {
  Columns samples;
  for (int i = 1; i <= seconds; ++i) {
    samples.times.push_back(kStart + i * 1s);
    samples.values.push_back(value(i));
  }
  Minutes out;
  aggregate(samples, 1min, out);
  return out;
}

}  // namespace

TEST_CASE("bucket integers: pages count from the first one, divided by a page") {
  const Minutes minutes = minutes_of(180, [](int i) { return (100 + i % 7) * 4096.0; });
  auto whole = find_whole_buckets(minutes, true);
  REQUIRE(whole.has_value());
  CHECK(whole->form == kWholeForm);
  CHECK(whole->start == 101 * 4096);
  CHECK(whole->divisor == 4096);
  CHECK(whole->columns[kFirsts][0] == 0);
  CHECK(whole->columns[kMinima] == std::vector<std::int64_t>{-1, -1, -1});
  Minutes read;
  from_whole_buckets(*whole, kBucketColumns, minutes.counts, read);
  CHECK(read.firsts == minutes.firsts);
  CHECK(read.lasts == minutes.lasts);
  CHECK(read.minima == minutes.minima);
  CHECK(read.maxima == minutes.maxima);
  CHECK(read.sums == minutes.sums);
}

TEST_CASE("bucket integers: what stands still has no divisor, a counter no inner columns") {
  const auto still = find_whole_buckets(minutes_of(120, [](int) { return 0.25; }), true);
  REQUIRE(still.has_value());
  CHECK(still->divisor == 0);
  CHECK(still->start == 25);
  const auto counter = find_whole_buckets(minutes_of(120, [](int i) { return i * 2.0; }), false);
  REQUIRE(counter.has_value());
  CHECK(counter->columns[kMinima].empty());
  CHECK(counter->columns[kSums].empty());
}

TEST_CASE("bucket integers: values without a form, and such as are too large, have none") {
  CHECK_FALSE(find_whole_buckets(minutes_of(120, [](int i) { return std::sqrt(i); }), true));
  CHECK_FALSE(find_whole_buckets(minutes_of(120, [](int i) { return i * 1e17; }), true));
}
