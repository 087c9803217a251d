#include "agent/config/value.h"

#include <catch2/catch.hpp>

namespace lapwing::config {

TEST_CASE("place: a whole file has no line") {
  CHECK(Place{"lapwing.yml", 12, 3}.to_string() == "lapwing.yml:12:3");
  CHECK(Place{"lapwing.yml"}.to_string() == "lapwing.yml");
}

TEST_CASE("value: a default value is Null, with nothing inside") {
  const Value value;
  CHECK(value.kind() == Value::Kind::Null);
  CHECK(value.items().empty());
  CHECK(value.entries().empty());
  CHECK(value.find("a") == nullptr);
  CHECK(value.place().to_string().empty());
}

TEST_CASE("value: copies share the tree") {
  const Value list = Value::list({"f", 1, 1}, {Value::scalar({"f", 1, 3}, "x", false)});
  const Value copy = list;
  CHECK(&copy.items() == &list.items());
  CHECK(copy.items()[0].text() == "x");
  CHECK(copy.items()[0].place().column == 3);
}

TEST_CASE("value: a map finds by key and keeps the order of the file") {
  const Value map =
      Value::map({"f", 1, 1}, {{"b", {"f", 1, 1}, Value::scalar({"f", 1, 4}, "1", false)},
                               {"a", {"f", 2, 1}, Value::scalar({"f", 2, 4}, "2", true)}});
  REQUIRE(map.find("a") != nullptr);
  CHECK(map.find("a")->text() == "2");
  CHECK(map.find("a")->quoted());
  CHECK(map.find("c") == nullptr);
  CHECK(map.entries()[0].key == "b");
}

}  // namespace lapwing::config
