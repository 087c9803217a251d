// The reading half of bucket_chunk.h.
#include "agent/tsdb/bucket_chunk.h"

#include <algorithm>
#include <limits>

#include "agent/tsdb/bucket_format.h"
#include "agent/tsdb/bucket_shape.h"
#include "agent/tsdb/dense_column.h"

namespace lapwing::tsdb {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Whether extremes and sums are to be read, or lie before what is.
bool reads_inner_columns(std::uint8_t flags, MinuteNeed need) {
  if ((flags & kHasExtremes) == 0) return false;
  return need == MinuteNeed::Extremes || need == MinuteNeed::Sums || (flags & kFell) != 0;
}

void read_doubles(ByteReader& in, std::size_t count, std::vector<double>& out) {
  out.assign(count, kNan);
  if (!decode_doubles(in.text(), out)) in.fail();
}

template <typename T>
void append_part(const std::vector<T>& from, std::size_t begin, std::size_t end,
                 std::vector<T>& out) {
  out.insert(out.end(), from.begin() + std::ptrdiff_t(begin), from.begin() + std::ptrdiff_t(end));
}

}  // namespace

Result<std::shared_ptr<const BucketChunk>> BucketChunk::open(std::string_view chunk) {
  auto content = decompress(chunk, kBucketChunkBytes);
  if (!content) return content.error();
  if (content->empty() || std::uint8_t(content->front()) != kBucketChunkVersion)
    return corrupt("a chunk of buckets of another version");
  auto opened = std::make_shared<BucketChunk>();
  opened->content_ = *std::move(content);
  opened->content_.append(BucketBits::kPaddingBytes, '\0');
  if (!opened->parse()) return corrupt("a chunk of buckets is cut short or has no meaning");
  return std::shared_ptr<const BucketChunk>(std::move(opened));
}

bool BucketChunk::parse() {
  std::string_view content = content_;
  content.remove_suffix(BucketBits::kPaddingBytes);
  ByteReader in(content);
  in.byte();
  const std::uint64_t width = in.varint();
  if (width == 0 || width > std::uint64_t(Duration(24h).count())) return false;
  std::vector<Slot*> order;
  if (!read_shapes(in, Duration(std::int64_t(width))) || !read_slots(in, order) ||
      !read_heads(in, order) || !find_data(in, order) || !in.at_end())
    return false;
  bytes_ += sizeof(BucketChunk) + content_.capacity() + lowests_.capacity() * sizeof(std::int64_t);
  return true;
}

bool BucketChunk::read_shapes(ByteReader& in, Duration width) {
  const std::uint64_t shapes = in.varint();
  if (shapes > kGroupSeries) return false;
  for (std::uint64_t i = 0; i < shapes; ++i) {
    const std::uint64_t buckets = in.varint();
    const std::string_view bytes = in.text();
    if (in.failed() || buckets == 0 || buckets > kBucketsLimit) return false;
    Minutes& shape = shapes_.emplace_back();
    if (!decode_shape(bytes, std::size_t(buckets), width, shape)) return false;
    bytes_ += sizeof(Minutes) + shape.ends.size() * (3 * sizeof(Timestamp) + 4);
  }
  return !in.failed();
}

/// Slots, flags and shapes.
bool BucketChunk::read_slots(ByteReader& in, std::vector<Slot*>& order) {
  const std::uint64_t series = in.varint();
  if (series > kGroupSeries) return false;
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < series; ++i) {
    const std::uint64_t slot = next + std::uint64_t(in.signed_varint());
    if (in.failed() || slot >= kGroupSeries || has(std::uint32_t(slot))) return false;
    order.push_back(&series_[slot]);
    order.back()->flags = 0;
    next = slot + 1;
  }
  for (Slot* const slot : order) {
    slot->flags = in.byte();
    if (slot->flags > kAllFlags) return false;
    if ((slot->flags & kDoubles) != 0 && (slot->flags & kStill) != 0) return false;
  }
  for (Slot* const slot : order) {
    const std::uint64_t shape = in.varint();
    if (shape >= shapes_.size()) return false;
    slot->shape = std::uint32_t(shape);
  }
  return !in.failed();
}

/// Forms, starts, divisors, columns' heads and their lowest entries.
bool BucketChunk::read_heads(ByteReader& in, std::span<Slot* const> order) {
  const auto each_whole = [&](std::uint8_t without, auto read) {
    for (Slot* const slot : order)
      if ((slot->flags & without) == 0) read(*slot);
  };
  bool sound = true;
  each_whole(kDoubles, [&](Slot& slot) {
    slot.form = in.byte();
    if (slot.form >= kBitsForm) sound = false;
  });
  each_whole(kDoubles, [&](Slot& slot) { slot.start = in.signed_varint(); });
  each_whole(kDoubles | kStill, [&](Slot& slot) { slot.divisor = in.varint(); });
  each_whole(kDoubles | kStill, [&](Slot& slot) {
    for (std::size_t column = 0; column < whole_columns(slot.flags); ++column) {
      const auto head = BucketColumnHead::of(in.byte());
      sound = sound && head.has_value();
      if (head) slot.heads[column] = *head;
    }
  });
  if (!sound || in.failed()) return false;
  each_whole(kDoubles | kStill, [&](Slot& slot) {
    slot.lowest_at = std::uint32_t(lowests_.size());
    for (const BucketColumnHead head : slot.heads)
      if (head.has_lowest()) lowests_.push_back(in.signed_varint());
  });
  return !in.failed();
}

