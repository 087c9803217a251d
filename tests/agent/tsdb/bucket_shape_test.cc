#include "agent/tsdb/bucket_shape.h"

#include <catch2/catch.hpp>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::kStart;

namespace {

/// Minutes of samples at so many seconds from the start.
Minutes minutes_of(const std::vector<int>& seconds) {
  Columns samples;
  for (const int second : seconds) {
    samples.times.push_back(kStart + second * 1s);
    samples.values.push_back(1);
  }
  Minutes out;
  aggregate(samples, 1min, out);
  return out;
}

bool round_trips(const Minutes& buckets) {
  Minutes read;
  return decode_shape(encode_shape(buckets, 1min), buckets.size(), 1min, read) &&
         read.ends == buckets.ends && read.first_times == buckets.first_times &&
         read.last_times == buckets.last_times && read.counts == buckets.counts;
}

}  // namespace

TEST_CASE("bucket shape: whole minutes, gaps and odd times come back") {
  std::vector<int> every_second, now_and_then;
  for (int i = 1; i <= 900; ++i) every_second.push_back(i);
  for (int i = 1; i <= 5000; i += 1 + i * i % 97) now_and_then.push_back(i);
  CHECK(round_trips(minutes_of(every_second)));
  CHECK(round_trips(minutes_of(now_and_then)));
  CHECK(round_trips(minutes_of({61})));
  CHECK(encode_shape(minutes_of(every_second), 1min).size() < 16);
}

TEST_CASE("bucket shape: cut, too long, or outside of its minutes is refused") {
  const Minutes buckets = minutes_of({1, 2, 3, 70, 200, 201});
  const std::string bytes = encode_shape(buckets, 1min);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    Minutes read;
    CHECK_FALSE(decode_shape(std::string_view(bytes).substr(0, cut), buckets.size(), 1min, read));
  }
  Minutes read;
  CHECK_FALSE(decode_shape(bytes + '\0', buckets.size(), 1min, read));
  // The same bytes as half minutes: samples would be outside of them.
  CHECK_FALSE(decode_shape(bytes, buckets.size(), 1s, read));
}
