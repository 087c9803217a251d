#include "agent/cli/template.h"

#include <cstdio>

#include "agent/base/file.h"
#include "agent/cli/arguments.h"
#include "agent/cli/command.h"
#include "alerting/notify/notification_data.h"
#include "alerting/template/template_set.h"

namespace lapwing::cli {
namespace {

constexpr Option kOptions[] = {
    {"text", "TEXT", "the template, as a receiver's option has it (required)"},
    {"files", "PATTERN", "template files beside the default ones, as `templates` names them", true},
    {"data", "FILE", "a notification in the webhook's JSON; without it one of our own making"},
    {"html", "", "escape values as in a mail's page"},
};

constexpr Syntax kSyntax = {
    .command = "lapwing test template",
    .operands = "",
    .summary = "Prints what a template of notifications becomes, and a line break.",
    .options = kOptions,
    .details =
        "  lapwing test template --text '{{ template \"slack.default.title\" . }}'\n"
        "  lapwing test template --files '/etc/lapwing/*.tmpl' --text '{{ template \"mine\" . "
        "}}'\n",
};

/// Two alerts of one group, so that lists, common labels and both states show.
constexpr std::string_view kExample = R"({
  "receiver": "team", "status": "firing", "externalURL": "http://127.0.0.1:5279",
  "groupLabels": {"alertname": "HostDiskFull"},
  "commonLabels": {"alertname": "HostDiskFull", "severity": "critical"},
  "commonAnnotations": {},
  "alerts": [
    {"status": "firing", "startsAt": "2026-01-02T03:04:05Z", "endsAt": "0001-01-01T00:00:00Z",
     "labels": {"alertname": "HostDiskFull", "severity": "critical", "mountpoint": "/"},
     "annotations": {"summary": "/ is 97% full"},
     "generatorURL": "http://127.0.0.1:5279/graph", "fingerprint": "0123456789abcdef"},
    {"status": "resolved", "startsAt": "2026-01-02T03:00:05Z", "endsAt": "2026-01-02T03:10:05Z",
     "labels": {"alertname": "HostDiskFull", "severity": "critical", "mountpoint": "/srv"},
     "annotations": {"summary": "/srv is 95% full"},
     "generatorURL": "http://127.0.0.1:5279/graph", "fingerprint": "123456789abcdef0"}
  ]
})";

TemplateOutcome failed(const std::string& message, int code) {
  return {code, "", "lapwing test template: " + message + "\n"};
}

Result<alerting::TemplateValue> read_data(const Arguments& arguments) {
  if (!arguments.has("data")) return alerting::notification_data_from_json(kExample);
  const auto text = read_file(arguments.get("data"));
  if (!text) return text.error();
  return alerting::notification_data_from_json(*text).in(arguments.get("data"));
}

}  // namespace

TemplateOutcome run_test_template(std::span<const std::string> words) {
  const auto arguments = parse_arguments(kSyntax, words);
  if (!arguments) return failed(arguments.error().message, kUsageError);
  if (arguments->help()) return {kSuccess, help_text(kSyntax), ""};
  if (!arguments->has("text")) return failed("say which: --text TEXT", kUsageError);
  config::Diagnostics diagnostics;
  const auto patterns = arguments->all("files");
  const auto set =
      alerting::load_template_files({patterns.begin(), patterns.end()}, {"--files"}, diagnostics);
  if (const auto sound = diagnostics.result(); !sound)
    return {kFailure, "", sound.error().message + "\n"};
  const auto text = alerting::NotificationTemplate::parse(arguments->get("text"));
  if (!text) return failed("--text, line " + text.error().message, kFailure);
  const auto data = read_data(*arguments);
  if (!data) return failed(data.error().message, kFailure);
  alerting::TemplateEnvironment environment;
  environment.now = SystemClock().now();
  auto page = text->expand(
      set, *data, environment,
      arguments->has("html") ? alerting::TemplateOutput::Html : alerting::TemplateOutput::Text);
  if (!page) return failed(page.error().message, kFailure);
  return {kSuccess, *std::move(page) + '\n', ""};
}

int test_template_command(const std::vector<std::string>& words) {
  const TemplateOutcome outcome = run_test_template(words);
  std::fwrite(outcome.out.data(), 1, outcome.out.size(), stdout);
  std::fputs(outcome.err.c_str(), stderr);
  return outcome.code;
}

}  // namespace lapwing::cli
