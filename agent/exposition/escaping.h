// Names that are not [a-zA-Z_:][a-zA-Z0-9_:]*, for scrapers that know no others: Prometheus's
// "Escaping schemes" page.
#pragma once

#include <string>
#include <string_view>

#include "agent/exposition/format.h"

namespace lapwing::exposition {

/// A metric's or label's name as the scheme writes it; legacy names and AllowUtf8 change nothing.
std::string escape_name(std::string_view name, Escaping escaping);

/// Whether a series' text (SnapshotLayout::series) may hold a quoted name. Never wrong when it
/// says no; a yes costs the caller a call of append_escaped_series.
bool may_hold_quoted_name(std::string_view series);

/// Appends the series' text with every quoted name escaped; `escaping` is not AllowUtf8. A text
/// that is no series is appended as it is.
void append_escaped_series(std::string& out, std::string_view series, Escaping escaping);

}  // namespace lapwing::exposition
