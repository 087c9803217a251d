#include "alerting/notify/inhibit.h"

namespace lapwing::alerting {

namespace {

std::string equal_values(const InhibitRule& rule, const Labels& labels) {
  std::string values;
  for (const std::string& label : rule.equal) values.append(labels.get(label)).append(1, '\xff');
  return values;
}

}  // namespace

InhibitRule read_inhibit_rule(config::Mapping& map) {
  InhibitRule rule;
  map.string("name");  // A person's note; nothing shows it.
  rule.source = read_matchers(map, "source_");
  rule.target = read_matchers(map, "target_");
  rule.equal = map.strings("equal");
  return rule;
}

void Inhibition::add(const Labels& labels) {
  const Labels* kept = nullptr;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (!matches_all(rules_[i].source, labels)) continue;
    if (kept == nullptr) kept = &firing_.emplace_back(labels);
    Sources& sources = sources_[i][equal_values(rules_[i], labels)];
    if (sources.any == nullptr) sources.any = kept;
    if (sources.one_sided == nullptr && !matches_all(rules_[i].target, labels))
      sources.one_sided = kept;
  }
}

const Labels* Inhibition::source_of(const Labels& labels) const {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (sources_[i].empty() || !matches_all(rules_[i].target, labels)) continue;
    const auto found = sources_[i].find(equal_values(rules_[i], labels));
    if (found == sources_[i].end()) continue;
    const bool two_sided = matches_all(rules_[i].source, labels);
    const Labels* source = two_sided ? found->second.one_sided : found->second.any;
    if (source != nullptr) return source;
  }
  return nullptr;
}

}  // namespace lapwing::alerting
