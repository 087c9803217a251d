#include "collectors/latency/sketch.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace lapwing::collectors::latency;

namespace {
constexpr std::array kWanted = {0.5, 0.9, 0.99, 0.999};
}

TEST_CASE("sketch: quantiles are within 3.5 % or a microsecond of the sorted values'") {
  std::mt19937 random(3);
  // From microseconds to a minute, narrow and wide.
  for (const double middle : {3.0, 40.0, 300.0, 5e3, 2e5, 3e7})
    for (const double width : {0.05, 1.0}) {
      Sketch sketch;
      std::vector<double> values;
      std::lognormal_distribution<double> draw(std::log(middle), width);
      for (int i = 0; i < 20'000; ++i) {
        const double microseconds = std::min(draw(random), 1e8);
        values.push_back(microseconds);
        sketch.add(5, Nanoseconds(std::int64_t(microseconds * 1000)));
      }
      std::sort(values.begin(), values.end());
      const auto found = sketch.quantiles(5, kWanted);
      REQUIRE(found);
      for (std::size_t i = 0; i < kWanted.size(); ++i) {
        const double truth = values[std::size_t(kWanted[i] * double(values.size() - 1))];
        INFO("median " << middle << " width " << width << " quantile " << kWanted[i]);
        CHECK(std::abs((*found)[i] * 1e6 - truth) <= std::max(1.0, 0.035 * truth));
      }
    }
}

TEST_CASE("sketch: one value is every quantile") {
  Sketch sketch;
  sketch.add(1, Nanoseconds(1'000'000));
  const auto found = sketch.quantiles(1, kWanted);
  REQUIRE(found);
  for (const double value : *found) CHECK(value == Approx(0.001).epsilon(0.035));
}

TEST_CASE("sketch: it remembers ten seconds") {
  Sketch sketch;
  CHECK_FALSE(sketch.quantiles(1, kWanted));
  sketch.add(100, Nanoseconds(1'000'000));
  CHECK(sketch.quantiles(109, kWanted));
  CHECK_FALSE(sketch.quantiles(110, kWanted));
  CHECK_FALSE(sketch.quantiles(99, kWanted));
  sketch.add(110, Nanoseconds(2'000'000));  // in the place of second 100
  CHECK((*sketch.quantiles(110, kWanted))[0] == Approx(0.002).epsilon(0.035));
  sketch.add(100, Nanoseconds(9'000'000));  // too late
  CHECK((*sketch.quantiles(110, kWanted))[3] == Approx(0.002).epsilon(0.035));
}

TEST_CASE("sketch: values past its end are its last bucket's") {
  Sketch sketch;
  sketch.add(1, Nanoseconds(std::int64_t(1e15)));
  CHECK((*sketch.quantiles(1, kWanted))[0] > 60);
}
