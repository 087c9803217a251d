#include "collectors/scrape/discovery/group.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

TEST_CASE("target groups: JSON and YAML mean the same") {
  const auto json = parse_target_groups_json(
      R"([{"targets":["a:1","b:2"],"labels":{"env":"prod"}},{"labels":null,"targets":[]},{}])");
  const auto yaml = parse_target_groups_yaml(
      "t.yml", "- targets: [a:1, b:2]\n  labels: {env: prod}\n- targets: []\n- {}\n");
  REQUIRE(json.ok());
  REQUIRE(yaml.ok());
  CHECK(*json == *yaml);
  REQUIRE(json->size() == 3);
  CHECK((*json)[0].targets == std::vector<TextPairs>{target_at("a:1"), target_at("b:2")});
  CHECK((*json)[0].labels == TextPairs{{"env", "prod"}});
}

TEST_CASE("target groups: nothing is no group") {
  CHECK(parse_target_groups_json("[]")->empty());
  CHECK(parse_target_groups_json("null")->empty());
  CHECK(parse_target_groups_yaml("t.yml", "")->empty());
}

TEST_CASE("target groups: what is malformed or truncated is refused as a whole") {
  for (const char* text :
       {"", "{}", "[", "[{", "[null]", R"([{"targets":"a"}])", R"([{"targets":[1]}])",
        R"([{"labels":[]}])", R"([{"labels":{"a":1}}])", R"([{"labels":{"":"x"}}])",
        R"([{"other":1}])", "[{\"targets\":[\"\xff\"]}]"}) {
    INFO(text);
    CHECK_FALSE(parse_target_groups_json(text).ok());
  }
  for (const char* text : {"a: b", "- a", "- targets: a", "- targets: [[a]]", "- labels: [a]",
                           "- labels: {a: [b]}", "- other: 1", "- targets: [a\n", "-\n"}) {
    INFO(text);
    CHECK_FALSE(parse_target_groups_yaml("t.yml", text).ok());
  }
  CHECK(parse_target_groups_yaml("t.yml", "- targets: []\n- other: 1\n").error().message ==
        "group 1: t.yml:2:3: unknown field \"other\"");
}

TEST_CASE("target groups: too many targets are refused") {
  std::string text = "[{\"targets\":[\"a\"";
  for (std::size_t i = 0; i < kGroupTargetLimit; ++i) text += ",\"a\"";
  const auto groups = parse_target_groups_json(text + "]}]");
  REQUIRE_FALSE(groups.ok());
  CHECK(groups.error().message.find("more than 20000 targets") != std::string::npos);
}
