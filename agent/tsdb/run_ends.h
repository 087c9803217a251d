// What a rate needs of a run's samples, without decoding those between its ends.
#pragma once

#include "agent/model/range_ends.h"
#include "agent/model/series_source.h"
#include "agent/tsdb/run.h"

namespace lapwing::tsdb {

/// Adds the run's samples within the range, which are behind those that `out` has. False when the
/// run has to be decoded for it, is damaged, or has a NaN there: `out` means nothing then.
bool add_ends(const RunView& run, TimeRange range, RangeEnds& out);

}  // namespace lapwing::tsdb
