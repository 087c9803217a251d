// Rules as they are written in Prometheus's rule files; immutable once read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/time.h"
#include "agent/promql/expression.h"
#include "alerting/condition.h"
#include "alerting/template/template.h"

namespace lapwing::alerting {

struct AlertPolicy;

struct Rule {
  enum class Kind { Alerting, Recording };
  using Texts = std::vector<std::pair<std::string, Template>>;

  Kind kind = Kind::Alerting;
  std::string name;  ///< of the alert, or of the recorded metric
  promql::Expression expression;
  std::string expression_text;  ///< as the API and links show it: Prometheus's normal form
  Duration hold_for{};          ///< `for`
  Duration keep_firing_for{};
  Texts labels;  ///< the group's labels too, where the rule does not set them
  Texts annotations;
  Condition condition;                        ///< of an alerting rule
  std::shared_ptr<const AlertPolicy> policy;  ///< null: as Prometheus

  /// What makes it the same rule after a reload: kind, name, expression, labels, position apart.
  std::string identity() const;
};

struct RuleGroup {
  std::string name;
  std::string file;
  Duration interval{};
  Duration query_offset{};
  std::uint64_t limit = 0;  ///< results a rule may have; 0: any number
  std::vector<Rule> rules;

  /// "file;name": unique among all groups.
  std::string identity() const { return file + ";" + name; }
};

}  // namespace lapwing::alerting
