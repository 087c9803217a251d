#include "agent/tsdb/bucket_chunk.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/dense_column.h"
#include "agent/tsdb/integer_form.h"

namespace lapwing::tsdb {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr int kCompressionLevel = 12;
// What damaged bytes may make us allocate: a day of minutes for a group of series takes a fraction.
constexpr std::size_t kContentLimitBytes = 32u << 20;
constexpr std::uint32_t kBucketsLimit = 10'000;
constexpr std::uint32_t kSlots = kGroupSeries;

constexpr std::uint8_t kHasCorrections = 1;  // kept; zeros unless kFell
constexpr std::uint8_t kHasExtremes = 2;
constexpr std::uint8_t kExactSums = 4;
constexpr std::uint8_t kFell = 8;      // corrections are written
constexpr std::uint8_t kDoubles = 16;  // no common integer form: columns of doubles
constexpr std::uint8_t kOwnSums = 32;  // sums are a column of doubles
constexpr std::uint8_t kAllFlags = 63;

// A series that is no known counter keeps its corrections too while it fell in few buckets: then
// they cost next to nothing, and rate() over a counter of any name needs no samples.
constexpr std::size_t kBucketsAFall = 8;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using Integers = std::vector<std::int64_t>;

// Sums of integers that may wrap; taken back they give the same bits.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return std::int64_t(std::uint64_t(a) - std::uint64_t(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return std::int64_t(std::uint64_t(a) + std::uint64_t(b));
}
std::int64_t times(std::int64_t a, std::int64_t b) {
  return std::int64_t(std::uint64_t(a) * std::uint64_t(b));
}

// A column of integers: flat zero, flat, the lowest and what each entry is above it, or packed.
constexpr std::uint8_t kZero = 0, kFlat = 1, kListed = 2, kPacked = 3;

std::string encode_column(const Integers& column) {
  if (column.empty()) return {};
  const auto [lowest, highest] = std::minmax_element(column.begin(), column.end());
  std::string listed(1, char(kListed));
  if (*lowest == *highest) {
    listed[0] = char(*lowest == 0 ? kZero : kFlat);
    if (*lowest != 0) put_signed(listed, *lowest);
    return listed;
  }
  put_signed(listed, *lowest);
  for (const std::int64_t value : column)
    put_varint(listed, std::uint64_t(value) - std::uint64_t(*lowest));
  std::string packed(1, char(kPacked)), bytes;
  encode_integers(column, bytes);
  put_text(packed, bytes);
  return packed.size() < listed.size() ? packed : listed;
}

void read_column(ByteReader& in, std::size_t count, std::uint8_t form, Integers& out) {
  out.assign(count, 0);
  if (form == kZero) return;
  if (form == kPacked) {
    if (!decode_integers(in.text(), out)) in.fail();
    return;
  }
  const std::int64_t lowest = in.signed_varint();
  if (form > kPacked) in.fail();
  for (std::int64_t& value : out)
    value = form == kFlat ? lowest : plus(lowest, std::int64_t(in.varint()));
}

void read_column(ByteReader& in, std::size_t count, Integers& out) {
  out.clear();
  if (count > 0) read_column(in, count, in.byte(), out);
}

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - std::uint64_t(value) : std::uint64_t(value);
}

/// Ends in widths, then where in its bucket the first and the last sample are, and how many.
std::string encode_shape(const Minutes& buckets, Duration width) {
  const std::size_t size = buckets.size();
  Integers steps(size), firsts(size), lasts(size), counts(size);
  for (std::size_t i = 0; i < size; ++i) {
    const Timestamp end = buckets.ends[i];
    steps[i] = i == 0 ? 0 : (end - buckets.ends[i - 1]) / width;
    firsts[i] = (buckets.first_times[i] - (end - width)).count();
    lasts[i] = (end - buckets.last_times[i]).count();
    counts[i] = buckets.counts[i];
  }
  std::string out;
  put_signed(out, to_millis(buckets.ends.front()) / width.count());
  steps.erase(steps.begin());
  out += encode_column(steps);
  out += encode_column(firsts);
  out += encode_column(lasts);
  out += encode_column(counts);
  return out;
}

