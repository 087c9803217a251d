// The evaluator's small parts: sums, quantiles, hashes, groupings, the function table.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "agent/promql/ast.h"
#include "agent/promql/compensated_sum.h"
#include "agent/promql/functions/table.h"
#include "agent/promql/grouping.h"
#include "agent/promql/label_hash.h"
#include "agent/promql/quantile.h"
#include "agent/promql/step_search.h"
#include "agent/promql/value_scan.h"

using namespace lapwing;
using namespace lapwing::promql;

TEST_CASE("compensated sum: small terms survive large ones") {
  CompensatedSum sum;
  for (const double term : {1e100, 1.0, -1e100}) sum.add(term);
  CHECK(sum.value() == 1);
}

TEST_CASE("compensated mean: does not overflow") {
  CompensatedMean mean;
  for (int i = 0; i < 10; ++i) mean.add(1.5e308);
  CHECK(mean.value() == Approx(1.5e308));
}

TEST_CASE("quantile: interpolates, and has infinities outside 0…1") {
  std::vector<double> values = {3, 1, 2, 4};
  CHECK(quantile_of(0.5, values) == 2.5);
  CHECK(quantile_of(1, values) == 4);
  CHECK(std::isinf(quantile_of(1.1, values)));
  CHECK(std::isnan(quantile_of(std::numeric_limits<double>::quiet_NaN(), values)));
  values.clear();
  CHECK(std::isnan(quantile_of(0.5, values)));
}

TEST_CASE("xxhash64: gives the published test values") {
  CHECK(xxhash64("") == 0xEF46DB3751D8E999u);
  CHECK(xxhash64("a") == 0xD24EC4F1A98C6E5Bu);
  CHECK(xxhash64("abc") == 0x44BC2CF5AD770999u);
  CHECK(xxhash64("Call me Ishmael. Some years ago--never mind how long precisely-") ==
        0x02a2e85470d6fd96u);
}

TEST_CASE("grouping: by keeps, without drops and takes the name along") {
  const Labels labels{{"__name__", "m"}, {"a", "1"}, {"b", "2"}};
  CHECK(keep_labels(labels, {"a", "none"}) == Labels{{"a", "1"}});
  CHECK(keep_labels(labels, {}).empty());
  CHECK(drop_labels(labels, {"a"}) == Labels{{"b", "2"}});
}

TEST_CASE("function table: is sorted and finds each function") {
  const auto functions = all_functions();
  CHECK(std::is_sorted(functions.begin(), functions.end(),
                       [](const Function& a, const Function& b) { return a.name < b.name; }));
  for (const Function& function : functions) CHECK(find_function(function.name) == &function);
  CHECK(find_function("") == nullptr);
  CHECK(find_function("ratex") == nullptr);
}

TEST_CASE("operators and aggregations: every name is its own") {
  CHECK(name(Operator::Unless) == "unless");
  CHECK(name(Operator::Atan2) == "atan2");
  CHECK(name(AggregationKind::LimitRatio) == "limit_ratio");
  CHECK(is_comparison(Operator::GreaterOrEqual));
  CHECK_FALSE(is_comparison(Operator::And));
  CHECK(is_set_operator(Operator::Or));
}

TEST_CASE("step search: finds every bound, on regular and crooked times") {
  std::vector<Timestamp> times;
  for (int i = 0; i < 200; ++i)
    if (i % 17 != 3) times.push_back(from_millis(1000 * i + i * i % 7));
  for (const int step : {1, 60, 999, 1000, 7300, 500'000}) {
    StepSearch search;
    for (int bound = -5000; bound < 250'000; bound += step) {
      const auto wanted = std::size_t(std::count_if(
          times.begin(), times.end(), [&](Timestamp time) { return time <= from_millis(bound); }));
      if (search.advance(times, from_millis(bound)) != wanted) {
        CAPTURE(step, bound);
        CHECK(search.at() == wanted);
      }
    }
  }
  StepSearch empty;
  CHECK(empty.advance({}, from_millis(1)) == 0);
}

TEST_CASE("value scan: sees NaN and falls at any place") {
  for (std::size_t size = 0; size < 20; ++size) {
    std::vector<double> values;
    for (std::size_t i = 0; i < size; ++i) values.push_back(double(i));
    std::vector<std::uint32_t> falls;
    CHECK_FALSE(has_nan(values));
    find_falls(values, falls);
    CHECK(falls.empty());
    for (std::size_t at = 0; at < size; ++at) {
      std::vector<double> changed = values;
      changed[at] = std::numeric_limits<double>::quiet_NaN();
      CHECK(has_nan(changed));
      changed[at] = -1;
      find_falls(changed, falls);
      CHECK(falls == (at == 0 ? std::vector<std::uint32_t>{} : std::vector{std::uint32_t(at)}));
    }
  }
}
