// A chunk of a coarse tier: the buckets of a group of series of one period in a compressed block,
// of which a series is decoded when it is read. Source of truth: FORMAT.md, "Bucket chunk".
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/tsdb/bucket_column.h"
#include "agent/tsdb/bucket_integers.h"
#include "agent/tsdb/buckets.h"
#include "agent/tsdb/bytes.h"
#include "agent/tsdb/compression.h"
#include "agent/tsdb/group.h"

namespace lapwing::tsdb {

/// One series' buckets on their way to disk: at least one, ends multiples of the chunk's width.
struct SlotBuckets {
  std::uint32_t slot = 0;  ///< below kGroupSeries, each once
  Keeps keeps = Keeps::Extremes;
  Minutes buckets;
};

/// The chunk's bytes. Invalid when there is nothing to write or a slot has no buckets.
Result<std::string> encode_buckets(std::span<const SlotBuckets> series, Duration width,
                                   Compressor& compressor);

/// A chunk that was read. Immutable.
class BucketChunk {
 public:
  /// Corrupt when damaged.
  static Result<std::shared_ptr<const BucketChunk>> open(std::string_view chunk);

  bool has(std::uint32_t slot) const {
    return slot < kGroupSeries && series_[slot].flags != kAbsent;
  }
  /// Memory that is used again from chunk to chunk.
  struct Scratch {
    WholeBuckets whole;
    Minutes values;
  };
  /// Appends a slot's buckets with ends in (after, to]; nothing when the chunk has none. Columns
  /// that are not needed may stay shorter: pad() them. Corrupt when damaged: `out` is as it was.
  Result<void> append(std::uint32_t slot, Timestamp after, Timestamp to, MinuteNeed need,
                      Scratch& scratch, Minutes& out) const;
  /// Replaces `out` with all of a slot's buckets; errors as append().
  Result<void> read(std::uint32_t slot, Minutes& out) const;
  /// What it occupies in memory, about.
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::uint8_t kAbsent = 0xff;
  /// What is said of a slot. Small: a query holds many thousands.
  struct Slot {
    std::uint8_t flags = kAbsent;
    Form form = kWholeForm;
    std::uint32_t shape = 0;
    std::int64_t start = 0;
    std::uint64_t divisor = 0;
    std::array<BucketColumnHead, kBucketColumns> heads;
    std::array<std::uint32_t, kBucketColumns> sizes_at{};  ///< in the content
    std::uint32_t lowest_at = 0;  ///< in lowests_, of the first such column
    std::uint32_t bits_at = 0, bits_bytes = 0;
    std::uint32_t doubles_at = 0, doubles_bytes = 0;
  };

  bool parse();
  bool read_shapes(ByteReader& in, Duration width);
  bool read_slots(ByteReader& in, std::vector<Slot*>& order);
  bool read_heads(ByteReader& in, std::span<Slot* const> order);
  bool find_data(ByteReader& in, std::span<Slot* const> order);
  std::uint32_t place_of(std::string_view bytes) const {
    return std::uint32_t(bytes.data() - content_.data());
  }
  bool read_whole(const Slot& slot, std::size_t columns, Scratch& scratch) const;
  bool read_values(const Slot& slot, MinuteNeed need, Scratch& scratch) const;

  std::string content_;  // and what BucketBits may read behind it
  std::size_t bytes_ = 0;
  std::vector<Minutes> shapes_;  // ends, times and counts alone
  std::vector<std::int64_t> lowests_;
  std::array<Slot, kGroupSeries> series_;
};

}  // namespace lapwing::tsdb
