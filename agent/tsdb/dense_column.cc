#include "agent/tsdb/dense_column.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/size_code.h"

namespace lapwing::tsdb {
namespace {

constexpr std::uint8_t kPredictionMask = 0x07, kHasDivisor = 0x08, kUnused = 0x10;
constexpr std::uint8_t kHasMisfits = 0x20, kRawConstant = 0x40, kSized = 0x80;
constexpr std::uint64_t kDivisorLimit = 1ull << 62;
constexpr std::uint32_t kNumberLimit = 0xffffffff;  // what a header's small fields hold
// What a reference must save, by the bits of the residuals.
constexpr std::uint64_t kReferencePercent = 97;
// Sizes and bits must save so much: they decode slower, and zstd finds no repeats in the bits.
constexpr std::size_t kSizedPercent = 97;

// Differences may wrap around: what was taken away modulo 2^64 is added back so.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return std::int64_t(std::uint64_t(a) - std::uint64_t(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return std::int64_t(std::uint64_t(a) + std::uint64_t(b));
}
std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - std::uint64_t(value) : std::uint64_t(value);
}
std::uint64_t width(std::uint64_t number) { return std::uint64_t(std::bit_width(number)); }

bool has_residuals(Prediction prediction) {
  return prediction != Prediction::Constant && prediction != Prediction::Sum;
}
bool has_references(Prediction prediction) { return prediction >= Prediction::References; }

}  // namespace

void DenseColumn::prepare(std::span<const double> values) {
  *this = DenseColumn{};
  count_ = values.size();
  const auto first = std::bit_cast<std::uint64_t>(values[0]);
  const bool constant = std::all_of(values.begin(), values.end(), [first](double value) {
    return std::bit_cast<std::uint64_t>(value) == first;
  });
  if (constant) {
    std::vector<std::int64_t> integer;
    form_ = find_integers(values.first(1), integer, misfits_);
    raw_constant_ = form_ == kBitsForm;
    base_ = raw_constant_ ? std::int64_t(first) : integer[0];
    misfits_.clear();
    return;
  }
  form_ = find_integers(values, integers_, misfits_);
  divide();
  predict();
}

void DenseColumn::prepare(std::span<const std::int64_t> integers) {
  *this = DenseColumn{};
  count_ = integers.size();
  base_ = integers[0];
  if (std::all_of(integers.begin(), integers.end(),
                  [&](std::int64_t integer) { return integer == base_; }))
    return;
  integers_.assign(integers.begin(), integers.end());
  divide();
  predict();
}

void DenseColumn::divide() {
  base_ = integers_[0];
  std::uint64_t divisor = 0;
  for (std::size_t i = 1; i < count_ && divisor != 1; ++i)
    divisor = std::gcd(divisor, magnitude(minus(integers_[i], base_)));
  divisor_ = divisor == 0 || divisor >= kDivisorLimit ? 1 : divisor;
  for (std::int64_t& integer : integers_) {
    integer = minus(integer, base_);
    if (divisor_ != 1) integer /= std::int64_t(divisor_);
  }
}

void DenseColumn::predict() {
  differences_.resize(count_);
  differences_[0] = 0;
  for (std::size_t i = 1; i < count_; ++i) differences_[i] = minus(integers_[i], integers_[i - 1]);
  const std::int64_t lowest = *std::min_element(integers_.begin(), integers_.end());
  std::uint64_t from_lowest = 0, from_newest = 0, from_slope = 0;
  for (std::size_t i = 1; i < count_; ++i) {
    from_lowest += width(std::uint64_t(integers_[i]) - std::uint64_t(lowest));
    from_newest += width(zigzag(differences_[i]));
    if (i > 1) from_slope += width(zigzag(minus(differences_[i], differences_[i - 1])));
  }
  // Levels compress worse behind the blocks than differences of the same width do.
  from_lowest += count_ / 4;
  bits_ = std::min({from_lowest, from_newest, from_slope});
  prediction_ = bits_ == from_newest   ? Prediction::Newest
                : bits_ == from_lowest ? Prediction::Lowest
                                       : Prediction::Slope;
  if (prediction_ != Prediction::Lowest) return integers_.clear();
  residuals_.resize(count_);
  for (std::size_t i = 0; i < count_; ++i)
    residuals_[i] = std::uint64_t(integers_[i]) - std::uint64_t(lowest);
  integers_.clear();
}

bool DenseColumn::may_refer_to(const DenseColumn& other) const {
  return !is_constant() && !other.is_constant() && other.count_ == count_ &&
         references_.size() < kReferences && weight_ + other.weight_ <= kColumnWeight;
}

bool DenseColumn::refer_to(const DenseColumn& other, std::uint32_t number) {
  if (!may_refer_to(other)) return false;
  const std::span<const std::int64_t> mine = remainder();
  std::uint64_t with = 0, against = 0;
  for (std::size_t i = 1; i < count_; ++i) {
    with += width(zigzag(minus(mine[i], other.differences_[i])));
    against += width(zigzag(plus(mine[i], other.differences_[i])));
  }
  const std::uint64_t least = std::min(with, against);
  if (least * 100 > bits_ * kReferencePercent) return false;
  const bool negative = against < with;
  remainder_.assign(mine.begin(), mine.end());
  for (std::size_t i = 1; i < count_; ++i)
    remainder_[i] = negative ? plus(remainder_[i], other.differences_[i])
                             : minus(remainder_[i], other.differences_[i]);
  references_.push_back({number, negative});
  weight_ += other.weight_;
  bits_ = least;
  prediction_ = least == 0 ? Prediction::Sum : Prediction::References;
  return true;
}

