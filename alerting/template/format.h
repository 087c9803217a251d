// Go's fmt.Sprintf, as far as templates use it (pkg.go.dev/fmt).
#pragma once

#include <string>
#include <string_view>

#include "alerting/template/functions.h"

namespace lapwing::alerting {

/// Verbs v s q d x X o b c t e E f F g G %, flags + - # 0 and blank, width and precision (up to
/// 1,000), also by `*`. A wrong verb prints as Go's "%!d(string=x)".
std::string go_format(std::string_view format, TemplateArguments arguments);

/// Go's strconv.Quote.
std::string go_quote(std::string_view text);

}  // namespace lapwing::alerting
