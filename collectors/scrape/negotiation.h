// Which exposition formats a target is asked for, and which one it answers in. Source of truth:
// Prometheus 3.5's scraper.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "collectors/scrape/job.h"

namespace lapwing::collectors::scrape {

enum class PageFormat : std::uint8_t { Text, OpenMetrics };

/// The Accept header for these protocols, best first.
std::string accept_header(std::span<const Protocol> protocols, NameEscaping escaping);

/// The format of an answer with this Content-Type. Without one that is known, the fallback's;
/// Invalid, with the reason, when there is no fallback either.
Result<PageFormat> page_format(std::string_view content_type, std::optional<Protocol> fallback);

}  // namespace lapwing::collectors::scrape
