// What the default templates give was asked of real Alertmanager (./dev prove templates).
#include "alerting/template/template_set.h"

#include <catch2/catch.hpp>

#include <filesystem>

#include "agent/base/file.h"
#include "alerting/notify/notification_data.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

TemplateValue data() {
  return notification_data_from_json(R"({
    "receiver": "team\\-x", "status": "firing", "externalURL": "http://am",
    "groupLabels": {"alertname": "A"}, "commonLabels": {"alertname": "A", "job": "j"},
    "alerts": [
      {"status": "firing", "labels": {"alertname": "A", "b": "2", "a": "1"},
       "annotations": {"summary": "s"}, "generatorURL": "http://p"},
      {"status": "resolved", "labels": {"alertname": "A"}, "annotations": {}}]})")
      .value();
}

std::string expand(std::string_view text, const TemplateSet& set = {}) {
  const auto parsed = NotificationTemplate::parse(text);
  if (!parsed) return "parse: " + parsed.error().message;
  const auto out = parsed->expand(set, data(), {});
  return out ? *out : out.error().message;
}

}  // namespace

TEST_CASE("template set: the default subject and links") {
  CHECK(expand("{{ template \"slack.default.title\" . }}") == "[FIRING:1] A (j)");
  CHECK(expand("{{ template \"slack.default.titlelink\" . }}") ==
        "http://am/#/alerts?receiver=team%5C-x");
}

TEST_CASE("template set: the default lists of alerts") {
  CHECK(expand("{{ template \"pagerduty.default.instances\" .Alerts.Firing }}") ==
        "Labels:\n - alertname = A\n - a = 1\n - b = 2\nAnnotations:\n - summary = s\n"
        "Source: http://p\n");
  CHECK(expand("{{ template \"telegram.default.message\" . }}") ==
        "\n\nAlerts Firing:\nLabels:\n - alertname = A\n - a = 1\n - b = 2\nAnnotations:\n"
        " - summary = s\nSource: http://p\n\n\n\nAlerts Resolved:\nLabels:\n - alertname = A\n"
        "Annotations:\nSource: \n\n\n");
}

TEST_CASE("template set: a file's definition replaces ours, a blank one does not") {
  TemplateSet set;
  REQUIRE(set.add("own.tmpl",
                  "{{ define \"__subject\" }}mine{{ end }}top{{ define "
                  "\"slack.default.titlelink\" }}  {{ end }}"));
  CHECK(expand("{{ template \"slack.default.title\" . }}", set) == "mine");
  CHECK(expand("{{ template \"slack.default.titlelink\" . }}", set) ==
        "http://am/#/alerts?receiver=team%5C-x");
  CHECK(expand("{{ template \"own.tmpl\" . }}", set) == "top");
}

TEST_CASE("template set: a text's own definition counts for itself alone") {
  const TemplateSet set;
  CHECK(expand("{{ define \"__subject\" }}mine{{ end }}{{ template \"slack.default.title\" . }}",
               set) == "mine");
  CHECK(expand("{{ template \"slack.default.title\" . }}", set) == "[FIRING:1] A (j)");
}

TEST_CASE("template set: a file that does not parse adds nothing") {
  TemplateSet set;
  const auto added = set.add("own.tmpl", "{{ define \"x\" }}1{{ end }}\n{{ nosuch }}");
  REQUIRE_FALSE(added.ok());
  CHECK(added.error().message == "2: function \"nosuch\" not defined");
  CHECK(expand("{{ template \"x\" . }}", set).find("not defined") != std::string::npos);
}

TEST_CASE("template set: one text defines a name once") {
  TemplateSet set;
  CHECK(set.add("a", "{{ define \"x\" }}1{{ end }}{{ define \"x\" }}2{{ end }}")
            .error()
            .message.find("multiple definition") != std::string::npos);
}

TEST_CASE("template set: the functions of rules are not those of notifications") {
  CHECK(expand("{{ humanize 1.0 }}").starts_with("parse: "));
  CHECK(expand("{{ query \"up\" }}").starts_with("parse: "));
}

TEST_CASE("template set: files by pattern, what is wrong with its line") {
  const lapwing::testing::TemporaryDirectory folder;
  REQUIRE(write_file_atomically(folder.path() + "/a.tmpl", "{{ define \"a\" }}A{{ end }}"));
  REQUIRE(write_file_atomically(folder.path() + "/b.tmpl", "\n\n{{ if }}"));
  config::Diagnostics diagnostics;
  const TemplateSet set =
      load_template_files({folder.path() + "/*.tmpl", folder.path() + "/none*"}, {}, diagnostics);
  CHECK(expand("{{ template \"a\" . }}", set) == "A");
  REQUIRE(diagnostics.errors().size() == 1);
  CHECK(diagnostics.errors()[0].place.to_string() == folder.path() + "/b.tmpl:3:1");
}

TEST_CASE("template set: an endless or swelling text stops with an error") {
  CHECK(expand("{{ define \"x\" }}{{ template \"x\" }}{{ end }}{{ template \"x\" }}")
            .find("too deep") != std::string::npos);
  CHECK(expand("{{ range now.Unix }}0123456789{{ end }}").empty());  // now is 1970 here
  CHECK(expand("{{ range 100000000 }}0123456789{{ end }}").find("more than") != std::string::npos);
}
