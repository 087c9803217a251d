#include "agent/model/labels.h"

#include <catch2/catch.hpp>

using namespace lapwing;

TEST_CASE("labels: sorted by name, the last of equal names wins, empty values are no labels") {
  const Labels labels{{"b", "2"}, {"a", "1"}, {"b", "3"}, {"c", ""}};
  REQUIRE(labels.size() == 2);
  CHECK(labels[0] == Label{"a", "1"});
  CHECK(labels[1] == Label{"b", "3"});
  CHECK(labels.get("c").empty());
}

TEST_CASE("labels: equal labels have equal hashes and compare equal, others do not") {
  const Labels a{{"x", "1"}, {"y", "2"}};
  const Labels b{{"y", "2"}, {"x", "1"}};
  CHECK(a == b);
  CHECK(a.hash() == b.hash());
  CHECK_FALSE(a == Labels{{"x", "1"}, {"y", "3"}});
  CHECK_FALSE(a == Labels{{"x", "1"}});
  CHECK_FALSE(Labels{{"ab", "c"}} == Labels{{"a", "bc"}});
  CHECK(Labels{} == Labels{{"a", ""}});
}

TEST_CASE("labels: order is by names and values, a prefix first") {
  CHECK(Labels{{"a", "1"}} < Labels{{"a", "2"}});
  CHECK(Labels{{"a", "1"}} < Labels{{"a", "1"}, {"b", "1"}});
  CHECK(Labels{} < Labels{{"a", "1"}});
  CHECK_FALSE(Labels{{"b", "1"}} < Labels{{"a", "2"}});
}

TEST_CASE("labels: copies share and outlive the original") {
  Labels copy;
  {
    const Labels original{{"a", "1"}};
    copy = original;
  }
  CHECK(copy.get("a") == "1");
}

TEST_CASE("labels: print as PromQL, with escapes and quoted names") {
  CHECK(Labels{{"__name__", "up"}, {"job", "a\"b\n"}}.to_string() == "up{job=\"a\\\"b\\n\"}");
  CHECK(Labels{{"__name__", "up"}}.to_string() == "up");
  CHECK(Labels{{"__name__", "a.b"}, {"x y", "1"}}.to_string() == "{\"a.b\", \"x y\"=\"1\"}");
  CHECK(Labels{}.to_string() == "{}");
}

TEST_CASE("labels builder: sets, replaces, removes") {
  LabelsBuilder builder(Labels{{"a", "1"}, {"b", "2"}});
  builder.set("c", "3").set("a", "x").remove("b").set("c", "");
  CHECK(builder.build() == Labels{{"a", "x"}});
  CHECK(builder.get("a") == "x");
}

TEST_CASE("labels: which names need no quotes") {
  CHECK(is_legacy_metric_name("job:rate5m"));
  CHECK_FALSE(is_legacy_metric_name("5m"));
  CHECK_FALSE(is_legacy_metric_name("a.b"));
  CHECK_FALSE(is_legacy_metric_name(""));
  CHECK_FALSE(is_legacy_label_name("a:b"));
}

TEST_CASE("labels: without one of them they are as if they had been made so") {
  const Labels all{{"__name__", "m"}, {"a", "1"}, {"b", "22"}, {"c", "333"}};
  CHECK(all.without("__name__") == Labels{{"a", "1"}, {"b", "22"}, {"c", "333"}});
  CHECK(all.without("b") == Labels{{"__name__", "m"}, {"a", "1"}, {"c", "333"}});
  CHECK(all.without("c") == Labels{{"__name__", "m"}, {"a", "1"}, {"b", "22"}});
  CHECK(all.without("b").hash() == Labels{{"__name__", "m"}, {"a", "1"}, {"c", "333"}}.hash());
  CHECK(all.without("b").to_string() == "m{a=\"1\", c=\"333\"}");
  CHECK(all.without("none") == all);
  CHECK(Labels{{"a", "1"}}.without("a").empty());
  CHECK(Labels().without("a").empty());
  CHECK(all.text() == "__name__ma1b22c333");
  CHECK(Labels().text().empty());
}
