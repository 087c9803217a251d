#include "collectors/scrape/sample_labels.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string made(SampleLabels::Options options, Pairs labels) {
  SampleLabels maker(std::move(options));
  const auto result = maker.make(labels);
  if (!result) return "error: " + result.error().message;
  return *result ? (*result)->to_string() : "dropped";
}

RelabelRule rule(RelabelOptions options) { return *RelabelRule::create(std::move(options)); }

const Labels kTarget{{"job", "app"}, {"instance", "h:1"}};

}  // namespace

TEST_CASE("sample labels: target labels are added, those in conflict renamed or honoured") {
  CHECK(made({.target_labels = kTarget}, {{"__name__", "a"}, {"x", "1"}}) ==
        R"(a{instance="h:1", job="app", x="1"})");
  CHECK(made({.target_labels = kTarget},
             {{"__name__", "a"}, {"job", "x"}, {"exported_job", "y"}, {"instance", ""}}) ==
        R"(a{exported_exported_job="x", exported_job="y", instance="h:1", job="app"})");
  CHECK(made({.target_labels = kTarget, .honor_labels = true},
             {{"__name__", "a"}, {"job", "x"}, {"instance", ""}}) == R"(a{job="x"})");
}

TEST_CASE("sample labels: relabelling comes after the target's labels and before the limits") {
  const auto drop = rule({.action = RelabelAction::Drop,
                          .source_labels = {"job", "__name__"},
                          .has_source_labels = true,
                          .regex = "app;b"});
  const auto shorten = rule({.action = RelabelAction::LabelDrop, .regex = "long"});
  const SampleLabels::Options options{.target_labels = kTarget,
                                      .limits = {.labels = 3, .label_value_length = 5},
                                      .relabel_rules = {drop, shorten}};
  CHECK(made(options, {{"__name__", "b"}}) == "dropped");
  CHECK(made(options, {{"__name__", "a"}, {"long", "123456"}}) ==
        R"(a{instance="h:1", job="app"})");
  CHECK(made(options, {{"__name__", "a"}, {"x", "1"}}).find("label_limit") != std::string::npos);
  const auto all = rule({.action = RelabelAction::LabelDrop, .regex = ".*"});
  CHECK(made({.relabel_rules = {all}}, {{"__name__", "a"}}) == "dropped");
  const auto name = rule({.action = RelabelAction::LabelDrop, .regex = "__name__"});
  CHECK(made({.target_labels = kTarget, .relabel_rules = {name}}, {{"__name__", "a"}})
            .starts_with("error: missing metric name"));
}

TEST_CASE("sample labels: bad names and names that stand twice fail the page") {
  CHECK(made({}, {{"__name__", "a"}, {"x", "1"}, {"x", "1"}}).find("not unique") !=
        std::string::npos);
  CHECK(made({}, {{"__name__", ""}}).starts_with("error"));
  CHECK(made({}, {{"__name__", "a"}, {"", "1"}}).starts_with("error"));
  CHECK(made({}, {{"__name__", "\xff"}}).starts_with("error"));
  CHECK(made({}, {{"__name__", "a.b"}, {"l.l", "1"}}) == R"({"a.b", "l.l"="1"})");
  CHECK(made({.name_validation = NameValidation::Legacy}, {{"__name__", "a.b"}})
            .starts_with("error"));
  CHECK(made({.name_validation = NameValidation::Legacy}, {{"__name__", "a"}, {"l.l", "1"}})
            .starts_with("error"));
}

TEST_CASE("sample labels: limits say which they are, and are counted") {
  SampleLabels maker({.limits = {.label_name_length = 8, .label_value_length = 3}});
  Pairs long_value{{"__name__", "abc"}, {"x", "1234"}};
  CHECK(maker.make(long_value).error().message.find("label_value_length_limit 3") !=
        std::string::npos);
  Pairs long_name{{"__name__", "abc"}, {"xxxxxxxxx", "1"}};
  CHECK(maker.make(long_name).error().message.find("label_name_length_limit 8") !=
        std::string::npos);
  CHECK(maker.limit_hits() == 2);
}
