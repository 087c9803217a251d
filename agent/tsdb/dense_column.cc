#include "agent/tsdb/dense_column.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/size_code.h"

namespace lapwing::tsdb {
namespace {

constexpr std::uint8_t kPredictionMask = 0x07, kHasDivisor = 0x08, kCounted = 0x10;
constexpr std::uint8_t kHasMisfits = 0x20, kRawConstant = 0x40, kSized = 0x80;
constexpr std::uint64_t kDivisorLimit = 1ull << 62;
constexpr std::uint32_t kNumberLimit = 0xffffffff;  // what a header's small fields hold
// What a reference must save, by the bits of the residuals.
constexpr std::uint64_t kReferencePercent = 97;
// A prediction whose residuals are so much wider than another's is not the shorter one.
constexpr std::uint64_t kWidePercent = 125;
// Of so many differences the middle one is what a column grows by.
constexpr std::size_t kMiddleProbes = 63;
// What the lowest step takes in a header, about.
constexpr std::uint64_t kLowestBits = 20;
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
bool has_references(Prediction prediction) {
  return prediction == Prediction::References || prediction == Prediction::Sum;
}
bool has_slope(Prediction prediction) {
  return prediction == Prediction::Slope || prediction == Prediction::Steady;
}

/// What numbers take as sizes and bits with a code of their own.
std::uint64_t code_bits(std::span<const std::uint64_t> numbers) {
  SizeCounts counts;
  if (count_sizes(numbers, counts)) return size_code_bits(counts);
  std::uint64_t bits = 0;
  for (const std::uint64_t number : numbers) bits += width(number);
  return bits;
}

bool read_references(ByteReader& in, DenseHeader& header) {
  const std::uint64_t references = in.varint();
  if (references == 0 || references > kReferences) return false;
  header.reference_count = std::uint8_t(references);
  for (std::size_t i = 0; i < references; ++i) {
    const std::uint64_t token = in.varint();
    if (token > kNumberLimit) return false;
    header.references[i].number = std::uint32_t(token >> 1) & (kNumberLimit >> 1);
    header.references[i].negative = token & 1;
  }
  return true;
}

}  // namespace

void DenseColumn::prepare(std::span<const double> values, Use use) {
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
  find_differences();
  prediction_ = Prediction::Newest;
  if (use == Use::Write) predict();
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
  find_differences();
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

void DenseColumn::find_differences() {
  differences_.resize(count_);
  differences_[0] = 0;
  for (std::size_t i = 1; i < count_; ++i) differences_[i] = minus(integers_[i], integers_[i - 1]);
}

void DenseColumn::predict() {
  const std::int64_t lowest = *std::min_element(integers_.begin(), integers_.end());
  std::uint64_t from_lowest = 0, from_newest = 0, from_slope = 0;
  for (std::size_t i = 1; i < count_; ++i) {
    from_lowest += width(std::uint64_t(integers_[i]) - std::uint64_t(lowest));
    from_newest += width(zigzag(differences_[i]));
    if (i > 1) from_slope += width(zigzag(minus(differences_[i], differences_[i - 1])));
  }
  // Levels compress worse behind the blocks than differences of the same width do.
  from_lowest += count_ / 4;
  const std::uint64_t most =
      std::min({from_lowest, from_newest, from_slope}) * kWidePercent / 100 + count_;
  prediction_ = Prediction::Newest;
  residuals_ = numbers_of(differences_, 1);
  if (from_lowest <= most) {
    Numbers levels{std::vector<std::uint64_t>(count_), {}, count_ / 4};
    for (std::size_t i = 0; i < count_; ++i)
      levels.each[i] = std::uint64_t(integers_[i]) - std::uint64_t(lowest);
    levels.bits += code_bits(levels.each);
    take(Prediction::Lowest, std::move(levels));
  }
  if (from_slope <= most) {
    std::vector<std::int64_t> bends(count_);
    for (std::size_t i = 2; i < count_; ++i) bends[i] = minus(differences_[i], differences_[i - 1]);
    take(Prediction::Slope, numbers_of(bends, 2));
  }
  if (std::min(from_newest, from_slope) <= most) try_steady();
  integers_.clear();
}

/// Where two take as much the later one wins, which has more zeros.
void DenseColumn::take(Prediction prediction, Numbers residuals) {
  if (residuals.bits > residuals_.bits) return;
  prediction_ = prediction;
  residuals_ = std::move(residuals);
}

void DenseColumn::try_steady() {
  std::vector<std::int64_t> probes;
  const std::size_t step = std::max<std::size_t>(1, count_ / kMiddleProbes);
  for (std::size_t i = 1; i < count_; i += step) probes.push_back(differences_[i]);
  const auto middle = probes.begin() + std::ptrdiff_t(probes.size() / 2);
  std::nth_element(probes.begin(), middle, probes.end());
  if (*middle == 0) return;
  middle_ = *middle;
  Numbers about{std::vector<std::uint64_t>(count_), {}, kLowestBits};
  for (std::size_t i = 1; i < count_; ++i) about.each[i] = zigzag(minus(differences_[i], middle_));
  about.bits += code_bits(about.each);
  take(Prediction::Steady, std::move(about));
}

DenseColumn::Numbers DenseColumn::numbers_of(std::span<const std::int64_t> steps,
                                             std::size_t unused) {
  Numbers signs{std::vector<std::uint64_t>(steps.size()), {}, 0};
  if (steps.size() <= unused) return signs;
  const std::int64_t lowest =
      *std::min_element(steps.begin() + std::ptrdiff_t(unused), steps.end());
  Numbers counted{signs.each, lowest, kLowestBits};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::int64_t step = steps[std::max(i, unused)];
    signs.each[i] = zigzag(step);
    counted.each[i] = std::uint64_t(step) - std::uint64_t(lowest);
  }
  signs.bits = code_bits(signs.each);
  counted.bits += code_bits(counted.each);
  return counted.bits < signs.bits ? counted : signs;
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
  const bool negative = against < with;
  std::vector<std::int64_t> rest(count_);
  for (std::size_t i = 1; i < count_; ++i)
    rest[i] =
        negative ? plus(mine[i], other.differences_[i]) : minus(mine[i], other.differences_[i]);
  Numbers residuals = numbers_of(rest, 1);
  if (residuals.bits * 100 > residuals_.bits * kReferencePercent) return false;
  remainder_ = std::move(rest);
  residuals_ = std::move(residuals);
  references_.push_back({number, negative});
  weight_ += other.weight_;
  prediction_ = std::min(with, against) == 0 ? Prediction::Sum : Prediction::References;
  return true;
}

/// The difference that would stand before the first one.
std::int64_t DenseColumn::slope_before() const {
  const std::uint64_t number = residuals_.each[1];
  const std::int64_t bend =
      residuals_.lowest ? plus(*residuals_.lowest, std::int64_t(number)) : unzigzag(number);
  return minus(differences_[1], bend);
}

void DenseColumn::write_misfits(std::string& out) const {
  std::string bytes;
  std::uint32_t before = 0;
  for (const Misfit& misfit : misfits_) {
    put_varint(bytes, misfit.place - before);
    put_fixed<std::uint64_t>(bytes, misfit.bits);
    before = misfit.place;
  }
  put_varint(out, misfits_.size());
  put_text(out, bytes);
}

void DenseColumn::write_body(DenseBody& body, Residuals residuals) const {
  const std::vector<std::uint64_t>& numbers = residuals_.each;
  body = {};
  for (std::size_t at = 0; at < count_; at += kBlockNumbers)
    pack_block(std::span(numbers).subspan(at, std::min(kBlockNumbers, count_ - at)), body.bits);
  SizeCounts counts;
  if (residuals == Residuals::Blocks || !count_sizes(numbers, counts)) return;
  // No code is shorter than a bit a number; its share of a table comes on top.
  const std::size_t least = count_ / 8 + 8;
  const std::size_t coded = std::max<std::size_t>(size_code_bits(counts) / 8 + 1, least);
  if (coded * 100 >= body.bits.size() * kSizedPercent) return;
  body.bits.clear();
  encode_sizes(numbers, body.sizes, body.bits);
}

void DenseColumn::write(DenseFields& fields, DenseBody& body, Residuals residuals) {
  if (has_residuals(prediction_)) write_body(body, residuals);
  const bool counted = has_residuals(prediction_) && residuals_.lowest.has_value();
  auto& each = fields.each;
  each[DenseFields::Flags] +=
      char(std::uint8_t(prediction_) | (divisor_ != 1 ? kHasDivisor : 0) |
           (counted ? kCounted : 0) | (misfits_.empty() ? 0 : kHasMisfits) |
           (raw_constant_ ? kRawConstant : 0) | (body.sizes.empty() ? 0 : kSized));
  if (raw_constant_) return put_fixed<std::uint64_t>(each[DenseFields::Base], std::uint64_t(base_));
  each[DenseFields::FormOfIntegers] += char(form_);
  put_signed(each[DenseFields::Base], base_);
  if (is_constant()) return;
  if (divisor_ != 1) put_varint(each[DenseFields::Divisor], divisor_);
  if (has_slope(prediction_))
    put_signed(each[DenseFields::Slope],
               prediction_ == Prediction::Slope ? slope_before() : middle_);
  if (has_references(prediction_)) put_varint(each[DenseFields::References], references_.size());
  for (const ColumnReference& one : references_)
    put_varint(each[DenseFields::References],
               (std::uint64_t(one.number) << 1) | (one.negative ? 1 : 0));
  if (!misfits_.empty()) write_misfits(each[DenseFields::Misfits]);
  if (counted) put_signed(each[DenseFields::Lowest], *residuals_.lowest);
  if (has_residuals(prediction_)) put_varint(each[DenseFields::BodyBytes], body.bits.size());
  residuals_ = {};
  remainder_ = {};
}

std::string DenseFields::joined() const {
  std::string out;
  for (const std::string& field : each) out += field;
  return out;
}

bool read_dense_headers(ByteReader& in, std::span<DenseHeader> headers) {
  const std::string_view flags = in.bytes(headers.size());
  if (in.failed()) return false;
  const auto has = [&](std::size_t i, std::uint8_t flag) {
    return (std::uint8_t(flags[i]) & flag) != 0;
  };
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const std::uint8_t prediction = std::uint8_t(flags[i]) & kPredictionMask;
    headers[i].prediction = Prediction(prediction);
    headers[i].sized = has(i, kSized);
    headers[i].counted = has(i, kCounted);
    headers[i].form = kBitsForm;
    if (prediction > std::uint8_t(Prediction::Steady)) return false;
    const bool constant = headers[i].prediction == Prediction::Constant;
    if (has(i, kRawConstant) && !constant) return false;
    // Nothing of these where there are no residuals.
    if (!has_residuals(headers[i].prediction) && (headers[i].sized || headers[i].counted))
      return false;
  }
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (has(i, kRawConstant)) continue;
    headers[i].form = in.byte();
    if (headers[i].form >= kForms) return false;
  }
  for (std::size_t i = 0; i < headers.size(); ++i) {
    DenseHeader& header = headers[i];
    if (has(i, kRawConstant)) {
      header.constant_bits = in.fixed<std::uint64_t>();
      continue;
    }
    header.base = in.signed_varint();
    if (header.prediction == Prediction::Constant)
      header.constant_bits = std::bit_cast<std::uint64_t>(from_integer(header.base, header.form));
  }
  const auto each = [&](auto present, auto read) {
    for (std::size_t i = 0; i < headers.size() && !in.failed(); ++i)
      if (headers[i].prediction != Prediction::Constant && present(i) && !read(headers[i]))
        in.fail();
  };
  each([&](std::size_t i) { return has(i, kHasDivisor); },
       [&](DenseHeader& header) { return header.divisor = in.varint(), true; });
  each([&](std::size_t i) { return has_slope(headers[i].prediction); },
       [&](DenseHeader& header) { return header.slope = in.signed_varint(), true; });
  each([&](std::size_t i) { return has_references(headers[i].prediction); },
       [&](DenseHeader& header) { return read_references(in, header); });
  each([&](std::size_t i) { return has(i, kHasMisfits); },
       [&](DenseHeader& header) {
         const std::uint64_t misfits = in.varint();
         header.misfits = std::uint32_t(misfits);
         header.misfit_bytes = in.text();
         return misfits <= header.misfit_bytes.size();
       });
  each([&](std::size_t i) { return headers[i].counted; },
       [&](DenseHeader& header) { return header.lowest = in.signed_varint(), true; });
  each([&](std::size_t i) { return has_residuals(headers[i].prediction); },
       [&](DenseHeader& header) {
         const std::uint64_t bytes = in.varint();
         header.body_bytes = std::uint32_t(bytes);
         return bytes <= kNumberLimit;
       });
  return !in.failed();
}

}  // namespace lapwing::tsdb
