#include "alerting/notify/inhibit.h"

#include <algorithm>

namespace lapwing::alerting {

InhibitRule read_inhibit_rule(config::Mapping& map) {
  InhibitRule rule;
  map.string("name");  // A person's note; nothing shows it.
  rule.source = read_matchers(map, "source_");
  rule.target = read_matchers(map, "target_");
  rule.equal = map.strings("equal");
  return rule;
}

const Labels* inhibitor(std::span<const InhibitRule> rules, const Labels& labels,
                        std::span<const Labels> firing) {
  for (const InhibitRule& rule : rules) {
    if (!matches_all(rule.target, labels)) continue;
    const bool two_sided = matches_all(rule.source, labels);
    for (const Labels& source : firing) {
      if (!matches_all(rule.source, source)) continue;
      const bool equal = std::all_of(rule.equal.begin(), rule.equal.end(), [&](const auto& label) {
        return source.get(label) == labels.get(label);
      });
      if (equal && !(two_sided && matches_all(rule.target, source))) return &source;
    }
  }
  return nullptr;
}

}  // namespace lapwing::alerting
