// Flags and limits that the writing and the reading half of a chunk of buckets share.
// Source of truth: FORMAT.md, "Bucket chunk".
#pragma once

#include <cstddef>
#include <cstdint>

namespace lapwing::tsdb {

inline constexpr std::uint8_t kBucketChunkVersion = 2;
// What damaged bytes may make us allocate: a day of minutes for a group of series takes a fraction.
inline constexpr std::size_t kBucketChunkBytes = 32u << 20;
inline constexpr std::uint32_t kBucketsLimit = 10'000;  ///< of a series in a chunk

inline constexpr std::uint8_t kHasCorrections = 1;  ///< kept; zeros unless kFell
inline constexpr std::uint8_t kHasExtremes = 2;
inline constexpr std::uint8_t kExactSums = 4;
inline constexpr std::uint8_t kFell = 8;      ///< corrections are written
inline constexpr std::uint8_t kDoubles = 16;  ///< no common integer form: columns of doubles
inline constexpr std::uint8_t kOwnSums = 32;  ///< sums are a column of doubles
inline constexpr std::uint8_t kStill = 64;    ///< all integers are the start, times counts in sums
inline constexpr std::uint8_t kAllFlags = 127;

/// How many columns of integers a series has.
constexpr std::size_t whole_columns(std::uint8_t flags) {
  if ((flags & kDoubles) != 0) return 0;
  if ((flags & kHasExtremes) == 0) return 2;
  return (flags & kOwnSums) != 0 ? 4 : 5;
}

}  // namespace lapwing::tsdb
