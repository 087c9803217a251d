#include "agent/cli/rules.h"

#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <future>
#include <set>

#include "agent/base/file.h"
#include "agent/base/json_value.h"
#include "agent/base/log.h"
#include "agent/cli/arguments.h"
#include "agent/cli/command.h"
#include "agent/cli/template.h"
#include "agent/http/client.h"
#include "agent/http/form.h"
#include "agent/metrics/registry.h"
#include "alerting/rule_file.h"
#include "alerting/rule_lint.h"
#include "alerting/rule_test/run.h"
#include "alerting/slo.h"
#include "rules/embedded.h"

namespace lapwing::cli {
namespace {

constexpr Option kCheckOptions[] = {
    {"scrape-interval", "DURATION",
     "how often the metrics are collected that the rules read (default 15s)"},
    {"url", "URL", "ask the agent there for every selector: one without series is a finding"},
    {"shipped", "", "check the rules that are part of the program, too"},
    {"config", "FILE", "check the rules that the file's `slos` become, too"},
    {"print", "", "print the rules of --config as a Prometheus rule file, and nothing else"},
    {"strict", "", "findings fail the check, as errors do"},
};
constexpr Syntax kCheckSyntax = {
    .command = "lapwing check rules",
    .operands = "[FILE…]",
    .summary = "Reads rule files and says what is wrong with them, and what looks wrong.",
    .options = kCheckOptions,
    .least_operands = 0,
    .most_operands = 1000,
    .details =
        "Errors (a key, an expression, a template that does not parse) come with file and line.\n"
        "Findings are sound rules that may not do what was meant. Exit code 0: sound, 1: not.\n\n"
        "  lapwing check rules /etc/lapwing/rules/*.yml\n"
        "  lapwing check rules --url http://127.0.0.1:5279 --strict disk.yml\n"
        "  lapwing check rules --config lapwing.yml --print >slo.yml\n",
};
constexpr Syntax kTestSyntax = {
    .command = "lapwing test rules",
    .operands = "FILE…",
    .summary = "Runs promtool's unit tests of rules, with this program's own evaluator.",
    .options = {},
    .least_operands = 1,
    .most_operands = 1000,
    .details =
        "The format: prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules.\n"
        "Exit code 0: every test passes, 1: one fails or a file is wrong.\n\n"
        "  lapwing test rules tests/*.test.yml\n",
};

/// Failures of one scenario that are shown; the rest is counted.
constexpr std::size_t kShownFailures = 10;
constexpr std::chrono::seconds kAskTimeout{10};

std::string errors_of(const config::Diagnostics& diagnostics) {
  const auto result = diagnostics.result();
  return result ? std::string() : result.error().message + "\n";
}

std::string selector_text(const std::vector<Matcher>& matchers) {
  std::string text = "{";
  for (const Matcher& matcher : matchers) {
    if (text.size() > 1) text += ",";
    text += matcher.to_string();
  }
  return text + "}";
}

/// Selectors without series, one finding each; Unavailable when the agent cannot be asked.
Result<std::vector<alerting::LintFinding>> absent_series(
    const std::vector<alerting::RuleGroup>& groups, const std::string& url, RulesWorld& world) {
  // What the rules record themselves is not there before they run.
  std::set<std::string> recorded;
  for (const auto& group : groups)
    for (const auto& rule : group.rules)
      if (rule.kind == alerting::Rule::Kind::Recording) recorded.insert(rule.name);
  std::vector<alerting::LintFinding> findings;
  for (const auto& group : groups)
    for (const auto& rule : group.rules)
      for (const auto& matchers : rule.expression.selectors()) {
        bool own = false;
        for (const Matcher& matcher : matchers)
          own = own || (matcher.label() == kMetricName && recorded.contains(matcher.value()));
        if (own) continue;
        const std::string selector = selector_text(matchers);
        const auto there = world.has_series(url, selector);
        if (!there) return there.error();
        if (!*there) findings.push_back({group.name, rule.name, "no series there for " + selector});
      }
  return findings;
}

Result<bool> ask_for_series(const std::string& url, const std::string& selector) {
  Log log(LogLevel::Error, [](LogLevel, std::string_view) {});
  metrics::Registry registry;
  http::Client client(log, registry);
  std::promise<Result<http::ClientResponse>> answer;
  http::ClientRequest request;
  request.url = (url.find("://") == std::string::npos ? "http://" : "") + url + "/api/v1/series?" +
                http::encode_form({{"match[]", selector}, {"limit", "1"}});
  request.timeout = kAskTimeout;
  client.send(std::move(request), [&](Result<http::ClientResponse> response) {
    answer.set_value(std::move(response));
  });
  const Result<http::ClientResponse> response = answer.get_future().get();
  if (!response) return response.error();
  if (response->status != 200)
    return unavailable("cannot ask " + url + ": status " + std::to_string(response->status));
  const auto json = parse_json(response->body);
  const JsonValue* data = json ? json->find("data") : nullptr;
  if (data == nullptr) return unavailable(url + " does not answer as Prometheus's API");
  return !data->items.empty();
}

/// The rule file that the configuration's `slos` become; what is wrong goes to `diagnostics`.
std::string rules_of_slos(const std::string& path, config::Diagnostics& diagnostics) {
  const auto root = config::load_files({path});
  if (!root) {
    diagnostics.error({path}, root.error().message);
    return {};
  }
  std::vector<alerting::Slo> slos;
  const config::Value* list = root->find("slos");
  if (list != nullptr)
    for (const config::Value& item : list->items()) {
      config::Mapping map(item, "slos[" + std::to_string(slos.size()) + "]", diagnostics);
      slos.push_back(alerting::read_slo(map));
      map.finish();
    }
  if (slos.empty()) diagnostics.error({path}, "slos: there are none");
  return alerting::slo_rules(slos);
}

/// Prints help or the mistake; true when the command is over, with its exit code.
bool answered(const Syntax& syntax, const Result<Arguments>& arguments, RulesWorld& world,
              int& code) {
  if (!arguments) {
    world.err = fmt::format("{}: {}\n", syntax.command, arguments.error().message);
    code = kUsageError;
    return true;
  }
  if (arguments->help()) {
    world.out = help_text(syntax);
    code = kSuccess;
    return true;
  }
  return false;
}

void print_failure(const alerting::TestFailure& failure, std::string& out) {
  out += fmt::format("        {}: {}\n", failure.place.to_string(), printable(failure.what));
  const auto lines = [&](const char* what, const std::vector<std::string>& texts) {
    out += fmt::format("          {}\n", what);
    if (texts.empty()) out += "            nothing\n";
    for (const std::string& text : texts) out += "            " + printable(text) + "\n";
  };
  lines("expected", failure.expected);
  lines("got", failure.got);
}

/// One file of tests; false when something of it fails.
bool test_file(const std::string& path, RulesWorld& world) {
  const auto text = read_file(path);
  if (!text) {
    world.err += text.error().message + "\n";
    return false;
  }
  config::Diagnostics diagnostics;
  const auto file = alerting::parse_scenario_file(path, *text, diagnostics);
  const auto groups = alerting::load_rule_files(file.rule_patterns, {}, file.place, diagnostics);
  if (!diagnostics.ok()) {
    world.err += errors_of(diagnostics);
    return false;
  }
  world.out += styled(world.terminal, Style::Heading, path) + "\n";
  bool good = true;
  for (const alerting::Scenario& scenario : file.scenarios) {
    const auto failures = alerting::run_scenario(file, scenario, groups);
    const std::string checks =
        fmt::format("{} checks", scenario.alerts.size() + scenario.queries.size());
    if (failures.empty()) {
      world.out += fmt::format("  ok    {} ({})\n", printable(scenario.name), checks);
      continue;
    }
    good = false;
    world.out +=
        styled(world.terminal, Style::Warning, "  FAIL") + "  " + printable(scenario.name) + "\n";
    for (std::size_t i = 0; i < failures.size() && i < kShownFailures; ++i)
      print_failure(failures[i], world.out);
    if (failures.size() > kShownFailures)
      world.out += fmt::format("        and {} more\n", failures.size() - kShownFailures);
  }
  return good;
}

int print(const RulesWorld& world, int code) {
  std::fputs(world.out.c_str(), stdout);
  std::fputs(world.err.c_str(), stderr);
  return code;
}

}  // namespace

int run_check_rules(std::span<const std::string> words, RulesWorld& world) {
  const auto arguments = parse_arguments(kCheckSyntax, words);
  int code = kSuccess;
  if (answered(kCheckSyntax, arguments, world, code)) return code;
  if (arguments->operands().empty() && !arguments->has("shipped") && !arguments->has("config")) {
    world.err = "lapwing check rules: name a rule file, --config or --shipped\n";
    return kUsageError;
  }
  if (arguments->has("print") && !arguments->has("config")) {
    world.err = "lapwing check rules: --print needs --config\n";
    return kUsageError;
  }
  alerting::LintOptions options;
  if (const std::string text = arguments->get("scrape-interval"); !text.empty()) {
    const auto interval = parse_duration(text);
    if (!interval) {
      world.err = "lapwing check rules: --scrape-interval: " + interval.error().message + "\n";
      return kUsageError;
    }
    options.scrape_interval = *interval;
  }
  config::Diagnostics diagnostics;
  auto groups = alerting::load_rule_files(arguments->operands(), {}, {}, diagnostics);
  if (arguments->has("shipped"))
    for (const rules::EmbeddedFile& file : rules::embedded_files())
      for (auto& group :
           alerting::parse_rule_file(std::string(file.name), file.text, {}, diagnostics))
        groups.push_back(std::move(group));
  std::string generated;
  if (arguments->has("config")) {
    generated = rules_of_slos(arguments->get("config"), diagnostics);
    if (diagnostics.ok())
      for (auto& group : alerting::parse_rule_file("slos", generated, {}, diagnostics))
        groups.push_back(std::move(group));
  }
  if (!diagnostics.ok()) {
    world.err = errors_of(diagnostics);
    return kFailure;
  }
  if (arguments->has("print")) {
    world.out = generated;
    return kSuccess;
  }
  auto findings = alerting::lint_rules(groups, options);
  if (arguments->has("url")) {
    auto absent = absent_series(groups, arguments->get("url"), world);
    if (!absent) {
      world.err = "lapwing check rules: " + absent.error().message + "\n";
      return kFailure;
    }
    findings.insert(findings.end(), absent->begin(), absent->end());
  }
  for (const alerting::LintFinding& finding : findings)
    world.out +=
        fmt::format("{} {} / {}: {}\n", styled(world.terminal, Style::Warning, "finding:"),
                    printable(finding.group), printable(finding.rule), printable(finding.message));
  std::size_t rules = 0;
  for (const auto& group : groups) rules += group.rules.size();
  world.out += fmt::format("sound: {} rules in {} groups, {} findings\n", rules, groups.size(),
                           findings.size());
  return arguments->has("strict") && !findings.empty() ? kFailure : kSuccess;
}

int run_test_rules(std::span<const std::string> words, RulesWorld& world) {
  const auto arguments = parse_arguments(kTestSyntax, words);
  int code = kSuccess;
  if (answered(kTestSyntax, arguments, world, code)) return code;
  bool good = true;
  for (const std::string& path : arguments->operands()) good = test_file(path, world) && good;
  return good ? kSuccess : kFailure;
}

int check_rules_command(const std::vector<std::string>& words) {
  RulesWorld world{.terminal = describe_standard_output(), .has_series = ask_for_series};
  return print(world, run_check_rules(words, world));
}

int test_command(const std::vector<std::string>& words) {
  const std::string first = words.empty() ? "" : words[0];
  const std::vector<std::string> rest(words.begin() + (words.empty() ? 0 : 1), words.end());
  if (first == "template") return test_template_command(rest);
  RulesWorld world{.terminal = describe_standard_output(), .has_series = ask_for_series};
  if (first == "rules") return print(world, run_test_rules(rest, world));
  if (first == "--help" || first == "-h") return print(world, run_test_rules(words, world));
  std::fputs("lapwing test: say what to test: lapwing test rules FILE…, lapwing test template\n",
             stderr);
  return kUsageError;
}

}  // namespace lapwing::cli