void DenseColumn::fill_residuals() {
  if (prediction_ == Prediction::Lowest) return;
  residuals_.assign(count_, 0);
  const std::span<const std::int64_t> from = remainder();
  if (prediction_ == Prediction::Slope)
    for (std::size_t i = 2; i < count_; ++i) residuals_[i] = zigzag(minus(from[i], from[i - 1]));
  else
    for (std::size_t i = 1; i < count_; ++i) residuals_[i] = zigzag(from[i]);
}

void DenseColumn::write(std::string& header, DenseBody& body, Residuals residuals) {
  const std::size_t flags_at = header.size();
  header += char(std::uint8_t(prediction_) | (divisor_ != 1 ? kHasDivisor : 0) |
                 (misfits_.empty() ? 0 : kHasMisfits) | (raw_constant_ ? kRawConstant : 0));
  if (raw_constant_) return put_fixed<std::uint64_t>(header, std::uint64_t(base_));
  header += char(form_);
  put_signed(header, base_);
  if (is_constant()) return;
  if (divisor_ != 1) put_varint(header, divisor_);
  if (prediction_ == Prediction::Slope) put_signed(header, differences_[1]);
  if (has_references(prediction_)) put_varint(header, references_.size());
  for (const ColumnReference& one : references_)
    put_varint(header, (std::uint64_t(one.number) << 1) | (one.negative ? 1 : 0));
  if (!misfits_.empty()) {
    std::string bytes;
    std::uint32_t before = 0;
    for (const Misfit& misfit : misfits_) {
      put_varint(bytes, misfit.place - before);
      put_fixed<std::uint64_t>(bytes, misfit.bits);
      before = misfit.place;
    }
    put_varint(header, misfits_.size());
    put_text(header, bytes);
  }
  if (!has_residuals(prediction_)) return;
  fill_residuals();
  body = {};
  for (std::size_t at = 0; at < count_; at += kBlockNumbers)
    pack_block(std::span(residuals_).subspan(at, std::min(kBlockNumbers, count_ - at)), body.bits);
  SizeCounts counts;
  // No code is shorter than a bit a number; its share of a table comes on top.
  const std::size_t least = count_ / 8 + 8;
  if (residuals == Residuals::BlocksOrSizes && count_sizes(residuals_, counts) &&
      std::max(size_code_bytes(counts), least) * 100 < body.bits.size() * kSizedPercent) {
    header[flags_at] = char(std::uint8_t(header[flags_at]) | kSized);
    body.bits.clear();
    encode_sizes(residuals_, body.sizes, body.bits);
  }
  put_varint(header, body.bits.size());
  residuals_ = {};
  remainder_ = {};
}

std::optional<DenseHeader> read_dense_header(ByteReader& in, std::size_t count) {
  DenseHeader header;
  const std::uint8_t flags = in.byte();
  if ((flags & kPredictionMask) > std::uint8_t(Prediction::Sum) || (flags & kUnused) != 0 ||
      count == 0)
    return std::nullopt;
  header.prediction = Prediction(flags & kPredictionMask);
  header.sized = (flags & kSized) != 0;
  const bool constant = header.prediction == Prediction::Constant;
  if ((flags & kRawConstant) != 0) {
    header.constant_bits = in.fixed<std::uint64_t>();
    header.form = kBitsForm;
    return constant && !in.failed() ? std::optional(header) : std::nullopt;
  }
  header.form = in.byte();
  header.base = in.signed_varint();
  if (header.form >= kForms) return std::nullopt;
  if (constant) {
    header.constant_bits = std::bit_cast<std::uint64_t>(from_integer(header.base, header.form));
    return in.failed() ? std::nullopt : std::optional(header);
  }
  if ((flags & kHasDivisor) != 0) header.divisor = in.varint();
  if (header.prediction == Prediction::Slope) header.slope = in.signed_varint();
  if (has_references(header.prediction)) {
    const std::uint64_t references = in.varint();
    if (references == 0 || references > kReferences) return std::nullopt;
    header.reference_count = std::uint8_t(references);
    for (std::size_t i = 0; i < references; ++i) {
      const std::uint64_t token = in.varint();
      if (token > kNumberLimit) return std::nullopt;
      header.references[i].number = std::uint32_t(token >> 1) & (kNumberLimit >> 1);
      header.references[i].negative = token & 1;
    }
  }
  if ((flags & kHasMisfits) != 0) {
    const std::uint64_t misfits = in.varint();
    if (misfits > count) return std::nullopt;
    header.misfits = std::uint32_t(misfits);
    header.misfit_bytes = in.text();
  }
  if (has_residuals(header.prediction)) {
    const std::uint64_t bytes = in.varint();
    if (bytes > kNumberLimit) return std::nullopt;
    header.body_bytes = std::uint32_t(bytes);
  }
  return in.failed() ? std::nullopt : std::optional(header);
}

}  // namespace lapwing::tsdb
