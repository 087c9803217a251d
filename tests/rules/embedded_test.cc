#include "rules/embedded.h"

#include <catch2/catch.hpp>

#include "agent/base/file.h"
#include "alerting/rule_file.h"

using namespace lapwing;

TEST_CASE("embedded rules: each file is whole and sound") {
  const auto files = rules::embedded_files();
  REQUIRE(files.size() >= 5);
  for (const rules::EmbeddedFile& file : files) {
    CAPTURE(file.name);
    const std::string name(file.name.substr(file.name.find('/') + 1));
    CHECK(file.text == *read_file(std::string(LAPWING_SOURCE_DIR) + "/rules/" + name));
    config::Diagnostics diagnostics;
    const auto groups =
        alerting::parse_rule_file(std::string(file.name), file.text, {}, diagnostics);
    for (const auto& entry : diagnostics.errors())
      FAIL_CHECK(entry.place.to_string() << entry.message);
    CHECK_FALSE(groups.empty());
  }
}

TEST_CASE("embedded rules: every alert has a severity and says what, in a summary") {
  for (const rules::EmbeddedFile& file : rules::embedded_files()) {
    config::Diagnostics diagnostics;
    for (const auto& group : alerting::parse_rule_file("x", file.text, {}, diagnostics))
      for (const alerting::Rule& rule : group.rules) {
        if (rule.kind != alerting::Rule::Kind::Alerting) continue;
        CAPTURE(rule.name);
        const auto has = [](const alerting::Rule::Texts& texts, std::string_view name) {
          for (const auto& [key, text] : texts)
            if (key == name) return true;
          return false;
        };
        CHECK(has(rule.labels, "severity"));
        CHECK(has(rule.annotations, "summary"));
        CHECK(has(rule.annotations, "description"));
      }
  }
}