bool decode_shape(std::string_view bytes, std::size_t size, Duration width, Minutes& out) {
  ByteReader in(bytes);
  const std::int64_t first_end = in.signed_varint();
  Integers steps, firsts, lasts, counts;
  read_column(in, size - 1, steps);
  read_column(in, size, firsts);
  read_column(in, size, lasts);
  read_column(in, size, counts);
  // 2^40 hours or minutes are beyond any time that a file has: products stay small.
  constexpr std::uint64_t kFarthest = std::uint64_t(1) << 40;
  if (in.failed() || !in.at_end() || magnitude(first_end) > kFarthest) return false;
  std::int64_t end = first_end;
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0 && (steps[i - 1] <= 0 || magnitude(steps[i - 1]) > kFarthest)) return false;
    end += i > 0 ? steps[i - 1] : 0;
    if (magnitude(end) > kFarthest || firsts[i] <= 0 || firsts[i] > width.count() || lasts[i] < 0 ||
        lasts[i] > width.count() - firsts[i] || counts[i] <= 0 ||
        counts[i] > std::numeric_limits<std::uint32_t>::max())
      return false;
    const Timestamp at = from_millis(end * width.count());
    out.ends.push_back(at);
    out.first_times.push_back(at - width + Duration(firsts[i]));
    out.last_times.push_back(at - Duration(lasts[i]));
    out.counts.push_back(std::uint32_t(counts[i]));
  }
  return true;
}

/// A sum as an integer of its values' form. What the form makes of it may be another double than
/// the sum of the rounded values in the last bits: of decimals it is the truer one.
bool find_sums(const Minutes& buckets, Form form, Integers& integers) {
  constexpr double kLargest = 4503599627370496.0;  // 2^52: its neighbours are integers
  constexpr double kRounding = 1e-14;
  const double unit = from_integer(1, form);
  for (const double sum : buckets.sums) {
    const double scaled = std::round(sum / unit);
    if (!(std::abs(scaled) < kLargest)) return false;
    const auto integer = std::int64_t(scaled);
    const double back = from_integer(integer, form);
    const double most = buckets.exact_sums ? 0 : kRounding * std::abs(sum);
    if (!(std::abs(back - sum) <= most)) return false;
    integers.push_back(integer);
  }
  return true;
}

/// The columns of values, as integers of one form; false when there is none.
bool find_common_form(const Minutes& buckets, bool extremes, Form& form, Integers& integers) {
  std::vector<double> values;
  for (const std::vector<double>* column : {&buckets.firsts, &buckets.lasts})
    values.insert(values.end(), column->begin(), column->end());
  if (extremes) {
    values.insert(values.end(), buckets.minima.begin(), buckets.minima.end());
    values.insert(values.end(), buckets.maxima.begin(), buckets.maxima.end());
  }
  std::vector<Misfit> misfits;
  form = find_integers(values, integers, misfits);
  if (form == kBitsForm || !misfits.empty()) return false;
  // So that all that is computed from them stays far from the ends of 64 bits.
  std::uint64_t largest = 0;
  for (const std::int64_t integer : integers) largest = std::max(largest, magnitude(integer));
  const std::uint32_t most = *std::max_element(buckets.counts.begin(), buckets.counts.end());
  return double(largest) * 4 * (most + 1.0) < double(std::uint64_t(1) << 60);
}

/// The columns of values as integers, counted from the first one and divided by what they share:
/// firsts, lasts, minima, maxima, sums.
using Whole = std::array<Integers, 5>;
using Counts = std::vector<std::uint32_t>;

// What an entry is written as: itself, its difference from the entry before, or from what the rest
// of its bucket makes likely. The shortest column wins.
constexpr std::uint8_t kItself = 0, kBefore = 1, kLikely = 2, kPredictions = 3;
constexpr std::uint8_t kFormBits = 2;

// A first value is likely the last one before; a last one the first; extremes are the ends; a sum
// is as many times the ends' mean. For the sum everything counts twice, so that halves vanish.
constexpr std::size_t kFirst = 0, kLast = 1, kMinimum = 2, kMaximum = 3, kSum = 4;

std::int64_t likely(std::size_t column, const Whole& whole, const Counts& counts, std::size_t i) {
  switch (column) {
    case kFirst:
      return i == 0 ? 0 : whole[kLast][i - 1];
    case kLast:
      return whole[kFirst][i];
    case kMinimum:
      return std::min(whole[kFirst][i], whole[kLast][i]);
    case kMaximum:
      return std::max(whole[kFirst][i], whole[kLast][i]);
    default:
      return times(std::int64_t(counts[i]), plus(whole[kFirst][i], whole[kLast][i]));
  }
}

