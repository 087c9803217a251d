// The reading half of dense_column.h.
#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>
#include <vector>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/dense_column.h"
#include "agent/tsdb/width_code.h"

namespace lapwing::tsdb {
namespace {

using Integers = std::array<std::int64_t, kBlockNumbers>;

/// Gives the differences of a column that refers to no other, a block at a time. Arithmetic is
/// modulo 2^64: damaged bytes may wrap around. Whole blocks are computed even where fewer numbers
/// count, since loops of a fixed length are fast; what is too much means nothing.
class PlainDifferences {
 public:
  explicit PlainDifferences(const DenseView& column)
      : prediction_(column.header.prediction),
        in_(column.body),
        slope_(std::uint64_t(column.header.slope)) {
    if (!column.header.width_coded) return;
    widths_.emplace();
    damaged_ = !widths_->begin(column.body);
  }

  bool next(std::size_t count, Block& out) {
    if (widths_ ? damaged_ || !widths_->next(count, out) : !unpack_block(in_, count, out))
      return false;
    const bool first = !std::exchange(started_, true);
    if (prediction_ == Prediction::Lowest) {
      if (first) newest_ = out[0];
      for (std::uint64_t& number : out) number -= std::exchange(newest_, number);
      return true;
    }
    for (std::uint64_t& number : out) number = (number >> 1) ^ (0 - (number & 1));
    if (prediction_ == Prediction::Slope)
      for (std::uint64_t& number : out) number = slope_ += number;
    if (first) out[0] = 0;
    return true;
  }

  bool at_end() const { return widths_ ? widths_->at_end() : in_.at_end(); }

 private:
  const Prediction prediction_;
  ByteReader in_;
  std::optional<WidthReader> widths_;
  bool damaged_ = false;
  std::uint64_t slope_;
  std::uint64_t newest_ = 0;
  bool started_ = false;
};

/// The same for any column: its own differences and those of its references, which may have
/// references themselves.
class Differences {
 public:
  explicit Differences(const DenseView& column) : column_(column), own_(column) {
    references_.reserve(column.header.reference_count);
    for (std::size_t i = 0; i < column.header.reference_count; ++i)
      references_.emplace_back(*column.references[i]);
  }

  bool next(std::size_t count, Block& out) {
    if (column_.header.prediction == Prediction::Sum)
      out.fill(0);
    else if (!own_.next(count, out))
      return false;
    if (references_.empty()) return true;
    Block theirs{};
    for (std::size_t r = 0; r < references_.size(); ++r) {
      if (!references_[r].next(count, theirs)) return false;
      // (x ^ sign) - sign negates where sign is all ones.
      const std::uint64_t sign = column_.header.references[r].negative ? ~0ull : 0;
      for (std::size_t i = 0; i < kBlockNumbers; ++i) out[i] += (theirs[i] ^ sign) - sign;
    }
    return true;
  }

  bool at_end() const { return column_.header.prediction == Prediction::Sum || own_.at_end(); }

 private:
  const DenseView& column_;
  PlainDifferences own_;
  std::vector<Differences> references_;
};

/// Calls `take(first place, integers)` for each block up to `to`.
template <typename Take>
bool each_block(const DenseView& column, std::size_t count, std::size_t to, const Take& take) {
  const DenseHeader& header = column.header;
  Differences differences(column);
  Block block{};
  Integers integers;
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < to; at += kBlockNumbers) {
    const std::size_t here = std::min(kBlockNumbers, count - at);
    if (!differences.next(here, block)) return false;
    for (std::size_t i = 0; i < here; ++i)
      integers[i] = std::int64_t(std::uint64_t(header.base) + header.divisor * (sum += block[i]));
    take(at, std::span<const std::int64_t>(integers).first(here));
  }
  return to < count || differences.at_end();
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

/// A column's header and body in one; false when the bytes are damaged.
bool read_alone(std::string_view bytes, std::size_t count, DenseView& column) {
  ByteReader in(bytes);
  const auto header = read_dense_header(in, count);
  if (!header) return false;
  column.header = *header;
  column.body = in.bytes(header->body_bytes);
  // A column that stands alone refers to none.
  return !in.failed() && in.at_end() && header->reference_count == 0;
}

}  // namespace

bool decode_dense(const DenseView& column, std::size_t count, std::size_t from, std::size_t to,
                  double* out) {
  if (column.header.prediction == Prediction::Constant) {
    std::fill_n(out, to - from, std::bit_cast<double>(column.header.constant_bits));
    return true;
  }
  const auto take = [&](std::size_t at, std::span<const std::int64_t> integers) {
    const std::size_t skip = from > at ? std::min(from - at, integers.size()) : 0;
    const std::size_t end = std::min(to - at, integers.size());
    if (skip >= end) return;
    from_integers(integers.subspan(skip, end - skip), column.header.form, out + (at + skip - from));
  };
  return each_block(column, count, to, take) && put_misfits(column.header, count, from, to, out);
}

void encode_doubles(std::span<const double> values, std::string& out) {
  if (values.empty()) return;
  DenseColumn column;
  column.prepare(values);
  std::string body;
  column.write(out, body);
  out += body;
}

void encode_integers(std::span<const std::int64_t> integers, std::string& out) {
  if (integers.empty()) return;
  DenseColumn column;
  column.prepare(integers);
  std::string body;
  column.write(out, body);
  out += body;
}

bool decode_doubles(std::string_view bytes, std::span<double> out) {
  if (out.empty()) return bytes.empty();
  DenseView column;
  return read_alone(bytes, out.size(), column) &&
         decode_dense(column, out.size(), 0, out.size(), out.data());
}

bool decode_integers(std::string_view bytes, std::span<std::int64_t> out) {
  if (out.empty()) return bytes.empty();
  DenseView column;
  if (!read_alone(bytes, out.size(), column) || column.header.misfits != 0) return false;
  if (column.header.prediction == Prediction::Constant) {
    // A column of integers never has a constant in raw bits.
    if (column.header.form != kWholeForm) return false;
    std::ranges::fill(out, column.header.base);
    return true;
  }
  return each_block(column, out.size(), out.size(),
                    [&](std::size_t at, std::span<const std::int64_t> integers) {
                      std::ranges::copy(integers, out.begin() + std::ptrdiff_t(at));
                    });
}

}  // namespace lapwing::tsdb
