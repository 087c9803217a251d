// Unit tests of rules as promtool's files write them
// (prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules). Immutable once read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/mapping.h"
#include "agent/model/labels.h"
#include "agent/model/sample.h"
#include "agent/promql/expression.h"

namespace lapwing::alerting {

struct ExpectedAlert {
  Labels labels;  ///< alertname included
  Labels annotations;

  friend bool operator==(const ExpectedAlert&, const ExpectedAlert&) = default;
  friend bool operator<(const ExpectedAlert& a, const ExpectedAlert& b) {
    return a.labels == b.labels ? a.annotations < b.annotations : a.labels < b.labels;
  }
};

/// Which alerts of a name fire at a time.
struct AlertCheck {
  config::Place place;
  Duration at{};  ///< since the start
  std::string name;
  std::vector<ExpectedAlert> expected;
};

struct ExpectedSample {
  Labels labels;
  double value = 0;
};

/// What an expression gives at a time.
struct QueryCheck {
  config::Place place;
  Duration at{};
  std::string text;
  promql::Expression expression;
  std::vector<ExpectedSample> expected;
};

struct InputSeries {
  Labels labels;
  Columns samples;
};

struct Scenario {
  std::string name;
  config::Place place;
  Timestamp start{};  ///< 1970 unless the file says otherwise
  std::vector<InputSeries> input;
  std::vector<AlertCheck> alerts;
  std::vector<QueryCheck> queries;
  Labels external_labels;
  std::string external_url;
};

struct ScenarioFile {
  std::vector<std::string> rule_patterns;  ///< seen from the file's own folder
  config::Place place;
  Duration evaluation_interval = 1min;
  std::vector<std::string> group_order;  ///< names; groups that it leaves out come after
  bool fuzzy_compare = false;            ///< values may differ in their last bits
  std::vector<Scenario> scenarios;
};

/// What is wrong goes to `diagnostics`.
ScenarioFile parse_scenario_file(const std::string& file, std::string_view text,
                                 config::Diagnostics& diagnostics);

}  // namespace lapwing::alerting
