// In which order a flush writes runs: by period, then by group, so that each chunk is made once and
// ids in a file rise. A flat list: a flush of 200,000 series has half a million runs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "agent/base/result.h"
#include "agent/tsdb/chunk_file.h"
#include "agent/tsdb/head.h"

namespace lapwing::tsdb {

struct PlacedRun {
  std::uint32_t period = 0;  ///< since 1970
  std::uint32_t number = 0;  ///< of the series in the file
  std::uint32_t series = 0;  ///< place in the flush
  std::uint32_t run = 0;     ///< of that series
};

/// `numbers`: those of the series in the file. Runs of a series stay in their order within a
/// period.
std::vector<PlacedRun> in_file_order(const std::vector<Sealed*>& series,
                                     std::span<const std::uint32_t> numbers, Duration period);

/// Calls `write(start, group, runs)` for each chunk's runs, in order; ends at the first error.
template <typename Write>
Result<void> each_chunk(std::span<const PlacedRun> runs, Duration period, Write write) {
  while (!runs.empty()) {
    const PlacedRun first = runs.front();
    const auto other = std::ranges::find_if(runs, [&](const PlacedRun& run) {
      return run.period != first.period || group_of(run.number) != group_of(first.number);
    });
    const auto count = std::size_t(other - runs.begin());
    if (Result<void> done = write(from_millis(0) + first.period * period, group_of(first.number),
                                  runs.first(count));
        !done)
      return done;
    runs = runs.subspan(count);
  }
  return {};
}

}  // namespace lapwing::tsdb
