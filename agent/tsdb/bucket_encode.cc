// The writing half of bucket_chunk.h.
#include <algorithm>
#include <map>
#include <utility>

#include "agent/tsdb/bucket_chunk.h"
#include "agent/tsdb/bucket_format.h"
#include "agent/tsdb/bucket_shape.h"
#include "agent/tsdb/dense_column.h"
#include "agent/tsdb/size_code.h"

namespace lapwing::tsdb {
namespace {

constexpr int kCompressionLevel = 12;

// A series that is no known counter keeps its corrections too while it fell in few buckets: then
// they cost next to nothing, and rate() over a counter of any name needs no samples.
constexpr std::size_t kBucketsAFall = 8;

/// A chunk field by field.
struct Fields {
  std::string slots, flags, shapes, forms, starts, divisors, heads, lowests, bit_bytes, doubles;
  std::array<std::string, kBucketColumns> sizes;
  std::string bits;

  std::string head() const {
    return slots + flags + shapes + forms + starts + divisors + heads + lowests + bit_bytes +
           doubles;
  }
};

void put_doubles(const std::vector<double>& column, std::string& out) {
  std::string bytes;
  encode_doubles(column, bytes);
  put_text(out, bytes);
}

/// False, and nothing written, where the integers' columns are too wide for sizes.
bool put_columns(const WholeBuckets& whole, std::size_t columns, const BucketCounts& counts,
                 Fields& fields) {
  std::array<BucketColumn, kBucketColumns> written;
  for (std::size_t i = 0; i < columns; ++i) {
    auto column = encode_bucket_column(i, whole.columns, counts);
    if (!column) return false;
    written[i] = *std::move(column);
  }
  put_varint(fields.divisors, whole.divisor);
  std::vector<std::uint64_t> numbers;
  for (std::size_t i = 0; i < columns; ++i) {
    fields.heads += char(written[i].head.byte());
    if (written[i].head.has_lowest()) put_signed(fields.lowests, written[i].lowest);
    numbers.insert(numbers.end(), written[i].numbers.begin(), written[i].numbers.end());
  }
  if (numbers.empty()) return true;
  std::string sizes, bits;
  encode_sizes(numbers, sizes, bits);
  std::size_t at = 0;
  for (std::size_t i = 0; i < columns; ++i) {
    fields.sizes[i] += sizes.substr(at, written[i].numbers.size());
    at += written[i].numbers.size();
  }
  put_varint(fields.bit_bytes, bits.size());
  fields.bits += bits;
  return true;
}

/// Flags of how the values were written; they were as integers unless these say kDoubles.
std::uint8_t put_whole(const Minutes& buckets, bool extremes, Fields& fields) {
  const auto whole = find_whole_buckets(buckets, extremes);
  if (!whole) return kDoubles | (extremes ? kOwnSums : 0);
  const bool own_sums = extremes && whole->columns[kSums].empty();
  const std::uint8_t flags = own_sums ? kOwnSums : 0;
  const std::size_t columns = whole_columns(flags | (extremes ? kHasExtremes : 0));
  const bool still = whole->divisor == 0;
  if (!still && !put_columns(*whole, columns, buckets.counts, fields))
    return kDoubles | (extremes ? kOwnSums : 0);
  fields.forms += char(whole->form);
  put_signed(fields.starts, whole->start);
  return flags | (still ? kStill : 0);
}

std::size_t buckets_with_falls(const Minutes& buckets) {
  return std::size_t(std::count_if(buckets.corrections.begin(), buckets.corrections.end(),
                                   [](double value) { return value != 0; }));
}

void put_series(const SlotBuckets& one, Fields& fields) {
  const Minutes& buckets = one.buckets;
  const bool extremes = one.keeps == Keeps::Extremes;
  const std::size_t falls = buckets_with_falls(buckets);
  const bool corrections =
      !extremes || (buckets.corrections_kept && falls * kBucketsAFall <= buckets.size());
  std::uint8_t flags = (extremes ? kHasExtremes : 0) | (corrections ? kHasCorrections : 0);
  if (extremes && buckets.exact_sums) flags |= kExactSums;
  if (corrections && falls > 0) flags |= kFell;
  flags |= put_whole(buckets, extremes, fields);
  fields.flags += char(flags);
  std::string doubles;
  if ((flags & kDoubles) != 0) {
    put_doubles(buckets.firsts, doubles);
    put_doubles(buckets.lasts, doubles);
    if (extremes) put_doubles(buckets.minima, doubles);
    if (extremes) put_doubles(buckets.maxima, doubles);
  }
  if ((flags & kOwnSums) != 0) put_doubles(buckets.sums, doubles);
  if ((flags & kFell) != 0) put_doubles(buckets.corrections, doubles);
  if ((flags & (kDoubles | kOwnSums | kFell)) != 0) put_text(fields.doubles, doubles);
}

}  // namespace

Result<std::string> encode_buckets(std::span<const SlotBuckets> series, Duration width,
                                   Compressor& compressor) {
  std::map<std::pair<std::string, std::size_t>, std::size_t> shape_numbers;
  std::string shapes;
  Fields fields;
  std::int64_t next_slot = 0;
  for (const SlotBuckets& one : series) {
    if (one.buckets.size() == 0 || one.buckets.size() > kBucketsLimit || one.slot >= kGroupSeries)
      return invalid("a chunk of buckets cannot hold these");
    std::string shape = encode_shape(one.buckets, width);
    const auto [found, added] =
        shape_numbers.try_emplace({std::move(shape), one.buckets.size()}, shape_numbers.size());
    if (added) {
      put_varint(shapes, one.buckets.size());
      put_text(shapes, found->first.first);
    }
    put_signed(fields.slots, one.slot - next_slot);
    next_slot = one.slot + 1;
    put_varint(fields.shapes, found->second);
    put_series(one, fields);
  }
  std::string content(1, char(kBucketChunkVersion));
  put_varint(content, std::uint64_t(width.count()));
  put_varint(content, shape_numbers.size());
  content += shapes;
  put_varint(content, series.size());
  content += fields.head();
  std::vector<std::string_view> pieces = {content};
  std::string sizes;
  for (const std::string& column : fields.sizes) sizes += column;
  if (!sizes.empty()) pieces.emplace_back(sizes);
  if (!fields.bits.empty()) pieces.emplace_back(fields.bits);
  return compressor.compress(pieces, kCompressionLevel);
}

}  // namespace lapwing::tsdb
