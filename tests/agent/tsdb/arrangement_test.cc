#include "agent/tsdb/arrangement.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "agent/tsdb/group.h"

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

Sealed series(const std::vector<double>& values) {
  OpenRun run;
  std::int64_t time = 0;
  Sealed sealed;
  for (const double value : values) {
    if (run.count() == kRunSamples) sealed.runs.push_back(run.seal());
    run.append(time += 1000, value, nullptr, 0);
  }
  if (!run.empty()) sealed.runs.push_back(run.seal());
  return sealed;
}

}  // namespace

TEST_CASE("arrangement: every series gets a number, from the first on") {
  std::mt19937_64 random(1);
  std::vector<Sealed> all;
  for (int i = 0; i < 300; ++i) {
    std::vector<double> values;
    for (int s = 0; s < 20; ++s) values.push_back(i % 3 == 0 ? 5 : double(random() % 100));
    all.push_back(series(i % 7 == 0 ? std::vector<double>{} : values));
  }
  std::vector<const Sealed*> pointers;
  for (const Sealed& one : all) pointers.push_back(&one);
  auto numbers = arrange(pointers, 1000);
  std::sort(numbers.begin(), numbers.end());
  REQUIRE(numbers.size() == 300);
  for (std::uint32_t i = 0; i < 300; ++i) CHECK(numbers[i] == 1000 + i);
  CHECK(arrange({}, 5).empty());
}

TEST_CASE("arrangement: series that move together share a group, however far apart they stood") {
  std::mt19937_64 random(2);
  std::vector<Sealed> all;
  std::vector<double> leader;
  for (int s = 0; s < 40; ++s) leader.push_back(double(random() % 100000));
  const std::size_t count = 3 * kGroupSeries;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> values;
    for (int s = 0; s < 40; ++s)
      values.push_back(i % kGroupSeries == 0 ? 1e6 - leader[std::size_t(s)]
                                             : double(random() % 100000));
    all.push_back(series(values));
  }
  std::vector<const Sealed*> pointers;
  for (const Sealed& one : all) pointers.push_back(&one);
  const auto numbers = arrange(pointers, 0);
  CHECK(numbers[0] / kGroupSeries == numbers[kGroupSeries] / kGroupSeries);
  CHECK(numbers[0] / kGroupSeries == numbers[2 * kGroupSeries] / kGroupSeries);
}
