#include "collectors/metric_writer.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"
#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::collectors;

namespace {
constexpr MetricInfo kSeconds{"a_seconds_total", "Seconds.", MetricType::Counter, {"cpu", "mode"}};
constexpr MetricInfo kPlain{"b_plain", "Plain.", MetricType::Gauge};
constexpr MetricInfo kBucket{"c_size_bucket", "Sizes.", MetricType::Histogram, {"le"}};
constexpr MetricInfo kSum{"c_size_sum", "Sizes.", MetricType::Histogram};
const Timestamp kNow = from_millis(1'000);

std::vector<std::string> written(MetricWriter& writer) {
  return testing::lines_of(*writer.snapshot("x", kNow, 1s));
}
}  // namespace

TEST_CASE("metric writer: series of a family stand together, families by name") {
  MetricWriter writer(100);
  writer.begin();
  writer.sample(kPlain, 3);
  writer.sample(kSeconds, {"0", "user"}, 1.5);
  writer.sample(kSeconds, {"1", "a\"b"}, 2);
  CHECK(written(writer) == std::vector<std::string>{R"(a_seconds_total{cpu="0",mode="user"} 1.5)",
                                                    R"(a_seconds_total{cpu="1",mode="a\"b"} 2)",
                                                    "b_plain 3"});
}

TEST_CASE("metric writer: the first warning of a collection stands until the next begins") {
  MetricWriter writer(100);
  writer.begin();
  CHECK(writer.warning().empty());
  writer.warn("one");
  writer.warn("two");
  CHECK(writer.warning() == "one");
  writer.begin();
  CHECK(writer.warning().empty());
}

TEST_CASE("metric writer: the layout is shared while the same series come in the same order") {
  MetricWriter writer(100);
  const auto collect = [&](std::string_view second) {
    writer.begin();
    writer.sample(kSeconds, {"0", "user"}, 1);
    writer.sample(kSeconds, {second, "user"}, 2);
    return writer.snapshot("x", kNow, 1s)->layout;
  };
  const auto first = collect("1");
  CHECK(collect("1") == first);
  CHECK(collect("2") != first);
}

TEST_CASE("metric writer: label values that run together differently are different series") {
  MetricWriter writer(100);
  writer.begin();
  writer.sample(kSeconds, {"ab", "c"}, 1);
  writer.sample(kSeconds, {"a", "bc"}, 2);
  CHECK(writer.size() == 2);
}

TEST_CASE("metric writer: the first of two equal series wins, past the limit samples are refused") {
  MetricWriter writer(2);
  writer.begin();
  writer.sample(kPlain, 1);
  writer.sample(kPlain, 2);
  writer.sample(kSeconds, {"0", "user"}, 3);
  writer.sample(kSeconds, {"1", "user"}, 4);
  CHECK(written(writer) ==
        std::vector<std::string>{R"(a_seconds_total{cpu="0",mode="user"} 3)", "b_plain 1"});
  CHECK(writer.refused() == 1);
}

TEST_CASE("metric writer: parts of a histogram are one family") {
  MetricWriter writer(10);
  writer.begin();
  writer.sample(kBucket, {"+Inf"}, 4);
  writer.sample(kSum, 9);
  const auto layout = writer.snapshot("x", kNow, 1s)->layout;
  REQUIRE(layout->families.size() == 1);
  CHECK(layout->families[0].name == "c_size");
  CHECK(layout->families[0].count == 2);
}

TEST_CASE("metric writer: bytes that are no UTF-8 are replaced, empty values are no labels") {
  MetricWriter writer(10);
  writer.begin();
  writer.sample(kSeconds, {"\xff", ""}, 4);
  CHECK(written(writer)[0] == "a_seconds_total{cpu=\"\xef\xbf\xbd\",mode=\"\"} 4");
  testing::MemoryStore store;
  std::vector<SeriesRef> refs;
  std::vector<double> values;
  writer.resolve(store, Labels{{"job", "node"}}, refs, values);
  REQUIRE(refs.size() == 1);
  const auto set = store.label_values("cpu", std::vector<Matcher>{}, {});
  store.append({.time = kNow, .refs = refs, .values = values});
  CHECK(*store.label_values("cpu", std::vector<Matcher>{}, {}) ==
        std::vector<std::string>{"\xef\xbf\xbd"});
  CHECK(store.label_names(std::vector<Matcher>{}, {})->size() == 3);
}

TEST_CASE("metric writer: series that come and go do not pile up, and live ones stay right") {
  MetricWriter writer(100'000);
  for (int round = 0; round < 3'000; ++round) {
    writer.begin();
    writer.sample(kPlain, double(round));
    writer.sample(kSeconds, {std::to_string(round), "user"}, 1);
  }
  CHECK(written(writer) ==
        std::vector<std::string>{R"(a_seconds_total{cpu="2999",mode="user"} 1)", "b_plain 2999"});
}
