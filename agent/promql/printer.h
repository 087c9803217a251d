// The normal form of a syntax tree, one line, as Prometheus prints it: what rules and
// format_query show. Parsing it gives the same tree again.
#pragma once

#include <string>

#include "agent/promql/ast.h"

namespace lapwing::promql {

void append_text(std::string& out, const Node& node);

}  // namespace lapwing::promql
