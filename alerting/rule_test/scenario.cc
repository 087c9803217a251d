#include "alerting/rule_test/scenario.h"

#include <cmath>

#include "agent/base/number.h"
#include "alerting/rule_test/series_values.h"

namespace lapwing::alerting {
namespace {

Labels read_labels(config::Mapping& map, std::string_view key) {
  std::vector<Label> labels;
  const auto pairs = map.string_map(key);
  for (const auto& [name, value] : pairs) labels.push_back({name, value});
  return Labels::from(std::move(labels));
}

void read_input(config::Mapping& map, Duration interval, Scenario& scenario) {
  const auto labels = parse_series_labels(map.required_string("series"));
  const auto values = parse_series_values(map.string("values"));
  if (!labels) map.error("series", labels.error().message);
  if (!values) map.error("values", values.error().message);
  if (!labels || !values) return;
  InputSeries series{*labels, {}};
  for (std::size_t i = 0; i < values->size(); ++i) {
    if (!(*values)[i]) continue;
    series.samples.times.push_back(scenario.start + interval * std::int64_t(i));
    series.samples.values.push_back(*(*values)[i]);
  }
  scenario.input.push_back(std::move(series));
}

void read_alert_check(config::Mapping& map, Scenario& scenario) {
  AlertCheck check{.place = map.place()};
  check.at = map.duration("eval_time", {});
  check.name = map.required_string("alertname");
  map.each("exp_alerts", [&](config::Mapping& alert) {
    LabelsBuilder labels(read_labels(alert, "exp_labels"));
    labels.set("alertname", check.name);
    check.expected.push_back({labels.build(), read_labels(alert, "exp_annotations")});
  });
  scenario.alerts.push_back(std::move(check));
}

void read_query_check(config::Mapping& map, Scenario& scenario) {
  const std::string text = map.required_string("expr");
  const Duration at = map.duration("eval_time", {});
  std::vector<ExpectedSample> expected;
  map.each("exp_samples", [&](config::Mapping& sample) {
    const auto labels = parse_series_labels(sample.string("labels", "{}"));
    const auto value = parse_value(sample.string("value", "0"));
    if (sample.has("histogram")) sample.error("histogram", "native histograms are not supported");
    sample.raw("histogram");
    if (!labels) sample.error("labels", labels.error().message);
    if (!value) sample.error("value", "expected a number");
    if (labels && value) expected.push_back({*labels, *value});
  });
  auto expression = promql::Expression::parse(text);
  if (!expression) {
    map.error("expr", expression.error().message);
    return;
  }
  scenario.queries.push_back({map.place(), at, text, *std::move(expression), std::move(expected)});
}

Scenario read_scenario(config::Mapping& map, Duration evaluation_interval, std::size_t number) {
  Scenario scenario;
  scenario.place = map.place();
  scenario.name = map.string("name", "test " + std::to_string(number));
  if (const std::string start = map.string("start_timestamp"); !start.empty()) {
    const auto time = parse_rfc3339(start);
    const auto seconds = parse_value(start);
    if (time) {
      scenario.start = *time;
    } else if (seconds && std::isfinite(*seconds)) {
      scenario.start = from_millis(std::llround(*seconds * 1000));
    } else {
      map.error("start_timestamp", "expected RFC 3339 or seconds since 1970");
    }
  }
  const Duration interval = map.duration("interval", evaluation_interval);
  if (interval <= Duration{}) map.error("interval", "must be more than zero");
  map.each("input_series",
           [&](config::Mapping& series) { read_input(series, interval, scenario); });
  map.each("alert_rule_test", [&](config::Mapping& check) { read_alert_check(check, scenario); });
  map.each("promql_expr_test", [&](config::Mapping& check) { read_query_check(check, scenario); });
  scenario.external_labels = read_labels(map, "external_labels");
  scenario.external_url = map.string("external_url");
  return scenario;
}

}  // namespace

ScenarioFile parse_scenario_file(const std::string& file, std::string_view text,
                                 config::Diagnostics& diagnostics) {
  ScenarioFile scenarios;
  const auto root = config::parse_yaml(file, text);
  if (!root) {
    diagnostics.error({}, root.error().message);
    return scenarios;
  }
  config::Mapping map(*root, "", diagnostics);
  scenarios.place = map.place();
  scenarios.rule_patterns = map.paths("rule_files");
  scenarios.evaluation_interval = map.duration("evaluation_interval", 1min);
  if (scenarios.evaluation_interval <= Duration{})
    map.error("evaluation_interval", "must be more than zero");
  scenarios.group_order = map.strings("group_eval_order");
  scenarios.fuzzy_compare = map.flag("fuzzy_compare", false);
  map.each("tests", [&](config::Mapping& test) {
    scenarios.scenarios.push_back(
        read_scenario(test, scenarios.evaluation_interval, scenarios.scenarios.size() + 1));
  });
  map.finish();
  return scenarios;
}

}  // namespace lapwing::alerting
