// The reading half of dense_column.h. Arithmetic is modulo 2^64: damaged bytes may wrap around.
// Work goes in whole blocks even where fewer entries count, since loops of a fixed length are fast;
// what is too much means nothing.
#include <algorithm>
#include <bit>
#include <cstring>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/dense_column.h"
#include "agent/tsdb/size_code.h"

namespace lapwing::tsdb {
namespace {

// Of columns that others refer to: some forty. Decoding one again costs less than the page faults
// of keeping more.
constexpr std::size_t kKeptBytes = 256u << 10;

constexpr std::size_t whole_blocks(std::size_t count) {
  return (count + kBlockNumbers - 1) / kBlockNumbers * kBlockNumbers;
}

/// The first `to` residuals at least; all must be there.
bool read_residuals(const DenseView& column, std::size_t count, std::size_t to,
                    std::uint64_t* out) {
  if (column.header.sized)
    return column.sizes.size() == count && decode_sizes(column.sizes, column.body, out);
  ByteReader in(column.body);
  for (std::size_t at = 0; at < to; at += kBlockNumbers)
    if (!unpack_block(in, std::min(kBlockNumbers, count - at), out + at)) return false;
  return to < count || in.at_end();
}

using Words = std::uint64_t __attribute__((vector_size(16)));

Words load(const std::uint64_t* from) {
  Words words;
  std::memcpy(&words, from, sizeof(words));
  return words;
}

void store(Words words, std::uint64_t* to) { std::memcpy(to, &words, sizeof(words)); }

Words unzigzagged(Words numbers) { return (numbers >> 1) ^ (0 - (numbers & 1)); }

/// Each number becomes the sum of `before` and of what `meaning` makes of all up to it.
template <typename Meaning>
void sum_up(std::size_t count, std::uint64_t before, Meaning meaning, std::uint64_t* numbers) {
  Words sum = {before, before};
  for (std::size_t at = 0; at < count; at += kBlockNumbers) {
    for (std::size_t i = at; i < at + kBlockNumbers; i += 2) {
      Words words = meaning(load(numbers + i));
      words += __builtin_shufflevector(Words{}, words, 0, 2) + sum;
      store(words, numbers + i);
      sum = __builtin_shufflevector(words, words, 1, 1);
    }
  }
}

/// `step_of` makes a step of a residual; what it makes of the first one, 0, does not count.
template <typename StepOf>
void add_steps(const DenseHeader& header, std::size_t count, StepOf step_of,
               std::uint64_t* numbers) {
  numbers[0] = 0;
  const std::uint64_t none = 0 - step_of(Words{})[0];
  if (header.prediction != Prediction::Slope) {
    sum_up(count, none, step_of, numbers);
    return;
  }
  // Of the steps the slopes, of the slopes the levels.
  sum_up(count, none + std::uint64_t(header.slope), step_of, numbers);
  numbers[0] = 0;
  sum_up(count, 0, [](Words slopes) { return slopes; }, numbers);
}

/// Residuals become levels, in place.
void add_up(const DenseHeader& header, std::size_t count, std::uint64_t* numbers) {
  if (header.prediction == Prediction::Lowest) {
    const Words first = {numbers[0], numbers[0]};
    for (std::size_t at = 0; at < count; at += kBlockNumbers)
      for (std::size_t i = at; i < at + kBlockNumbers; i += 2)
        store(load(numbers + i) - first, numbers + i);
    return;
  }
  const auto lowest = std::uint64_t(header.lowest), slope = std::uint64_t(header.slope);
  if (header.counted)
    add_steps(header, count, [=](Words residuals) { return residuals + lowest; }, numbers);
  else if (header.prediction == Prediction::Steady)
    add_steps(
        header, count, [=](Words residuals) { return unzigzagged(residuals) + slope; }, numbers);
  else
    add_steps(header, count, unzigzagged, numbers);
}

void add_reference(const std::uint64_t* theirs, bool negative, std::size_t count,
                   std::uint64_t* numbers) {
  // (x ^ sign) - sign negates where sign is all ones.
  const std::uint64_t sign = negative ? ~0ull : 0;
  for (std::size_t at = 0; at < count; at += kBlockNumbers)
    for (std::size_t i = at; i < at + kBlockNumbers; i += 2)
      store(load(numbers + i) + ((load(theirs + i) ^ sign) - sign), numbers + i);
}

void fill(std::size_t count, double value, double* out) {
  using Doubles = double __attribute__((vector_size(16)));
  const Doubles two = {value, value};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    std::memcpy(out + i, &two, sizeof(two));
    std::memcpy(out + i + 2, &two, sizeof(two));
    std::memcpy(out + i + 4, &two, sizeof(two));
    std::memcpy(out + i + 6, &two, sizeof(two));
  }
  for (; i < count; ++i) out[i] = value;
}

bool put_misfits(const DenseHeader& header, std::size_t count, std::size_t from, std::size_t to,
                 double* out) {
  ByteReader in(header.misfit_bytes);
  std::uint64_t place = 0;
  for (std::uint64_t i = 0; i < header.misfits; ++i) {
    place += in.varint();
    const auto bits = in.fixed<std::uint64_t>();
    if (in.failed() || place >= count) return false;
    if (place >= from && place < to) out[place - from] = std::bit_cast<double>(bits);
  }
  return in.at_end();
}

void append_alone(DenseColumn& column, std::string& out) {
  DenseFields fields;
  DenseBody body;
  column.write(fields, body, DenseColumn::Residuals::Blocks);
  out += fields.joined() + body.bits;
}

/// A column in one; false when the bytes are damaged.
bool read_alone(std::string_view bytes, DenseView& column) {
  ByteReader in(bytes);
  DenseHeader& header = column.header;
  if (!read_dense_headers(in, {&header, 1})) return false;
  column.body = in.bytes(header.body_bytes);
  // A column that stands alone refers to none and is written in blocks.
  return !in.failed() && in.at_end() && header.reference_count == 0 && !header.sized;
}

}  // namespace

