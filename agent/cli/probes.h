// What on this host could be probed, as entries for the configuration: `check config --probes`.
#pragma once

#include <string>
#include <vector>

#include "agent/model/probe_suggestion.h"

namespace lapwing::cli {

/// A list under `probes`, one entry a module with its targets, to paste into the configuration; a
/// sentence when there is nothing to suggest. Targets and programs come from the kernel's tables.
std::string suggestions_text(const std::vector<ProbeSuggestion>& suggestions);

}  // namespace lapwing::cli