void put_column(std::size_t column, const Whole& whole, const Counts& counts, std::string& out) {
  const Integers& values = whole[column];
  if (values.empty()) return;
  std::string best;
  for (std::uint8_t prediction = 0; prediction < kPredictions; ++prediction) {
    Integers residuals(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (prediction == kItself)
        residuals[i] = values[i];
      else if (prediction == kBefore)
        residuals[i] = i == 0 ? values[i] : minus(values[i], values[i - 1]);
      else
        residuals[i] = minus(column == kSum ? times(values[i], 2) : values[i],
                             likely(column, whole, counts, i));
    }
    std::string bytes = encode_column(residuals);
    bytes[0] = char(bytes[0] | (prediction << kFormBits));
    if (best.empty() || bytes.size() < best.size()) best = std::move(bytes);
  }
  out += best;
}

/// The prediction that the column was written with.
std::uint8_t read_residuals(ByteReader& in, std::size_t size, Integers& out) {
  const std::uint8_t head = in.byte();
  if ((head >> kFormBits) >= kPredictions) in.fail();
  read_column(in, size, head & ((1 << kFormBits) - 1), out);
  return head >> kFormBits;
}

/// Undoes the predictions of the first and the last values, which take turns.
void join_ends(Whole& whole, std::uint8_t first_prediction, std::uint8_t last_prediction) {
  Integers& firsts = whole[kFirst];
  Integers& lasts = whole[kLast];
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    if (i > 0 && first_prediction == kBefore) firsts[i] = plus(firsts[i], firsts[i - 1]);
    if (i > 0 && first_prediction == kLikely) firsts[i] = plus(firsts[i], lasts[i - 1]);
    if (i > 0 && last_prediction == kBefore) lasts[i] = plus(lasts[i], lasts[i - 1]);
    if (last_prediction == kLikely) lasts[i] = plus(lasts[i], firsts[i]);
  }
}

/// Behind join_ends(): an extreme's or a sum's column.
void read_inner(ByteReader& in, std::size_t column, const Counts& counts, Whole& whole) {
  Integers& values = whole[column];
  const std::uint8_t prediction = read_residuals(in, counts.size(), values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (prediction == kBefore && i > 0) values[i] = plus(values[i], values[i - 1]);
    if (prediction == kLikely) {
      values[i] = plus(values[i], likely(column, whole, counts, i));
      if (column == kSum) values[i] /= 2;
    }
  }
}

/// Counts from `start` and divides by what all have in common, which is returned.
std::uint64_t count_from(std::int64_t start, const Counts& counts, Whole& whole) {
  std::uint64_t divisor = 0;
  for (std::size_t column = 0; column < whole.size(); ++column) {
    for (std::size_t i = 0; i < whole[column].size(); ++i) {
      whole[column][i] -= column == kSum ? std::int64_t(counts[i]) * start : start;
      divisor = std::gcd(divisor, magnitude(whole[column][i]));
    }
  }
  if (divisor < 2) return divisor;
  for (Integers& column : whole)
    for (std::int64_t& value : column) value /= std::int64_t(divisor);
  return divisor;
}

void put_doubles(const std::vector<double>& column, std::string& out) {
  std::string bytes;
  encode_doubles(column, bytes);
  put_text(out, bytes);
}

void read_doubles(ByteReader& in, std::size_t count, std::vector<double>& out) {
  out.assign(count, kNan);
  if (!decode_doubles(in.text(), out)) in.fail();
}

std::size_t buckets_with_falls(const Minutes& buckets) {
  return std::size_t(std::count_if(buckets.corrections.begin(), buckets.corrections.end(),
                                   [](double value) { return value != 0; }));
}

