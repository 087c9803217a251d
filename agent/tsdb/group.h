// A chunk on disk: the runs of up to 64 series of one period, in one compressed block.
// Source of truth: FORMAT.md, "Chunk".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/tsdb/compression.h"
#include "agent/tsdb/run.h"

namespace lapwing::tsdb {

inline constexpr std::uint32_t kGroupSeries = 64;

struct GroupSeries {
  std::uint32_t slot = 0;  ///< below kGroupSeries
  std::vector<std::shared_ptr<const Run>> runs;
};

/// The chunk's bytes. Times that series share are stored once.
Result<std::string> encode_group(const std::vector<GroupSeries>& series, Compressor& compressor);

/// A run read from a chunk.
struct StoredRun {
  std::shared_ptr<const std::vector<std::int64_t>> times;  ///< of all series that share them
  std::uint32_t first = 0;
  std::uint32_t count = 0;  ///< at least 1
  std::string values;

  std::size_t bytes() const { return sizeof(StoredRun) + values.capacity(); }
};
using StoredRuns = std::map<std::uint32_t, std::vector<StoredRun>>;  ///< by slot

RunView view(const StoredRun& run);

/// Adds the runs of the wanted slots to `out`. Corrupt when damaged: nothing was added.
Result<void> decode_group(std::string_view chunk, const std::set<std::uint32_t>& wanted,
                          StoredRuns& out);

}  // namespace lapwing::tsdb
