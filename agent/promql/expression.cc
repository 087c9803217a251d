#include "agent/promql/expression.h"

#include <fmt/core.h>

#include "agent/promql/parser.h"
#include "agent/promql/printer.h"
#include "agent/promql/repeated_parts.h"

namespace lapwing::promql {
namespace {

constexpr std::size_t kTextLimitBytes = 1u << 20;

Error error_of(const ParseFailure& failure, bool empty) {
  if (empty) return invalid("unknown position: parse error: " + failure.message);
  return invalid(fmt::format("{}:{}: parse error: {}", failure.position.line,
                             failure.position.column, failure.message));
}

void collect_selectors(const Node& node, std::vector<std::vector<Matcher>>& out) {
  struct Visitor {
    std::vector<std::vector<Matcher>>& found;
    void operator()(const NumberLiteral&) const {}
    void operator()(const StringLiteral&) const {}
    void operator()(const VectorSelector& selector) const { found.push_back(selector.matchers); }
    void operator()(const MatrixSelector& matrix) const {
      collect_selectors(*matrix.selector, found);
    }
    void operator()(const Subquery& subquery) const { collect_selectors(*subquery.inner, found); }
    void operator()(const Call& call) const {
      for (const NodePointer& argument : call.arguments) collect_selectors(*argument, found);
    }
    void operator()(const Unary& unary) const { collect_selectors(*unary.operand, found); }
    void operator()(const Paren& paren) const { collect_selectors(*paren.inner, found); }
    void operator()(const Binary& binary) const {
      collect_selectors(*binary.left, found);
      collect_selectors(*binary.right, found);
    }
    void operator()(const Aggregation& aggregation) const {
      if (aggregation.parameter) collect_selectors(*aggregation.parameter, found);
      collect_selectors(*aggregation.operand, found);
    }
  };
  std::visit(Visitor{out}, node.form);
}

}  // namespace

Expression::Expression(std::shared_ptr<const Node> root)
    : root_(std::move(root)), repeated_(RepeatedParts::find(*root_)) {}

Result<Expression> Expression::parse(std::string_view text) {
  if (text.size() > kTextLimitBytes) return invalid("1:1: parse error: expression is too long");
  try {
    return Expression(std::shared_ptr<const Node>(Parser(text).expression()));
  } catch (const ParseFailure& failure) {
    return error_of(failure, text.empty());
  }
}

ValueType Expression::type() const { return promql::type(*root_); }

std::string Expression::to_string() const {
  std::string out;
  append_text(out, *root_);
  return out;
}

std::vector<std::vector<Matcher>> Expression::selectors() const {
  std::vector<std::vector<Matcher>> found;
  collect_selectors(*root_, found);
  return found;
}

Result<std::vector<Matcher>> parse_selector(std::string_view text) {
  if (text.size() > kTextLimitBytes) return invalid("1:1: parse error: selector is too long");
  try {
    return Parser(text).selector().matchers;
  } catch (const ParseFailure& failure) {
    return error_of(failure, text.empty());
  }
}

}  // namespace lapwing::promql
