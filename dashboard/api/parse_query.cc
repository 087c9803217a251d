// parse_query: the syntax tree of an expression as JSON, for editors that show it. Members and
// their order are those of a running Prometheus 3.5.
#include <cmath>
#include <string_view>
#include <variant>

#include "agent/base/number.h"
#include "agent/promql/ast.h"
#include "agent/promql/functions/table.h"
#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"
#include "dashboard/api/parameters.h"

namespace lapwing::dashboard::api {
namespace {

void write_node(JsonWriter& json, const promql::Node& node);

void write_names(JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.key(key).begin_array();
  for (const std::string& name : names) json.string(name);
  json.end_array();
}

void write_matcher(JsonWriter& json, const Matcher& matcher) {
  json.begin_object();
  json.key("name").string(matcher.label());
  json.key("type").string(name(matcher.kind()));
  json.key("value").string(matcher.value());
  json.end_object();
}

/// The name that stands before the braces comes last, as Prometheus adds it last.
void write_matchers(JsonWriter& json, const promql::VectorSelector& selector) {
  const auto is_name = [&](const Matcher& matcher) {
    return !selector.name.empty() && matcher.label() == kMetricName;
  };
  json.key("matchers").begin_array();
  for (const Matcher& matcher : selector.matchers)
    if (!is_name(matcher)) write_matcher(json, matcher);
  for (const Matcher& matcher : selector.matchers)
    if (is_name(matcher)) write_matcher(json, matcher);
  json.end_array();
  json.key("name").string(selector.name);
}

void write_start_or_end(JsonWriter& json, const promql::AtModifier& at) {
  using Kind = promql::AtModifier::Kind;
  json.key("startOrEnd");
  if (at.kind == Kind::Start)
    json.string("start");
  else if (at.kind == Kind::End)
    json.string("end");
  else
    json.null();
}

void write_timestamp(JsonWriter& json, const promql::AtModifier& at) {
  json.key("timestamp");
  if (at.kind == promql::AtModifier::Kind::Time)
    json.integer(to_millis(at.time));
  else
    json.null();
}

std::string_view words(promql::VectorMatching::Cardinality cardinality) {
  using Cardinality = promql::VectorMatching::Cardinality;
  switch (cardinality) {
    case Cardinality::ManyToOne:
      return "many-to-one";
    case Cardinality::OneToMany:
      return "one-to-many";
    case Cardinality::ManyToMany:
      return "many-to-many";
    case Cardinality::OneToOne:
      break;
  }
  return "one-to-one";
}

/// Writes the members of one form, from the first to "type".
struct FormWriter {
  JsonWriter& json;

  void operator()(const promql::NumberLiteral& literal) const {
    std::string text;
    if (std::isfinite(literal.value))
      append_plain(text, literal.value);
    else
      append_value(text, literal.value);
    json.key("type").string("numberLiteral");
    json.key("val").string(text);
  }
  void operator()(const promql::StringLiteral& literal) const {
    json.key("type").string("stringLiteral");
    json.key("val").string(literal.text);
  }
  void operator()(const promql::VectorSelector& selector) const {
    write_matchers(json, selector);
    json.key("offset").integer(selector.offset.count());
    write_start_or_end(json, selector.at);
    write_timestamp(json, selector.at);
    json.key("type").string("vectorSelector");
  }
  void operator()(const promql::MatrixSelector& matrix) const {
    const auto& selector = std::get<promql::VectorSelector>(matrix.selector->form);
    write_matchers(json, selector);
    json.key("offset").integer(selector.offset.count());
    json.key("range").integer(matrix.range.count());
    write_start_or_end(json, selector.at);
    write_timestamp(json, selector.at);
    json.key("type").string("matrixSelector");
  }
  void operator()(const promql::Subquery& subquery) const {
    child("expr", subquery.inner);
    json.key("offset").integer(subquery.offset.count());
    json.key("range").integer(subquery.range.count());
    write_start_or_end(json, subquery.at);
    json.key("step").integer(subquery.step.count());
    write_timestamp(json, subquery.at);
    json.key("type").string("subquery");
  }
  void operator()(const promql::Call& call) const {
    json.key("args").begin_array();
    for (const promql::NodePointer& argument : call.arguments) write_node(json, *argument);
    json.end_array();
    const promql::Function& function = *call.function;
    json.key("func").begin_object();
    json.key("argTypes").begin_array();
    for (std::size_t i = 0; i < function.arguments.size(); ++i)
      json.string(promql::name(function.arguments[i]));
    json.end_array();
    json.key("name").string(function.name);
    json.key("returnType").string(promql::name(function.returns));
    json.key("variadic").integer(function.variadic);
    json.end_object();
    json.key("type").string("call");
  }
  void operator()(const promql::Unary& unary) const {
    child("expr", unary.operand);
    json.key("op").string(unary.negative ? "-" : "+");
    json.key("type").string("unaryExpr");
  }
  void operator()(const promql::Paren& paren) const {
    child("expr", paren.inner);
    json.key("type").string("parenExpr");
  }
  void operator()(const promql::Binary& binary) const {
    json.key("bool").boolean(binary.return_bool);
    child("lhs", binary.left);
    json.key("matching");
    const bool between_vectors = promql::type(*binary.left) == promql::ValueType::Vector &&
                                 promql::type(*binary.right) == promql::ValueType::Vector;
    if (between_vectors) {
      json.begin_object();
      json.key("card").string(words(binary.matching.cardinality));
      write_names(json, "include", binary.matching.include);
      write_names(json, "labels", binary.matching.labels);
      json.key("on").boolean(binary.matching.on);
      json.end_object();
    } else {
      json.null();
    }
    json.key("op").string(promql::name(binary.op));
    child("rhs", binary.right);
    json.key("type").string("binaryExpr");
  }
  void operator()(const promql::Aggregation& aggregation) const {
    child("expr", aggregation.operand);
    write_names(json, "grouping", aggregation.grouping);
    json.key("op").string(promql::name(aggregation.kind));
    child("param", aggregation.parameter);
    json.key("type").string("aggregation");
    json.key("without").boolean(aggregation.without);
  }

 private:
  void child(std::string_view key, const promql::NodePointer& node) const {
    json.key(key);
    if (node == nullptr)
      json.null();
    else
      write_node(json, *node);
  }
};

void write_node(JsonWriter& json, const promql::Node& node) {
  json.begin_object();
  std::visit(FormWriter{json}, node.form);
  json.end_object();
}

}  // namespace

http::Response parse_query(const Dependencies&, const http::Request& request) {
  const Result<promql::Expression> expression = query_parameter(request);
  if (!expression) return failure(ErrorType::BadData, expression.error().message);
  Success success;
  write_node(success.json(), expression->root());
  return std::move(success).response();
}

}  // namespace lapwing::dashboard::api
