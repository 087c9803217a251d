// Parser of Go's template language: text → tree. What rules and notifications have no use for
// (complex numbers, call of function values) is not part of it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "alerting/template/functions.h"
#include "alerting/template/node.h"

namespace lapwing::alerting {

/// Actions may nest this deep.
inline constexpr int kTemplateDepthLimit = 64;

/// `variables`: names (without $) that exist before the first action. Invalid with Go's form of
/// message ("undefined variable \"$x\"", "function \"x\" not defined", …), line in front.
Result<TemplateTree> parse_template(std::string_view text,
                                    std::span<const std::string_view> variables,
                                    TemplateDialect dialect = TemplateDialect::Rule);

}  // namespace lapwing::alerting