std::uint8_t encode_values(const SlotBuckets& one, std::string& out) {
  const Minutes& buckets = one.buckets;
  const bool extremes = one.keeps == Keeps::Extremes;
  const std::size_t falls = buckets_with_falls(buckets);
  const bool corrections =
      !extremes || (buckets.corrections_kept && falls * kBucketsAFall <= buckets.size());
  std::uint8_t flags = (extremes ? kHasExtremes : 0) | (corrections ? kHasCorrections : 0);
  if (extremes && buckets.exact_sums) flags |= kExactSums;
  Form form = 0;
  Integers integers;
  const bool common = find_common_form(buckets, extremes, form, integers);
  const bool sums = common && extremes && find_sums(buckets, form, integers);
  if (extremes && !sums) flags |= kOwnSums;
  if (!common) {
    flags |= kDoubles;
    put_doubles(buckets.firsts, out);
    put_doubles(buckets.lasts, out);
    if (extremes) put_doubles(buckets.minima, out);
    if (extremes) put_doubles(buckets.maxima, out);
  } else {
    const std::size_t size = buckets.size();
    const auto part = [&](std::size_t number) {
      const auto begin = integers.begin() + std::ptrdiff_t(number * size);
      return Integers(begin, begin + std::ptrdiff_t(size));
    };
    Whole whole{part(0), part(1)};
    if (extremes) whole[kMinimum] = part(2);
    if (extremes) whole[kMaximum] = part(3);
    if (sums) whole[kSum] = part(4);
    out += char(form);
    put_signed(out, integers.front());
    put_varint(out, count_from(integers.front(), buckets.counts, whole));
    for (std::size_t column = 0; column < whole.size(); ++column)
      put_column(column, whole, buckets.counts, out);
  }
  if ((flags & kOwnSums) != 0) put_doubles(buckets.sums, out);
  if (corrections && falls > 0) {
    flags |= kFell;
    put_doubles(buckets.corrections, out);
  }
  return flags;
}

std::array<std::vector<double>*, 5> value_columns(Minutes& out) {
  return {&out.firsts, &out.lasts, &out.minima, &out.maxima, &out.sums};
}

void read_whole(ByteReader& in, std::uint8_t flags, bool extremes, const Counts& counts,
                Whole& whole, Minutes& out) {
  const std::size_t columns = !extremes ? 2 : (flags & kOwnSums) != 0 ? 4 : 5;
  const Form form = in.byte();
  if (form >= kBitsForm) in.fail();
  const std::int64_t start = in.signed_varint();
  const auto divisor = std::int64_t(std::max<std::uint64_t>(in.varint(), 1));
  const std::uint8_t first_prediction = read_residuals(in, counts.size(), whole[kFirst]);
  const std::uint8_t last_prediction = read_residuals(in, counts.size(), whole[kLast]);
  join_ends(whole, first_prediction, last_prediction);
  for (std::size_t column = kMinimum; column < columns; ++column)
    read_inner(in, column, counts, whole);
  if (in.failed()) return;
  const auto values = value_columns(out);
  for (std::size_t column = 0; column < columns; ++column) {
    Integers& integers = whole[column];
    for (std::size_t i = 0; i < integers.size(); ++i)
      integers[i] = plus(times(integers[i], divisor),
                         column == kSum ? times(std::int64_t(counts[i]), start) : start);
    values[column]->resize(integers.size());
    from_integers(integers, form, values[column]->data());
  }
}

/// Whether extremes and sums are to be read, or lie before what is.
bool reads_inner_columns(std::uint8_t flags, MinuteNeed need) {
  if ((flags & kHasExtremes) == 0) return false;
  return need == MinuteNeed::Extremes || need == MinuteNeed::Sums || (flags & kFell) != 0;
}

/// A slot's columns of values, as far as they are needed; false when they are damaged.
bool read_values(std::string_view bytes, std::uint8_t flags, const Counts& counts, MinuteNeed need,
                 BucketChunk::Scratch& scratch) {
  ByteReader in(bytes);
  Minutes& out = scratch.values;
  const std::size_t size = counts.size();
  const bool extremes = reads_inner_columns(flags, need);
  if ((flags & kDoubles) != 0) {
    read_doubles(in, size, out.firsts);
    read_doubles(in, size, out.lasts);
    if (extremes) read_doubles(in, size, out.minima);
    if (extremes) read_doubles(in, size, out.maxima);
    if (extremes && (flags & kOwnSums) == 0) in.fail();
  } else {
    read_whole(in, flags, extremes, counts, scratch.integers, out);
  }
  if (!extremes && (flags & kHasExtremes) != 0) return !in.failed();
  if (!in.failed() && extremes && (flags & kOwnSums) != 0) read_doubles(in, size, out.sums);
  if (!in.failed() && (flags & kFell) != 0) read_doubles(in, size, out.corrections);
  return !in.failed() && in.at_end();
}

template <typename T>
void append_part(const std::vector<T>& from, std::size_t begin, std::size_t end,
                 std::vector<T>& out) {
  out.insert(out.end(), from.begin() + std::ptrdiff_t(begin), from.begin() + std::ptrdiff_t(end));
}

}  // namespace

