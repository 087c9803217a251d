// A chunk on disk: up to 128 series of one period as dense columns in one compressed block, where a
// series may be written as its difference from another. Source of truth: FORMAT.md, "Chunk".
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
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

/// Some slots of a group.
using Slots = std::bitset<kGroupSeries>;
inline Slots all_slots() { return Slots().set(); }
inline Slots only_slot(std::uint32_t slot) { return Slots().set(slot); }

/// What was asked for of a chunk, in memory: decompressed, its directory read (chunk_reader.h).
/// Series decode on demand. Immutable.
class GroupChunk {
 public:
  using Times = std::shared_ptr<const std::vector<std::int64_t>>;
  static constexpr std::uint16_t kNoPart = 0xffff;
  struct Part {
    std::uint8_t slot = 0;
    std::uint8_t weight = 1;              ///< columns that decoding it touches
    std::uint16_t next = kNoPart;         ///< the next part of this slot
    std::uint32_t count = 0;              ///< at least 1
    const std::int64_t* times = nullptr;  ///< as many as count
    DenseView values;
  };

  /// Those of the slots asked for and those that they refer to.
  std::span<const Part> parts() const { return parts_; }
  static std::span<const std::int64_t> times(const Part& part) { return {part.times, part.count}; }
  /// Adds what it has of a slot that was asked for; valid while the chunk lives.
  void add_runs(std::uint32_t slot, std::vector<RunView>& out) const;
  /// What it occupies, about; times that other chunks have too are in one of them.
  std::size_t bytes() const { return bytes_; }

 private:
  friend class ChunkReader;
  GroupChunk() { first_.fill(kNoPart); }

  std::array<std::uint16_t, kGroupSeries> first_;  // by slot
  std::unique_ptr<char[]> content_;
  std::vector<Times> times_;
  std::vector<Part> parts_;
  std::size_t bytes_ = 0;
};

RunView view(const GroupChunk::Part& part);

/// Chunks of one group: oldest first, later parts of a period behind earlier ones.
using GroupChunks = std::vector<std::shared_ptr<const GroupChunk>>;
/// Adds the runs that the chunks have of a slot; valid while they live.
void add_runs(const GroupChunks& chunks, std::uint32_t slot, std::vector<RunView>& out);

}  // namespace lapwing::tsdb
