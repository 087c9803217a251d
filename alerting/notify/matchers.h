// Alertmanager's matchers: `severity=~"page|critical"`, `foo = bar`, `{a="b", c!~"d"}`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/config/mapping.h"
#include "agent/model/matcher.h"

namespace lapwing::alerting {

using Matchers = std::vector<Matcher>;

/// One or more matchers, braces optional. Names and values may be quoted (then with \", \\ and
/// \n) or bare. What this syntax refuses is tried as the classic one. Invalid with the reason.
Result<Matchers> parse_matchers(std::string_view text);

/// One, as the filters of Alertmanager's API take them: without braces.
Result<Matcher> parse_matcher(std::string_view text);

/// Reads `prefix`matchers, `prefix`match and `prefix`match_re of a section into one sorted list.
Matchers read_matchers(config::Mapping& map, const std::string& prefix = {});

bool matches_all(const Matchers& matchers, const Labels& labels);

/// `{a="b",c=~"d"}`: part of a group's key.
std::string matchers_text(const Matchers& matchers);

}  // namespace lapwing::alerting
