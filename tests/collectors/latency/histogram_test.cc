#include "collectors/latency/histogram.h"

#include <catch2/catch.hpp>
#include <charconv>

using namespace lapwing::collectors::latency;

TEST_CASE("histogram: a value at a bound belongs to its bucket, one past it to the next") {
  Histogram histogram;
  histogram.add(Nanoseconds(0));
  histogram.add(Nanoseconds(10'000));
  histogram.add(Nanoseconds(10'001));
  histogram.add(Nanoseconds(60'000'000'000));
  histogram.add(Nanoseconds(60'000'000'001));
  CHECK(histogram.counts[0] == 2);
  CHECK(histogram.counts[1] == 1);
  CHECK(histogram.counts[kBucketCount - 1] == 1);
  CHECK(histogram.counts[kBucketCount] == 1);
  CHECK(histogram.count() == 5);
  CHECK(histogram.sum_nanoseconds == 120'000'020'002);
}

TEST_CASE("histogram: labels are the bounds in seconds") {
  for (std::size_t i = 0; i < kBucketCount; ++i) {
    double seconds = 0;
    const auto label = kBucketLabels[i];
    REQUIRE(std::from_chars(label.data(), label.data() + label.size(), seconds).ec == std::errc());
    CHECK(seconds == Approx(double(kBucketNanoseconds[i]) / 1e9).epsilon(1e-12));
  }
  CHECK(kBucketLabels[kBucketCount] == "+Inf");
}
