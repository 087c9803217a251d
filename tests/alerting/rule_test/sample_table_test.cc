#include "alerting/rule_test/sample_table.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

const Labels kUp{{"__name__", "up"}, {"job", "x"}};

Columns read(const SampleTable& table, TimeRange range) {
  const auto set = table.select(std::vector{Matcher::equal("__name__", "up")}, range);
  REQUIRE(set);
  Columns out;
  if ((*set)->size() > 0) REQUIRE((*set)->read(0, out));
  return out;
}

}  // namespace

TEST_CASE("sample table: what is added comes to light with time") {
  SampleTable table;
  table.add(kUp, {{from_millis(0), from_millis(10), from_millis(20)}, {1, 2, 3}});
  CHECK(read(table, {}).size() == 0);
  table.reveal(from_millis(10));
  CHECK(read(table, {}).values == std::vector<double>{1, 2});
  CHECK(read(table, {from_millis(1), from_millis(10)}).values == std::vector<double>{2});
  table.reveal(from_millis(30));
  CHECK(read(table, {}).size() == 3);
}

TEST_CASE("sample table: appended samples rise in time, the newest can be replaced") {
  SampleTable table;
  const SeriesRef ref = table.resolve(kUp, SeriesKind::Unknown).value();
  CHECK(table.resolve(kUp, SeriesKind::Unknown).value() == ref);
  const auto append = [&](std::int64_t time, double value) {
    return table.append({.time = from_millis(time), .refs = {&ref, 1}, .values = {&value, 1}});
  };
  CHECK(append(10, 1).stored == 1);
  CHECK(append(10, 2).stored == 1);
  CHECK(append(5, 3).out_of_order == 1);
  CHECK(read(table, {}).values == std::vector<double>{2});
}

TEST_CASE("sample table: names and values of what matches within the range") {
  SampleTable table;
  table.add(kUp, {{from_millis(0)}, {1}});
  table.add({{"__name__", "down"}, {"job", "y"}}, {{from_millis(0)}, {1}});
  table.reveal(from_millis(0));
  using Texts = std::vector<std::string>;
  CHECK(table.label_names({}, {}).value() == Texts{"__name__", "job"});
  CHECK(table.label_values("job", {}, {}).value() == Texts{"x", "y"});
  CHECK(table.label_values("job", std::vector{Matcher::equal("__name__", "up")}, {}).value() ==
        Texts{"x"});
  CHECK(table.label_values("job", {}, {from_millis(1), from_millis(2)}).value().empty());
}
