// Reads Prometheus's rule files (prometheus.io/docs/prometheus/latest/configuration/
// recording_rules), strictly: an unknown key, a wrong expression or template is an error with
// its file and line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/config/mapping.h"
#include "alerting/rule.h"

namespace lapwing::alerting {

/// What a group has when the file does not say.
struct RuleDefaults {
  Duration interval = 1min;  ///< global.evaluation_interval
  Duration query_offset{};   ///< global.rule_query_offset
};

/// Reads one file's text; what is wrong goes to `diagnostics`, and the groups that are sound are
/// given back.
std::vector<RuleGroup> parse_rule_file(const std::string& file, std::string_view text,
                                       const RuleDefaults& defaults,
                                       config::Diagnostics& diagnostics);

/// Reads every file that the patterns name (`*`, `?`, `[…]` in any segment). A pattern without
/// these characters must name a file; one with them may find none. `place` is where messages
/// about missing files point.
std::vector<RuleGroup> load_rule_files(const std::vector<std::string>& patterns,
                                       const RuleDefaults& defaults, const config::Place& place,
                                       config::Diagnostics& diagnostics);

}  // namespace lapwing::alerting
