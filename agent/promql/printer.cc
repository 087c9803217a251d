#include "agent/promql/printer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "agent/base/number.h"
#include "agent/base/time.h"
#include "agent/promql/functions/table.h"
#include "agent/promql/lexer.h"

namespace lapwing::promql {
namespace {

void append_number(std::string& out, const NumberLiteral& literal) {
  if (literal.written_as_duration) {
    if (literal.value < 0) out += '-';
    out += format_duration(Duration(std::llround(std::fabs(literal.value) * 1000)));
  } else if (std::isnan(literal.value)) {
    out += "NaN";
  } else if (std::isinf(literal.value)) {
    out += literal.value > 0 ? "+Inf" : "-Inf";
  } else {
    append_plain(out, literal.value);
  }
}

std::string label_text(const std::string& label) {
  return is_legacy_label_name(label) ? label : quote(label);
}

void append_labels(std::string& out, const std::vector<std::string>& labels) {
  out += '(';
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i != 0) out += ", ";
    out += label_text(labels[i]);
  }
  out += ')';
}

std::string duration_text(Duration duration, const std::string& calculated) {
  return calculated.empty() ? format_duration(duration) : calculated;
}

void append_modifiers(std::string& out, const AtModifier& at, Duration offset,
                      const std::string& calculated) {
  switch (at.kind) {
    case AtModifier::Kind::None:
      break;
    case AtModifier::Kind::Time:
      out += fmt::format(" @ {:.3f}", to_seconds(at.time));
      break;
    case AtModifier::Kind::Start:
      out += " @ start()";
      break;
    case AtModifier::Kind::End:
      out += " @ end()";
      break;
  }
  if (!calculated.empty())
    out += " offset " + calculated;
  else if (offset > Duration(0))
    out += " offset " + format_duration(offset);
  else if (offset < Duration(0))
    out += " offset -" + format_duration(-offset);
}

void append_selector(std::string& out, const VectorSelector& node) {
  std::vector<std::string> texts;
  for (const Matcher& matcher : node.matchers) {
    if (!node.name.empty() && matcher.label() == kMetricName) continue;
    texts.push_back(fmt::format("{}{}{}", label_text(matcher.label()), name(matcher.kind()),
                                quote(matcher.value())));
  }
  std::sort(texts.begin(), texts.end());
  out += node.name;
  if (texts.empty()) return;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    out += i == 0 ? '{' : ',';
    out += texts[i];
  }
  out += '}';
}

void append_matching(std::string& out, const Binary& node) {
  const VectorMatching& matching = node.matching;
  if (matching.labels.empty() && !matching.on && !node.grouped) return;
  // Allowed beside a scalar, but without meaning there.
  if (type(*node.left) != ValueType::Vector || type(*node.right) != ValueType::Vector) return;
  out += matching.on ? " on " : " ignoring ";
  append_labels(out, matching.labels);
  if (!node.grouped) return;
  const bool left = matching.cardinality == VectorMatching::Cardinality::ManyToOne;
  out += left ? " group_left " : " group_right ";
  append_labels(out, matching.include);
}

struct Printer {
  std::string& out;

  void operator()(const NumberLiteral& node) const { append_number(out, node); }
  void operator()(const StringLiteral& node) const { out += quote(node.text); }
  void operator()(const VectorSelector& node) const {
    append_selector(out, node);
    append_modifiers(out, node.at, node.offset, node.offset_text);
  }
  void operator()(const MatrixSelector& node) const {
    const auto& selector = std::get<VectorSelector>(node.selector->form);
    append_selector(out, selector);
    out += fmt::format("[{}]", duration_text(node.range, node.range_text));
    append_modifiers(out, selector.at, selector.offset, selector.offset_text);
  }
  void operator()(const Subquery& node) const {
    append_text(out, *node.inner);
    out += fmt::format("[{}:", duration_text(node.range, node.range_text));
    if (node.step != Duration(0)) out += duration_text(node.step, node.step_text);
    out += ']';
    append_modifiers(out, node.at, node.offset, node.offset_text);
  }
  void operator()(const Call& node) const {
    out += node.function->name;
    out += '(';
    for (std::size_t i = 0; i < node.arguments.size(); ++i) {
      if (i != 0) out += ", ";
      append_text(out, *node.arguments[i]);
    }
    out += ')';
  }
  void operator()(const Unary& node) const {
    out += node.negative ? '-' : '+';
    append_text(out, *node.operand);
  }
  void operator()(const Paren& node) const {
    out += '(';
    append_text(out, *node.inner);
    out += ')';
  }
  void operator()(const Binary& node) const {
    const auto* base = std::get_if<NumberLiteral>(&node.left->form);
    // With a sign the number would be read as the sign of the whole power.
    if (node.op == Operator::Power && base != nullptr && std::isinf(base->value))
      out += "Inf";
    else
      append_text(out, *node.left);
    out += ' ';
    out += name(node.op);
    if (node.return_bool) out += " bool";
    append_matching(out, node);
    out += ' ';
    append_text(out, *node.right);
  }
  void operator()(const Aggregation& node) const {
    out += name(node.kind);
    if (node.without || !node.grouping.empty()) {
      out += node.without ? " without " : " by ";
      append_labels(out, node.grouping);
      out += ' ';
    }
    out += '(';
    if (node.parameter != nullptr) {
      append_text(out, *node.parameter);
      out += ", ";
    }
    append_text(out, *node.operand);
    out += ')';
  }
};

}  // namespace

void append_text(std::string& out, const Node& node) { std::visit(Printer{out}, node.form); }

}  // namespace lapwing::promql
