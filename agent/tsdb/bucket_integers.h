// The values of a series' buckets as integers of one form, counted from the first one and divided
// by what all share. Source of truth: FORMAT.md, "Bucket chunk".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "agent/tsdb/buckets.h"
#include "agent/tsdb/integer_form.h"

namespace lapwing::tsdb {

/// Columns in the order in which they are written; extremes and sums may be empty.
inline constexpr std::size_t kFirsts = 0, kLasts = 1, kMinima = 2, kMaxima = 3, kSums = 4;
inline constexpr std::size_t kBucketColumns = 5;
using BucketIntegers = std::array<std::vector<std::int64_t>, kBucketColumns>;
using BucketCounts = std::vector<std::uint32_t>;

// Sums of integers that may wrap; taken back they give the same bits.
constexpr std::int64_t wrapping_minus(std::int64_t a, std::int64_t b) {
  return std::int64_t(std::uint64_t(a) - std::uint64_t(b));
}
constexpr std::int64_t wrapping_plus(std::int64_t a, std::int64_t b) {
  return std::int64_t(std::uint64_t(a) + std::uint64_t(b));
}
constexpr std::int64_t wrapping_times(std::int64_t a, std::int64_t b) {
  return std::int64_t(std::uint64_t(a) * std::uint64_t(b));
}

struct WholeBuckets {
  Form form = kWholeForm;
  std::int64_t start = 0;     ///< of sums as many times as there are samples
  std::uint64_t divisor = 0;  ///< 0 where all are 0
  BucketIntegers columns;     ///< sums empty where they have no such form
};

/// None when the values have no common form, or are so large that what is computed from them could
/// come near the ends of 64 bits.
std::optional<WholeBuckets> find_whole_buckets(const Minutes& buckets, bool extremes);

/// Fills the first `columns` columns of values of `out` and uses `whole` up. Damaged numbers wrap.
void from_whole_buckets(WholeBuckets& whole, std::size_t columns, const BucketCounts& counts,
                        Minutes& out);

}  // namespace lapwing::tsdb
