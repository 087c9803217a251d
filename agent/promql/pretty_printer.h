// A syntax tree over several lines, as Prometheus's format_query lays it out: what is longer than a
// hundred bytes is split at its operators, calls and parentheses, two blanks a level. Parsing the
// text gives the same tree again. Source of truth: a running Prometheus 3.5.
#pragma once

#include <string>

#include "agent/promql/ast.h"

namespace lapwing::promql {

/// Costs the text's length times the depth of the tree.
void append_pretty(std::string& out, const Node& node);

}  // namespace lapwing::promql
