// The page of GET /metrics from the newest batches, in the text format 0.0.4 or OpenMetrics 1.0.
// Sources: Prometheus's "Exposition formats" page, the OpenMetrics 1.0 text format. Left out:
// timestamps, units, exemplars, "_created".
#pragma once

#include <memory>
#include <span>
#include <string>

#include "agent/exposition/format.h"
#include "agent/model/snapshot.h"

namespace lapwing::exposition {

/// Families of all snapshots grouped by name and sorted by it, each once; type and help are those
/// of the first snapshot that has the family. Snapshots that are shown no more (is_shown), stale
/// markers and snapshots whose values do not fit their layout are left out. Pure; any thread.
std::string render(std::span<const std::shared_ptr<const SourceSnapshot>> snapshots, Timestamp now,
                   Format format);

}  // namespace lapwing::exposition
