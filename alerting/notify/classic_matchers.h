// Alertmanager's classic syntax of matchers, from before UTF-8 names: `foo=bar baz`, `a=~b{2}`.
// What the newer syntax refuses is tried as this, as Alertmanager does by default.
#pragma once

#include <string_view>

#include "alerting/notify/matchers.h"

namespace lapwing::alerting {

/// One or more, separated by commas, braces optional. A value goes on to the comma, blanks and all;
/// one in quotes has the escapes \", \\ and \n. Invalid with the reason.
Result<Matchers> parse_classic_matchers(std::string_view text);
/// Exactly one: a comma is part of its value.
Result<Matcher> parse_classic_matcher(std::string_view text);

}  // namespace lapwing::alerting
