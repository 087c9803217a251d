#include "agent/cli/template.h"

#include <catch2/catch.hpp>

#include "agent/cli/command.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using cli::run_test_template;

TEST_CASE("test template: a default template on the example") {
  const auto outcome = run_test_template(
      std::vector<std::string>{"--text", "{{ template \"slack.default.title\" . }}"});
  CHECK(outcome.out == "[FIRING:1] HostDiskFull (critical)\n");
  CHECK(outcome.code == cli::kSuccess);
}

TEST_CASE("test template: files, data and HTML of one's own") {
  const testing::TemporaryDirectory folder;
  folder.write("a.tmpl", "{{ define \"a\" }}<b>{{ .Receiver }}</b>{{ end }}");
  const std::string data = folder.write("data.json", "{\"receiver\": \"a<b\"}");
  const std::vector<std::string> words = {
      "--files", folder / "*.tmpl", "--text", "{{ template \"a\" . }}", "--data", data};
  CHECK(run_test_template(words).out == "<b>a<b</b>\n");
  auto html = words;
  html.emplace_back("--html");
  CHECK(run_test_template(html).out == "<b>a&lt;b</b>\n");
}

TEST_CASE("test template: mistakes are told, nothing is printed") {
  const testing::TemporaryDirectory folder;
  const std::string bad = folder.write("bad.tmpl", "\n{{ nosuch }}");
  const auto fails = [](std::vector<std::string> words, std::string_view message, int code) {
    CAPTURE(message);
    const auto outcome = run_test_template(words);
    CHECK(outcome.code == code);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find(message) != std::string::npos);
  };
  fails({}, "--text", cli::kUsageError);
  fails({"--text", "{{ if }}"}, "line 1: missing value", cli::kFailure);
  fails({"--text", "{{ .Nope }}"}, "can't evaluate field Nope", cli::kFailure);
  fails({"--text", "x", "--files", bad}, bad + ":2:1: templates: function", cli::kFailure);
  fails({"--text", "x", "--data", folder / "none.json"}, "none.json", cli::kFailure);
  fails({"--text", "x", "--data", bad}, "bad.tmpl", cli::kFailure);
}