void DenseDecoder::forget() {
  kept_.clear();
  kept_bytes_ = 0;
}

/// The levels of a column that others refer to; null when it is damaged.
const std::uint64_t* DenseDecoder::kept(const DenseView& column, std::size_t count) {
  const auto found = kept_.find(&column);
  if (found != kept_.end()) return found->second.get();
  // Filled to the last number: not cleared before.
  Levels levels(new std::uint64_t[whole_blocks(count)]);
  if (!fill_levels(column, count, count, levels.get())) return nullptr;
  kept_bytes_ += whole_blocks(count) * sizeof(std::uint64_t);
  return (kept_[&column] = std::move(levels)).get();
}

bool DenseDecoder::fill_levels(const DenseView& column, std::size_t count, std::size_t to,
                               std::uint64_t* out) {
  const DenseHeader& header = column.header;
  if (header.prediction == Prediction::Sum) {
    std::fill_n(out, whole_blocks(to), 0);
  } else {
    if (!read_residuals(column, count, to, out)) return false;
    add_up(header, to, out);
  }
  for (std::size_t i = 0; i < header.reference_count; ++i) {
    const std::uint64_t* theirs = kept(*column.references[i], count);
    if (theirs == nullptr) return false;
    add_reference(theirs, header.references[i].negative, to, out);
  }
  return true;
}

const std::uint64_t* DenseDecoder::levels_of(const DenseView& column, std::size_t count,
                                             std::size_t to) {
  if (column.referred) return kept(column, count);
  if (const std::size_t size = whole_blocks(count); size > levels_size_) {
    levels_.reset(new std::uint64_t[size]);
    levels_size_ = size;
  }
  return fill_levels(column, count, to, levels_.get()) ? levels_.get() : nullptr;
}

bool DenseDecoder::decode(const DenseView& column, std::size_t count, std::size_t from,
                          std::size_t to, double* out) {
  const DenseHeader& header = column.header;
  if (header.prediction == Prediction::Constant) {
    fill(to - from, std::bit_cast<double>(header.constant_bits), out);
    return true;
  }
  if (kept_bytes_ > kKeptBytes) forget();
  const std::uint64_t* levels = levels_of(column, count, to);
  if (levels == nullptr) return false;
  from_levels({levels + from, to - from}, header.base, header.divisor, header.form, out);
  return header.misfits == 0 || put_misfits(header, count, from, to, out);
}

bool DenseDecoder::decode(const DenseView& column, std::size_t count, std::int64_t* out) {
  const DenseHeader& header = column.header;
  if (header.misfits != 0 || header.form != kWholeForm) return false;
  if (header.prediction == Prediction::Constant) {
    std::fill_n(out, count, header.base);
    return true;
  }
  const std::uint64_t* levels = levels_of(column, count, count);
  if (levels == nullptr) return false;
  for (std::size_t i = 0; i < count; ++i)
    out[i] = std::int64_t(std::uint64_t(header.base) + header.divisor * levels[i]);
  return true;
}

void encode_doubles(std::span<const double> values, std::string& out) {
  if (values.empty()) return;
  DenseColumn column;
  column.prepare(values);
  append_alone(column, out);
}

void encode_integers(std::span<const std::int64_t> integers, std::string& out) {
  if (integers.empty()) return;
  DenseColumn column;
  column.prepare(integers);
  append_alone(column, out);
}

bool decode_doubles(std::string_view bytes, std::span<double> out) {
  if (out.empty()) return bytes.empty();
  DenseView column;
  return read_alone(bytes, column) &&
         DenseDecoder().decode(column, out.size(), 0, out.size(), out.data());
}

bool decode_integers(std::string_view bytes, std::span<std::int64_t> out) {
  if (out.empty()) return bytes.empty();
  DenseView column;
  return read_alone(bytes, column) && DenseDecoder().decode(column, out.size(), out.data());
}

}  // namespace lapwing::tsdb
