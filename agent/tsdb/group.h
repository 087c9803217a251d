// A chunk on disk: up to 128 series of one period as dense columns in one compressed block, where a
// series may be written as its difference from another. Source of truth: FORMAT.md, "Chunk".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/tsdb/compression.h"
#include "agent/tsdb/dense_column.h"
#include "agent/tsdb/run.h"

namespace lapwing::tsdb {

inline constexpr std::uint32_t kGroupSeries = 128;

struct GroupSeries {
  std::uint32_t slot = 0;  ///< below kGroupSeries
  std::vector<std::shared_ptr<const Run>> runs;
};

/// The bytes of the group's chunks: one, or several where it holds very many samples. Runs of a
/// series are merged; times that series share are stored once.
Result<std::vector<std::string>> encode_group(const std::vector<GroupSeries>& series,
                                              Compressor& compressor);

/// A chunk in memory: decompressed, its directory read. Series decode on demand. Immutable.
class GroupChunk {
 public:
  using Times = std::shared_ptr<const std::vector<std::int64_t>>;
  struct Part {
    std::uint32_t slot = 0;
    std::uint32_t column = 0;
    std::uint32_t first = 0;   ///< index of the first sample in the column of times
    std::uint32_t count = 0;   ///< at least 1
    std::uint32_t weight = 1;  ///< columns that decoding it touches
    DenseView values;
  };

  /// Corrupt when damaged.
  static Result<std::shared_ptr<const GroupChunk>> open(std::string_view chunk);

  std::span<const Part> parts() const { return parts_; }
  /// As many as part.count.
  std::span<const std::int64_t> times(const Part& part) const {
    return std::span(times_[part.column]).subspan(part.first, part.count);
  }
  /// What it occupies, about.
  std::size_t bytes() const { return bytes_; }

 private:
  GroupChunk() = default;
  bool parse();
  struct TimesColumn {
    std::size_t count = 0;
    DenseView view;
  };
  bool read_counts(ByteReader& in, std::vector<TimesColumn>& columns);
  bool read_parts(ByteReader& in, const std::vector<TimesColumn>& columns);
  bool link(std::size_t place);
  bool find_bodies(ByteReader& in, std::vector<TimesColumn>& columns);
  bool decode_times(const std::vector<TimesColumn>& columns);

  std::string content_;
  std::vector<std::vector<std::int64_t>> times_;
  std::vector<Part> parts_;
  std::size_t bytes_ = 0;
};

/// A series' samples in a chunk.
struct StoredRun {
  std::shared_ptr<const GroupChunk> chunk;
  const GroupChunk::Part* part = nullptr;

  std::size_t bytes() const { return sizeof(StoredRun); }  ///< without the chunk
};
using StoredRuns = std::map<std::uint32_t, std::vector<StoredRun>>;  ///< by slot

RunView view(const StoredRun& run);

/// Adds the runs of the wanted slots to `out`. Corrupt when damaged: nothing was added.
Result<void> decode_group(std::string_view chunk, const std::set<std::uint32_t>& wanted,
                          StoredRuns& out);

}  // namespace lapwing::tsdb