Result<std::string> encode_buckets(std::span<const SlotBuckets> series, Duration width,
                                   Compressor& compressor) {
  std::map<std::pair<std::string, std::size_t>, std::size_t> shape_numbers;
  std::string shapes, heads, data;
  for (const SlotBuckets& one : series) {
    if (one.buckets.size() == 0 || one.buckets.size() > kBucketsLimit || one.slot >= kSlots)
      return invalid("a chunk of buckets cannot hold these");
    std::string shape = encode_shape(one.buckets, width);
    const auto [found, added] =
        shape_numbers.try_emplace({std::move(shape), one.buckets.size()}, shape_numbers.size());
    if (added) {
      put_varint(shapes, one.buckets.size());
      put_text(shapes, found->first.first);
    }
    std::string values;
    const std::uint8_t flags = encode_values(one, values);
    put_varint(heads, one.slot);
    heads += char(flags);
    put_varint(heads, found->second);
    put_varint(heads, values.size());
    data += values;
  }
  std::string content;
  content += char(kVersion);
  put_varint(content, std::uint64_t(width.count()));
  put_varint(content, shape_numbers.size());
  content += shapes;
  put_varint(content, series.size());
  content += heads;
  content += data;
  return compressor.compress(content, kCompressionLevel);
}

Result<std::shared_ptr<const BucketChunk>> BucketChunk::open(std::string_view chunk) {
  auto content = decompress(chunk, kContentLimitBytes);
  if (!content) return content.error();
  auto opened = std::make_shared<BucketChunk>();
  opened->content_ = *std::move(content);
  ByteReader in(opened->content_);
  if (in.byte() != kVersion) return corrupt("a chunk of buckets of another version");
  const std::uint64_t width = in.varint();
  if (width == 0 || width > std::uint64_t(Duration(24h).count())) in.fail();
  const std::uint64_t shapes = in.varint();
  for (std::uint64_t i = 0; i < shapes && !in.failed(); ++i) {
    const std::uint64_t buckets = in.varint();
    if (buckets == 0 || buckets > kBucketsLimit || shapes > kSlots) in.fail();
    const std::string_view bytes = in.text();
    Minutes& shape = opened->shapes_.emplace_back();
    if (in.failed() ||
        !decode_shape(bytes, std::size_t(buckets), Duration(std::int64_t(width)), shape))
      in.fail();
    opened->bytes_ += sizeof(Minutes) + shape.ends.size() * (3 * sizeof(Timestamp) + 4);
  }
  const std::uint64_t series = in.varint();
  if (series > kSlots) in.fail();
  std::vector<std::pair<Slot*, std::uint64_t>> order;
  for (std::uint64_t i = 0; i < series && !in.failed(); ++i) {
    const std::uint64_t slot = in.varint();
    const std::uint8_t flags = in.byte();
    const std::uint64_t shape = in.varint();
    if (slot >= kSlots || flags > kAllFlags || shape >= opened->shapes_.size() ||
        opened->has(std::uint32_t(slot))) {
      in.fail();
      break;
    }
    Slot& entry = opened->series_[slot];
    entry.flags = flags;
    entry.shape = std::uint32_t(shape);
    order.emplace_back(&entry, in.varint());
  }
  for (const auto& [slot, bytes] : order) slot->data = in.bytes(bytes);
  if (in.failed() || !in.at_end()) return corrupt("a chunk of buckets is cut short");
  opened->bytes_ += sizeof(BucketChunk) + opened->content_.capacity();
  return std::shared_ptr<const BucketChunk>(std::move(opened));
}

Result<void> BucketChunk::read(std::uint32_t slot, Minutes& out) const {
  reset(out);
  Scratch scratch;
  return append(slot, kBeginningOfTime, kNever, MinuteNeed::Sums, scratch, out);
}

Result<void> BucketChunk::append(std::uint32_t slot, Timestamp after, Timestamp to, MinuteNeed need,
                                 Scratch& scratch, Minutes& out) const {
  if (!has(slot)) return {};
  const Slot& entry = series_[slot];
  const Minutes& shape = shapes_[entry.shape];
  const auto first = std::upper_bound(shape.ends.begin(), shape.ends.end(), after);
  const auto last = std::upper_bound(first, shape.ends.end(), to);
  if (first == last) return {};
  if (!read_values(entry.data, entry.flags, shape.counts, need, scratch))
    return corrupt("a series' buckets are damaged");
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
