// A column of a series' buckets: how far each integer is from what is likely, as a size and the
// bits below it. Sizes stand apart, since those of all series' columns of one kind share a code.
// Source of truth: FORMAT.md, "Bucket chunk".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/tsdb/bucket_integers.h"

namespace lapwing::tsdb {

/// How a column is written; numbers as in FORMAT.md.
enum class BucketResiduals : std::uint8_t {
  Zeros = 0,    ///< nothing follows
  Lowest = 1,   ///< all are the lowest
  Signs = 2,    ///< numbers in zigzag
  Counted = 3,  ///< numbers above the lowest
};
enum class BucketPrediction : std::uint8_t { Itself = 0, Before = 1, Likely = 2 };

struct BucketColumnHead {
  BucketResiduals residuals = BucketResiduals::Zeros;
  BucketPrediction prediction = BucketPrediction::Itself;

  bool has_lowest() const { return std::uint8_t(residuals) % 2 == 1; }
  bool has_numbers() const { return residuals >= BucketResiduals::Signs; }
  std::uint8_t byte() const { return std::uint8_t(residuals) | std::uint8_t(prediction) << 2; }
  /// None for a byte that means nothing.
  static std::optional<BucketColumnHead> of(std::uint8_t byte);
};

struct BucketColumn {
  BucketColumnHead head;
  std::int64_t lowest = 0;
  std::vector<std::uint64_t> numbers;  ///< empty unless the head has them
};

/// `columns[column]` as short as can be; none when its numbers are too large for sizes.
std::optional<BucketColumn> encode_bucket_column(std::size_t column, const BucketIntegers& columns,
                                                 const BucketCounts& counts);

/// A column that is read.
struct BucketColumnView {
  BucketColumnHead head;
  std::int64_t lowest = 0;
  std::string_view sizes;  ///< as many as buckets, where the head has numbers
};

/// The bits of a series' numbers, read from the first column on. kPaddingBytes behind them can be
/// read as well.
class BucketBits {
 public:
  static constexpr std::size_t kPaddingBytes = 8;

  explicit BucketBits(std::string_view bytes) : bytes_(bytes) {}
  /// A number for each size; false when a size is none or the bits are at their end.
  bool read(std::string_view sizes, std::int64_t* out);
  /// Whether all were read but for what fills the last byte.
  bool at_end() const { return bytes_.size() * 8 - at_ < 8; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

/// The first columns of a series, as many as views: firsts and lasts at least. False when damaged.
bool decode_bucket_columns(std::span<const BucketColumnView> views, BucketBits& bits,
                           const BucketCounts& counts, BucketIntegers& out);

}  // namespace lapwing::tsdb
