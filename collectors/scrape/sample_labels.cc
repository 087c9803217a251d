#include "collectors/scrape/sample_labels.h"

#include <algorithm>

#include "agent/base/utf8.h"

namespace lapwing::collectors::scrape {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;
constexpr std::string_view kExported = "exported_";

const std::string* find_value(const Pairs& labels, std::string_view name) {
  for (const auto& [key, value] : labels)
    if (key == name) return &value;
  return nullptr;
}

const std::string* name_that_stands_twice(const Pairs& labels) {
  for (std::size_t i = 1; i < labels.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (labels[i].first == labels[j].first) return &labels[i].first;
  return nullptr;
}

Labels labels_of(const Pairs& pairs) {
  std::vector<Label> views;
  views.reserve(pairs.size());
  for (const auto& [name, value] : pairs) views.push_back({name, value});
  return Labels::from(std::move(views));
}

}  // namespace

Result<std::optional<Labels>> SampleLabels::make(Pairs& labels) {
  const std::string* const twice = name_that_stands_twice(labels);
  const std::string doubled = twice == nullptr ? "" : *twice;
  add_target_labels(labels);
  Labels made = labels_of(labels);
  if (!options_.relabel_rules.empty()) {
    LabelsBuilder builder(made);
    if (!relabel(options_.relabel_rules, builder)) return std::optional<Labels>();
    made = builder.build();
    if (made.empty()) return std::optional<Labels>();
  }
  if (twice != nullptr)
    return invalid(made.to_string() + ": label name \"" + doubled + "\" is not unique");
  if (Result<void> sound = check_names(made); !sound) return std::move(sound).error();
  if (Result<void> within = check_limits(made); !within) return std::move(within).error();
  return std::optional<Labels>(std::move(made));
}

void SampleLabels::add_target_labels(Pairs& labels) const {
  const std::size_t own = labels.size();
  for (const Label target : options_.target_labels) {
    const std::string* const exposed = find_value(labels, target.name);
    if (exposed == nullptr) {
      labels.emplace_back(target.name, target.value);
      continue;
    }
    // An honoured label that is empty says: leave the target's label out.
    if (options_.honor_labels) continue;
    if (!exposed->empty()) {
      std::string renamed(kExported);
      renamed += target.name;
      const std::string kept = *exposed;
      while (find_value(labels, renamed) != nullptr || options_.target_labels.has(renamed))
        renamed.insert(0, kExported);
      labels.emplace_back(std::move(renamed), kept);
    }
    for (std::size_t i = 0; i < own; ++i)
      if (labels[i].first == target.name) labels[i].second = target.value;
  }
}

Result<void> SampleLabels::check_names(const Labels& labels) const {
  const std::string_view metric = labels.metric_name();
  if (metric.empty())
    return invalid("missing metric name (__name__ label) in " + labels.to_string());
  const bool legacy = options_.name_validation == NameValidation::Legacy;
  bool sound = legacy ? is_legacy_metric_name(metric) : is_utf8(metric);
  for (const Label label : labels)
    sound = sound && (legacy ? is_legacy_label_name(label.name)
                             : !label.name.empty() && is_utf8(label.name));
  if (sound) return {};
  return invalid("invalid metric name or label names: " + labels.to_string());
}

Result<void> SampleLabels::check_limits(const Labels& labels) {
  const Limits& limits = options_.limits;
  const auto passed = [&](const std::string& what, std::uint64_t limit) {
    ++limit_hits_;
    return invalid(labels.to_string() + ": " + what + std::to_string(limit));
  };
  if (limits.labels > 0 && labels.size() > limits.labels)
    return passed(std::to_string(labels.size()) + " labels are more than label_limit ",
                  limits.labels);
  if (limits.label_name_length == 0 && limits.label_value_length == 0) return {};
  for (const Label label : labels) {
    if (limits.label_name_length > 0 && label.name.size() > limits.label_name_length)
      return passed(
          "label name \"" + std::string(label.name) + "\" is longer than label_name_length_limit ",
          limits.label_name_length);
    if (limits.label_value_length > 0 && label.value.size() > limits.label_value_length)
      return passed("the value of label \"" + std::string(label.name) +
                        "\" is longer than label_value_length_limit ",
                    limits.label_value_length);
  }
  return {};
}

}  // namespace lapwing::collectors::scrape
