#include "agent/tsdb/bucket_column.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/size_code.h"

namespace lapwing::tsdb {
namespace {

using Integers = std::vector<std::int64_t>;

// What a size takes behind the compression, about, and one that says that nothing differs.
constexpr std::uint64_t kSizeBits = 4, kZeroBits = 2;

/// A first value is likely the last one before; a last one the first; extremes are the ends; a sum
/// is as many times the ends' mean. For the sum everything counts twice, so that halves vanish.
std::int64_t likely(std::size_t column, const BucketIntegers& whole, const BucketCounts& counts,
                    std::size_t i) {
  switch (column) {
    case kFirsts:
      return i == 0 ? 0 : whole[kLasts][i - 1];
    case kLasts:
      return whole[kFirsts][i];
    case kMinima:
      return std::min(whole[kFirsts][i], whole[kLasts][i]);
    case kMaxima:
      return std::max(whole[kFirsts][i], whole[kLasts][i]);
    default:
      return wrapping_times(std::int64_t(counts[i]),
                            wrapping_plus(whole[kFirsts][i], whole[kLasts][i]));
  }
}

Integers residuals_of(std::size_t column, BucketPrediction prediction, const BucketIntegers& whole,
                      const BucketCounts& counts) {
  const Integers& values = whole[column];
  Integers out(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (prediction == BucketPrediction::Before && i > 0)
      out[i] = wrapping_minus(values[i], values[i - 1]);
    if (prediction == BucketPrediction::Likely)
      out[i] = wrapping_minus(column == kSums ? wrapping_times(values[i], 2) : values[i],
                              likely(column, whole, counts, i));
  }
  return out;
}

/// None when sizes cannot have such numbers.
std::optional<std::uint64_t> bits_of(const BucketColumn& column) {
  std::uint64_t bits = 0;
  for (const std::uint64_t number : column.numbers) {
    const unsigned size = size_of_number(number);
    if (size >= kSizes) return std::nullopt;
    bits += number == 0 ? kZeroBits : kSizeBits + bits_below(size);
  }
  if (!column.head.has_lowest()) return bits;
  std::string lowest;
  put_signed(lowest, column.lowest);
  return bits + lowest.size() * 8;
}

/// The ways in which residuals can be written, the simplest first.
std::vector<BucketColumn> ways_to_write(const Integers& residuals, BucketPrediction prediction) {
  const auto [lowest, highest] = std::minmax_element(residuals.begin(), residuals.end());
  if (*lowest == *highest)
    return {{{*lowest == 0 ? BucketResiduals::Zeros : BucketResiduals::Lowest, prediction},
             *lowest,
             {}}};
  std::vector<BucketColumn> ways = {{{BucketResiduals::Signs, prediction}, 0, {}},
                                    {{BucketResiduals::Counted, prediction}, *lowest, {}}};
  for (const std::int64_t residual : residuals) {
    ways[0].numbers.push_back(zigzag(residual));
    ways[1].numbers.push_back(std::uint64_t(residual) - std::uint64_t(*lowest));
  }
  return ways;
}

/// Undoes the predictions of the first and the last values, which take turns.
void join_ends(BucketPrediction first_prediction, BucketPrediction last_prediction,
               BucketIntegers& whole) {
  Integers& firsts = whole[kFirsts];
  Integers& lasts = whole[kLasts];
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    if (i > 0 && first_prediction == BucketPrediction::Before)
      firsts[i] = wrapping_plus(firsts[i], firsts[i - 1]);
    if (i > 0 && first_prediction == BucketPrediction::Likely)
      firsts[i] = wrapping_plus(firsts[i], lasts[i - 1]);
    if (i > 0 && last_prediction == BucketPrediction::Before)
      lasts[i] = wrapping_plus(lasts[i], lasts[i - 1]);
    if (last_prediction == BucketPrediction::Likely) lasts[i] = wrapping_plus(lasts[i], firsts[i]);
  }
}

/// Behind join_ends(): the prediction of an extreme's or a sum's column.
void join_inner(std::size_t column, BucketPrediction prediction, const BucketCounts& counts,
                BucketIntegers& whole) {
  Integers& values = whole[column];
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (prediction == BucketPrediction::Before && i > 0)
      values[i] = wrapping_plus(values[i], values[i - 1]);
    if (prediction != BucketPrediction::Likely) continue;
    values[i] = wrapping_plus(values[i], likely(column, whole, counts, i));
    if (column == kSums) values[i] /= 2;
  }
}

bool read_residuals(const BucketColumnView& view, BucketBits& bits, Integers& out) {
  if (!view.head.has_numbers()) {
    std::ranges::fill(out, view.head.has_lowest() ? view.lowest : 0);
    return true;
  }
  if (view.sizes.size() != out.size() || !bits.read(view.sizes, out.data())) return false;
  for (std::int64_t& number : out)
    number = view.head.residuals == BucketResiduals::Signs ? unzigzag(std::uint64_t(number))
                                                           : wrapping_plus(view.lowest, number);
  return true;
}

}  // namespace

std::optional<BucketColumnHead> BucketColumnHead::of(std::uint8_t byte) {
  if ((byte >> 2) > std::uint8_t(BucketPrediction::Likely)) return std::nullopt;
  return BucketColumnHead{BucketResiduals(byte & 3), BucketPrediction(byte >> 2)};
}

std::optional<BucketColumn> encode_bucket_column(std::size_t column, const BucketIntegers& columns,
                                                 const BucketCounts& counts) {
  std::optional<BucketColumn> best;
  std::uint64_t least = ~0ull;
  for (const BucketPrediction prediction :
       {BucketPrediction::Itself, BucketPrediction::Before, BucketPrediction::Likely}) {
    for (BucketColumn& way :
         ways_to_write(residuals_of(column, prediction, columns, counts), prediction)) {
      const auto bits = bits_of(way);
      if (!bits || *bits >= least) continue;
      least = *bits;
      best = std::move(way);
    }
  }
  return best;
}

bool BucketBits::read(std::string_view sizes, std::int64_t* out) {
  const std::size_t limit = bytes_.size() * 8;
  for (const char one : sizes) {
    const unsigned size = static_cast<unsigned char>(one);
    if (size >= kSizes) return false;
    const unsigned below = bits_below(size);
    if (below > limit - at_) return false;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes_.data() + at_ / 8, sizeof(word));
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    const std::uint64_t low = (word >> (at_ % 8)) & ((1ull << below) - 1);
    *out++ = std::int64_t(lowest_of_size(size) + low);
    at_ += below;
  }
  return true;
}

bool decode_bucket_columns(std::span<const BucketColumnView> views, BucketBits& bits,
                           const BucketCounts& counts, BucketIntegers& out) {
  for (std::size_t column = 0; column < views.size(); ++column) {
    out[column].resize(counts.size());
    if (!read_residuals(views[column], bits, out[column])) return false;
  }
  join_ends(views[kFirsts].head.prediction, views[kLasts].head.prediction, out);
  for (std::size_t column = kMinima; column < views.size(); ++column)
    join_inner(column, views[column].head.prediction, counts, out);
  return true;
}

}  // namespace lapwing::tsdb