/// Where sizes, bits and doubles are.
bool BucketChunk::find_data(ByteReader& in, std::span<Slot* const> order) {
  for (Slot* const slot : order)
    if (std::ranges::any_of(slot->heads, &BucketColumnHead::has_numbers))
      slot->bits_bytes = std::uint32_t(std::min<std::uint64_t>(in.varint(), kBucketChunkBytes));
  for (Slot* const slot : order) {
    if ((slot->flags & (kDoubles | kOwnSums | kFell)) == 0) continue;
    const std::string_view doubles = in.text();
    if (in.failed()) return false;
    slot->doubles_at = place_of(doubles);
    slot->doubles_bytes = std::uint32_t(doubles.size());
  }
  for (std::size_t column = 0; column < kBucketColumns; ++column) {
    for (Slot* const slot : order) {
      if (!slot->heads[column].has_numbers()) continue;
      const std::string_view sizes = in.bytes(shapes_[slot->shape].counts.size());
      if (in.failed()) return false;
      slot->sizes_at[column] = place_of(sizes);
    }
  }
  for (Slot* const slot : order) {
    const std::string_view bits = in.bytes(slot->bits_bytes);
    if (in.failed()) return false;
    slot->bits_at = place_of(bits);
  }
  return true;
}

Result<void> BucketChunk::read(std::uint32_t slot, Minutes& out) const {
  reset(out);
  Scratch scratch;
  return append(slot, kBeginningOfTime, kNever, MinuteNeed::Sums, scratch, out);
}

bool BucketChunk::read_whole(const Slot& slot, std::size_t columns, Scratch& scratch) const {
  const BucketCounts& counts = shapes_[slot.shape].counts;
  std::array<BucketColumnView, kBucketColumns> views;
  std::uint32_t lowest = slot.lowest_at;
  for (std::size_t column = 0; column < columns; ++column) {
    BucketColumnView& view = views[column];
    view.head = slot.heads[column];
    if (view.head.has_lowest()) view.lowest = lowests_[lowest++];
    if (view.head.has_numbers())
      view.sizes = std::string_view(content_).substr(slot.sizes_at[column], counts.size());
  }
  BucketBits bits(std::string_view(content_).substr(slot.bits_at, slot.bits_bytes));
  WholeBuckets& whole = scratch.whole;
  if (!decode_bucket_columns({views.data(), columns}, bits, counts, whole.columns)) return false;
  if (columns == whole_columns(slot.flags) && !bits.at_end()) return false;
  whole.form = slot.form;
  whole.start = slot.start;
  whole.divisor = slot.divisor;
  from_whole_buckets(whole, columns, counts, scratch.values);
  return true;
}

/// A slot's columns of values, as far as they are needed; false when they are damaged.
bool BucketChunk::read_values(const Slot& slot, MinuteNeed need, Scratch& scratch) const {
  ByteReader in(std::string_view(content_).substr(slot.doubles_at, slot.doubles_bytes));
  Minutes& out = scratch.values;
  const std::size_t size = shapes_[slot.shape].counts.size();
  const bool extremes = reads_inner_columns(slot.flags, need);
  if ((slot.flags & kDoubles) != 0) {
    read_doubles(in, size, out.firsts);
    read_doubles(in, size, out.lasts);
    if (extremes) read_doubles(in, size, out.minima);
    if (extremes) read_doubles(in, size, out.maxima);
    if (extremes && (slot.flags & kOwnSums) == 0) in.fail();
  } else if (!read_whole(slot, extremes ? whole_columns(slot.flags) : kMinima, scratch)) {
    return false;
  }
  if (!extremes && (slot.flags & kHasExtremes) != 0) return !in.failed();
  if (!in.failed() && extremes && (slot.flags & kOwnSums) != 0) read_doubles(in, size, out.sums);
  if (!in.failed() && (slot.flags & kFell) != 0) read_doubles(in, size, out.corrections);
  return !in.failed() && in.at_end();
}

Result<void> BucketChunk::append(std::uint32_t slot, Timestamp after, Timestamp to, MinuteNeed need,
                                 Scratch& scratch, Minutes& out) const {
  if (!has(slot)) return {};
  const Slot& entry = series_[slot];
  const Minutes& shape = shapes_[entry.shape];
  const auto first = std::upper_bound(shape.ends.begin(), shape.ends.end(), after);
  const auto last = std::upper_bound(first, shape.ends.end(), to);
  if (first == last) return {};
  if (!read_values(entry, need, scratch)) return corrupt("a series' buckets are damaged");
  const auto begin = std::size_t(first - shape.ends.begin());
  const auto end = std::size_t(last - shape.ends.begin());
  const bool corrections = (entry.flags & kHasCorrections) != 0;
  const bool extremes = reads_inner_columns(entry.flags, need);
  join_flags(out, corrections, extremes, (entry.flags & kExactSums) != 0);
  append_part(shape.ends, begin, end, out.ends);
  append_part(shape.first_times, begin, end, out.first_times);
  append_part(shape.last_times, begin, end, out.last_times);
  append_part(shape.counts, begin, end, out.counts);
  append_part(scratch.values.firsts, begin, end, out.firsts);
  append_part(scratch.values.lasts, begin, end, out.lasts);
  if ((entry.flags & kFell) != 0)
    append_part(scratch.values.corrections, begin, end, out.corrections);
  const std::size_t size = out.ends.size();
  out.corrections.resize(size, corrections ? 0 : kNan);
  if (need == MinuteNeed::Ends || need == MinuteNeed::Corrections) return {};
  if (extremes) {
    append_part(scratch.values.minima, begin, end, out.minima);
    append_part(scratch.values.maxima, begin, end, out.maxima);
    append_part(scratch.values.sums, begin, end, out.sums);
  }
  for (std::vector<double>* column : {&out.minima, &out.maxima, &out.sums})
    column->resize(size, kNan);
  return {};
}

}  // namespace lapwing::tsdb
