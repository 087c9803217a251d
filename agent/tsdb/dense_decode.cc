// The reading half of dense_column.h. Arithmetic is modulo 2^64: damaged bytes may wrap around.
// Work goes in whole blocks even where fewer entries count, since loops of a fixed length are fast;
// what is too much means nothing.
#include <algorithm>
#include <bit>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/dense_column.h"
#include "agent/tsdb/size_code.h"

namespace lapwing::tsdb {
namespace {

// Of columns that others refer to: a few hundred, as a query over many chunks meets them.
constexpr std::size_t kKeptBytes = 2u << 20;

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

constexpr std::uint64_t unzigzagged(std::uint64_t number) {
  return (number >> 1) ^ (0 - (number & 1));
}

/// `step_of` makes a step of a residual; what it makes of the first one, 0, does not count.
template <typename StepOf>
void add_steps(const DenseHeader& header, std::size_t count, StepOf step_of,
               std::uint64_t* numbers) {
  numbers[0] = 0;
  std::uint64_t level = 0;
  if (header.prediction == Prediction::Slope) {
    auto slope = std::uint64_t(header.slope);
    for (std::size_t i = 1; i < count; ++i) numbers[i] = level += slope += step_of(numbers[i]);
    return;
  }
  level -= step_of(0);
  for (std::size_t at = 0; at < count; at += kBlockNumbers)
    for (std::size_t i = 0; i < kBlockNumbers; ++i)
      numbers[at + i] = level += step_of(numbers[at + i]);
}

/// Residuals become levels, in place.
void add_up(const DenseHeader& header, std::size_t count, std::uint64_t* numbers) {
  if (header.prediction == Prediction::Lowest) {
    const std::uint64_t first = numbers[0];
    for (std::size_t at = 0; at < count; at += kBlockNumbers)
      for (std::size_t i = 0; i < kBlockNumbers; ++i) numbers[at + i] -= first;
    return;
  }
  const auto lowest = std::uint64_t(header.lowest), slope = std::uint64_t(header.slope);
  if (header.counted)
    add_steps(header, count, [=](std::uint64_t number) { return lowest + number; }, numbers);
  else if (header.prediction == Prediction::Steady)
    add_steps(
        header, count, [=](std::uint64_t number) { return slope + unzigzagged(number); }, numbers);
  else
    add_steps(header, count, unzigzagged, numbers);
}

void add_reference(const std::uint64_t* theirs, bool negative, std::size_t count,
                   std::uint64_t* numbers) {
  // (x ^ sign) - sign negates where sign is all ones.
  const std::uint64_t sign = negative ? ~0ull : 0;
  for (std::size_t at = 0; at < count; at += kBlockNumbers)
    for (std::size_t i = 0; i < kBlockNumbers; ++i)
      numbers[at + i] += (theirs[at + i] ^ sign) - sign;
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
const DenseDecoder::Levels* DenseDecoder::kept(const DenseView& column, std::size_t count) {
  const auto found = kept_.find(&column);
  if (found != kept_.end()) return &found->second;
  Levels levels;
  if (!fill(column, count, count, levels)) return nullptr;
  kept_bytes_ += levels.size() * sizeof(std::uint64_t);
  return &(kept_[&column] = std::move(levels));
}

bool DenseDecoder::fill(const DenseView& column, std::size_t count, std::size_t to, Levels& out) {
  const DenseHeader& header = column.header;
  out.resize(whole_blocks(header.sized ? count : to));
  if (header.prediction == Prediction::Sum) {
    std::ranges::fill(out, 0);
  } else {
    if (!read_residuals(column, count, to, out.data())) return false;
    add_up(header, to, out.data());
  }
  for (std::size_t i = 0; i < header.reference_count; ++i) {
    const Levels* theirs = kept(*column.references[i], count);
    if (theirs == nullptr) return false;
    add_reference(theirs->data(), header.references[i].negative, to, out.data());
  }
  return true;
}

bool DenseDecoder::decode(const DenseView& column, std::size_t count, std::size_t from,
                          std::size_t to, double* out) {
  const DenseHeader& header = column.header;
  if (header.prediction == Prediction::Constant) {
    std::fill_n(out, to - from, std::bit_cast<double>(header.constant_bits));
    return true;
  }
  if (kept_bytes_ > kKeptBytes) forget();
  const Levels* levels = &levels_;
  if (column.referred)
    levels = kept(column, count);
  else if (!fill(column, count, to, levels_))
    return false;
  if (levels == nullptr) return false;
  from_levels(std::span(*levels).subspan(from, to - from), header.base, header.divisor, header.form,
              out);
  return put_misfits(header, count, from, to, out);
}

bool DenseDecoder::decode(const DenseView& column, std::size_t count, std::int64_t* out) {
  const DenseHeader& header = column.header;
  if (header.misfits != 0 || header.form != kWholeForm) return false;
  if (header.prediction == Prediction::Constant) {
    std::fill_n(out, count, header.base);
    return true;
  }
  if (!fill(column, count, count, levels_)) return false;
  for (std::size_t i = 0; i < count; ++i)
    out[i] = std::int64_t(std::uint64_t(header.base) + header.divisor * levels_[i]);
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
