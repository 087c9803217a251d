// Functions on query results: query, first, label, value, strvalue, sortByLabel.
#include <algorithm>

#include "alerting/template/functions.h"

namespace lapwing::alerting {
namespace {

using Environment = TemplateEnvironment;
using Kind = TemplateValue::Kind;

/// More results than this are left out of a template's list.
constexpr std::size_t kResultLimit = 10'000;

constexpr TemplateType kQueryResult{"template.queryResult"};

Result<TemplateValue> query(const Environment& environment, TemplateArguments arguments) {
  if (const auto text = template_text(arguments[0]); !text) return text.error();
  if (!environment.query) return invalid("error calling query: there is no source for queries");
  const auto vector = environment.query(arguments[0].as_string());
  if (!vector) return Error(vector.error()).in("error calling query");
  TemplateValue::List items;
  for (const promql::VectorSample& sample : *vector) {
    if (items.size() == kResultLimit) break;
    items.push_back(TemplateValue::from(sample));
  }
  return TemplateValue::list(std::move(items)).as(kQueryResult);
}

Result<TemplateValue> first(const Environment&, TemplateArguments arguments) {
  if (arguments[0].kind() != Kind::List)
    return invalid("wrong type for value; expected template.queryResult; got " +
                   std::string(arguments[0].type_name()));
  if (arguments[0].items().empty())
    return invalid("error calling first: first() called on vector with no elements");
  return arguments[0].items().front();
}

/// The member of a sample, or an error when the value is no sample.
Result<TemplateValue> member(const TemplateValue& value, std::string_view name) {
  if (const TemplateValue* found = value.find(name); found != nullptr) return *found;
  return invalid("wrong type for value; expected *template.sample; got " +
                 std::string(value.type_name()));
}

Result<TemplateValue> label_of(const TemplateValue& sample, std::string_view name) {
  auto labels = member(sample, "Labels");
  if (!labels) return labels;
  const TemplateValue* found = labels->find(name);
  return found != nullptr ? *found : TemplateValue::string("");
}

Result<TemplateValue> label(const Environment&, TemplateArguments arguments) {
  return label_of(arguments[1], arguments[0].as_string());
}

Result<TemplateValue> value(const Environment&, TemplateArguments arguments) {
  return member(arguments[0], "Value");
}

Result<TemplateValue> strvalue(const Environment&, TemplateArguments arguments) {
  return label_of(arguments[0], "__value__");
}

Result<TemplateValue> sort_by_label(const Environment&, TemplateArguments arguments) {
  if (arguments[0].kind() != Kind::String || arguments[1].kind() != Kind::List)
    return invalid("wrong type for value; expected a label's name and a query's result");
  std::vector<std::pair<std::string, TemplateValue>> keyed;
  for (const TemplateValue& item : arguments[1].items()) {
    const auto key = label_of(item, arguments[0].as_string());
    if (!key) return key;
    keyed.emplace_back(key->as_string(), item);
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  TemplateValue::List items;
  for (auto& [key, item] : keyed) items.push_back(std::move(item));
  return TemplateValue::list(std::move(items)).as(kQueryResult);
}

constexpr TemplateFunctionEntry kFunctions[] = {
    {"query", 1, 1, query}, {"first", 1, 1, first},       {"label", 2, 2, label},
    {"value", 1, 1, value}, {"strvalue", 1, 1, strvalue}, {"sortByLabel", 2, 2, sort_by_label},
};

}  // namespace

std::span<const TemplateFunctionEntry> query_functions() { return kFunctions; }

}  // namespace lapwing::alerting
