// The reading half of group.h: from a chunk's bytes to what a query asks of it. A group's series
// are compressed together, so that all of a chunk is decompressed for any of them; what is kept is
// what was asked for. Source of truth: FORMAT.md, "Chunk of samples".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/base/result.h"
#include "agent/tsdb/compression.h"
#include "agent/tsdb/group.h"

namespace lapwing::tsdb {

class ByteReader;

/// Opens chunks one after the other. Keeps the memory that it works in, and times, up to a limit,
/// since chunks of one period have them in common. One thread.
class ChunkReader {
 public:
  /// The series of the slots, of which the chunk may have none. Corrupt when what they need is
  /// damaged.
  Result<std::shared_ptr<const GroupChunk>> open(std::string_view chunk, const Slots& wanted);

 private:
  /// A column as the directory has it. What it views is overwritten by the next chunk.
  struct Column {
    std::uint32_t count = 0;
    std::uint8_t shift = 0;  ///< to be added to each size
    DenseView view;
  };
  struct TimesColumn : Column {
    GroupChunk::Times times;  ///< where a part that is wanted has them
  };
  struct PartColumn : Column {
    std::uint32_t slot = 0;
    std::uint32_t times = 0;  ///< number of the column of times
    std::uint32_t first = 0;  ///< index of the first sample there
    std::uint32_t weight = 1;
    bool wanted = false;      ///< or referred to by one that is
    std::uint16_t place = 0;  ///< among the chunk's parts, where it is wanted
  };

  bool read_directory(std::string_view content);
  bool read_counts(ByteReader& in);
  bool read_parts(ByteReader& in);
  bool read_headers(ByteReader& in);
  bool check_references(std::size_t number);
  bool find_bodies(ByteReader& in);
  void want(const Slots& wanted);
  bool decode_times(TimesColumn& column, std::size_t& bytes);
  void keep(GroupChunk& chunk);

  Room room_;
  std::vector<TimesColumn> times_columns_;
  std::vector<PartColumn> part_columns_;
  std::vector<DenseHeader> headers_;
  DenseDecoder decoder_;
  std::unordered_map<std::string, GroupChunk::Times> times_;  // by what the column says
  std::size_t times_bytes_ = 0;
};

}  // namespace lapwing::tsdb
