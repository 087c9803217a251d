#include "alerting/rule_lint.h"

#include <algorithm>
#include <optional>
#include <set>

#include "agent/promql/ast.h"
#include "agent/promql/functions/table.h"

namespace lapwing::alerting {
namespace {

using promql::Node;

/// A rate over fewer is empty as soon as one scrape fails, and wrong when one is late.
constexpr int kLeastScrapes = 4;

template <typename Visit>
void visit_children(const Node& node, const Visit& visit) {
  const auto each = [&](const promql::NodePointer& child) {
    if (child) visit(*child);
  };
  if (const auto* matrix = std::get_if<promql::MatrixSelector>(&node.form)) each(matrix->selector);
  if (const auto* subquery = std::get_if<promql::Subquery>(&node.form)) each(subquery->inner);
  if (const auto* unary = std::get_if<promql::Unary>(&node.form)) each(unary->operand);
  if (const auto* paren = std::get_if<promql::Paren>(&node.form)) each(paren->inner);
  if (const auto* call = std::get_if<promql::Call>(&node.form))
    for (const auto& argument : call->arguments) each(argument);
  if (const auto* binary = std::get_if<promql::Binary>(&node.form)) {
    each(binary->left);
    each(binary->right);
  }
  if (const auto* aggregation = std::get_if<promql::Aggregation>(&node.form)) {
    each(aggregation->parameter);
    each(aggregation->operand);
  }
}

/// Ranges of selectors below `rate`, `increase` and `delta`, which need two samples or more.
void collect_rate_ranges(const Node& node, bool below_rate, std::vector<Duration>& ranges) {
  if (const auto* call = std::get_if<promql::Call>(&node.form)) {
    const std::string_view name = call->function->name;
    below_rate = name == "rate" || name == "increase" || name == "delta" || name == "deriv";
  }
  if (const auto* matrix = std::get_if<promql::MatrixSelector>(&node.form); matrix && below_rate)
    ranges.push_back(matrix->range);
  visit_children(node, [&](const Node& child) { collect_rate_ranges(child, below_rate, ranges); });
}

/// The labels that the result can have; nothing where that depends on the data.
std::optional<std::set<std::string>> result_labels(const Node& outer) {
  const Node& node = promql::without_parentheses(outer);
  if (const auto* aggregation = std::get_if<promql::Aggregation>(&node.form)) {
    using Kind = promql::AggregationKind;
    const Kind kind = aggregation->kind;
    const bool keeps_all = kind == Kind::Topk || kind == Kind::Bottomk || kind == Kind::Limitk ||
                           kind == Kind::LimitRatio;
    if (aggregation->without || keeps_all || kind == Kind::CountValues) return std::nullopt;
    return std::set<std::string>(aggregation->grouping.begin(), aggregation->grouping.end());
  }
  if (const auto* unary = std::get_if<promql::Unary>(&node.form))
    return result_labels(*unary->operand);
  const auto* binary = std::get_if<promql::Binary>(&node.form);
  if (binary == nullptr || binary->grouped) return std::nullopt;
  if (type(*binary->right) == promql::ValueType::Scalar) return result_labels(*binary->left);
  if (type(*binary->left) == promql::ValueType::Scalar) return result_labels(*binary->right);
  if (binary->op == promql::Operator::And || binary->op == promql::Operator::Unless)
    return result_labels(*binary->left);
  return std::nullopt;
}

/// The names behind `$labels.` and `.Labels.` in a template.
std::set<std::string> named_labels(std::string_view text) {
  std::set<std::string> names;
  for (const std::string_view mark : {"$labels.", ".Labels."})
    for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at)) {
      at += mark.size();
      std::size_t end = at;
      while (end < text.size() &&
             (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_'))
        ++end;
      if (end > at) names.emplace(text.substr(at, end - at));
    }
  return names;
}

bool has(const Rule::Texts& texts, std::string_view name) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const auto& item) { return item.first == name; });
}

class Linter {
 public:
  explicit Linter(const LintOptions& options) : options_(options) {}

  void look_at(const RuleGroup& group, const Rule& rule) {
    const auto find = [&](std::string message) {
      findings_.push_back({group.name, rule.name, std::move(message)});
    };
    std::vector<Duration> ranges;
    collect_rate_ranges(rule.expression.root(), false, ranges);
    for (const Duration range : ranges)
      if (range < kLeastScrapes * options_.scrape_interval)
        find("a rate over " + format_duration(range) + " holds fewer than " +
             std::to_string(kLeastScrapes) + " scrapes at " +
             format_duration(options_.scrape_interval) + ": one that fails leaves a gap");
    if (!seen_.insert(identity(rule)).second)
      find("stands twice, with the same labels: both write the same series");
    if (rule.kind != Rule::Kind::Alerting) return;
    if (!has(rule.labels, "severity")) find("has no label severity: routes cannot tell its weight");
    if (!has(rule.annotations, "summary"))
      find("has no annotation summary: a page will not say what is wrong");
    check_templates(rule, find);
  }

  std::vector<LintFinding> take() { return std::move(findings_); }

 private:
  static std::string identity(const Rule& rule) {
    std::string text = rule.name;
    for (const auto& [name, value] : rule.labels) text += "\n" + name + "=" + value.text();
    return text + "\n" + (rule.kind == Rule::Kind::Alerting ? rule.expression_text : "");
  }

  template <typename Find>
  void check_templates(const Rule& rule, const Find& find) {
    const auto labels = result_labels(rule.expression.root());
    if (!labels) return;
    for (const Rule::Texts* texts : {&rule.labels, &rule.annotations})
      for (const auto& [name, text] : *texts)
        for (const std::string& label : named_labels(text.text()))
          if (!labels->contains(label))
            find(name + " names the label " + label + ", which the expression aggregates away");
  }

  const LintOptions& options_;
  std::set<std::string> seen_;
  std::vector<LintFinding> findings_;
};

}  // namespace

std::vector<LintFinding> lint_rules(const std::vector<RuleGroup>& groups,
                                    const LintOptions& options) {
  Linter linter(options);
  for (const RuleGroup& group : groups)
    for (const Rule& rule : group.rules) linter.look_at(group, rule);
  return linter.take();
}

}  // namespace lapwing::alerting
