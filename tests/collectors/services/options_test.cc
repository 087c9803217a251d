#include "collectors/services/options.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::services;

namespace {

struct Read {
  ServicesOptions options;
  std::string errors;
};

Read read(std::string_view yaml) {
  const auto tree = config::parse_yaml("a.yml", yaml);
  REQUIRE(tree.ok());
  config::Diagnostics diagnostics;
  config::Mapping root(*tree, "", diagnostics);
  Read result{read_services_options(root), ""};
  root.finish();
  if (auto sound = diagnostics.result(); !sound) result.errors = sound.error().message;
  return result;
}

}  // namespace

TEST_CASE("services options: defaults without a section") {
  const Read found = read("");
  CHECK(found.errors.empty());
  CHECK(found.options.service_limit == 30);
  CHECK(found.options.rules.empty());
  CHECK(found.options.top.enabled);
  CHECK_FALSE(found.options.top.command_lines);
}

TEST_CASE("services options: reads limits, rules with every matcher, and the recorder") {
  const Read found = read(R"(
services:
  limit: 5
  rules:
    - {name: shop, unit: 'shop-.*', container: c, executable: e, command_line: l, user: u, port: 80}
    - name: cache
      port: [6379, 6380]
  top: {enabled: false, interval: 5s, processes: 3, command_lines: true, size: 2MB}
)");
  CHECK(found.errors.empty());
  CHECK(found.options.service_limit == 5);
  REQUIRE(found.options.rules.size() == 2);
  const ServiceRule& shop = found.options.rules[0];
  CHECK(shop.unit->matches("shop-1"));
  CHECK(shop.container->matches("c"));
  CHECK(shop.executable->matches("e"));
  CHECK(shop.command_line->matches("l"));
  CHECK(shop.user->matches("u"));
  CHECK(shop.ports == std::vector<std::uint16_t>{80});
  CHECK(found.options.rules[1].ports == std::vector<std::uint16_t>{6379, 6380});
  CHECK(found.options.has_port_rules());
  CHECK(found.options.has_user_rules());
  CHECK_FALSE(found.options.top.enabled);
  CHECK(found.options.top.interval == 5s);
  CHECK(found.options.top.processes == 3);
  CHECK(found.options.top.command_lines);
  CHECK(found.options.top.size_limit_bytes == 2u << 20);
}

TEST_CASE("services options: what is wrong is named with its line") {
  const auto complains = [](const char* yaml, const char* what) {
    INFO(yaml);
    CHECK_THAT(read(yaml).errors, Catch::Contains("a.yml:") && Catch::Contains(what));
  };
  complains("services:\n  rules:\n    - {unit: a}\n", "name");
  complains("services:\n  rules:\n    - {name: a}\n", "needs a matcher");
  complains("services:\n  rules:\n    - {name: a, unit: '('}\n", "not a regular expression");
  complains("services:\n  rules:\n    - {name: a, port: 99999}\n", "from 1 to 65535");
  complains("services:\n  rules:\n    - {name: a, port: [1, x]}\n", "from 1 to 65535");
  complains("services:\n  rules:\n    - {name: a, comand_line: x, unit: b}\n", "comand_line");
  complains("services:\n  limit: -1\n", "limit");
  complains("services:\n  top: {interval: 10ms}\n", "at least 1s");
  complains("services:\n  top: {size: 10KB}\n", "at least 1MB");
}
