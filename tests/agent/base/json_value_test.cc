#include "agent/base/json_value.h"

#include <catch2/catch.hpp>

using namespace lapwing;

TEST_CASE("json value: a tree with every kind") {
  const auto parsed = parse_json(R"({"s":"x","n":-1.5,"b":true,"z":null,"a":[1,{"k":"v"}]})");
  REQUIRE(parsed.ok());
  CHECK(parsed->string_at("s") == "x");
  CHECK(parsed->find("n")->number == -1.5);
  CHECK(parsed->find("b")->boolean);
  CHECK(parsed->find("z")->kind == JsonValue::Kind::Null);
  REQUIRE(parsed->find("a")->items.size() == 2);
  CHECK(parsed->find("a")->items[1].string_at("k") == "v");
  CHECK(parsed->find("missing") == nullptr);
}

TEST_CASE("json value: malformed, truncated and too deep texts are Invalid") {
  for (const std::string& text :
       {std::string(""), std::string("{"), std::string("[1,]"), std::string("{\"a\":}"),
        std::string("1 2"), std::string("\"\xff\""), std::string(1000, '[')}) {
    INFO(text);
    CHECK(parse_json(text).error().kind == ErrorKind::Invalid);
  }
}
