#include "agent/tsdb/codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "agent/tsdb/bytes.h"

namespace lapwing::tsdb {
namespace {

// The low two bits of a value token.
enum Tag : std::uint64_t { kRepeat = 0, kDecimal = 1, kXor = 2, kForm = 3 };

// Forms 0 to 9 divide the mantissa by a power of ten; 10 to 12 multiply by a negative one, as
// exporters do with milli-, micro- and nanoseconds (the two differ in the last bit).
constexpr std::uint8_t kForms = 13;
constexpr std::array<double, kForms> kFactor = {1,   1e1, 1e2, 1e3,  1e4,  1e5, 1e6,
                                                1e7, 1e8, 1e9, 1e-3, 1e-6, 1e-9};
constexpr std::array<double, kForms> kInverse = {1,   1e1, 1e2, 1e3, 1e4, 1e5, 1e6,
                                                 1e7, 1e8, 1e9, 1e3, 1e6, 1e9};
// Past so many futile searches a column is taken for one of true floating-point values.
constexpr std::uint8_t kSearches = 4;

double from_mantissa(std::int64_t mantissa, std::uint8_t form) {
  return form < 10 ? double(mantissa) / kFactor[form] : double(mantissa) * kFactor[form];
}

bool to_mantissa(double value, std::uint8_t form, std::int64_t& mantissa) {
  constexpr double kLimit = double(1LL << 51);
  constexpr double kRounder = double(3LL << 51);  // adding it rounds to an integer
  const double scaled = value * kInverse[form];
  if (!(std::fabs(scaled) < kLimit)) return false;  // NaN and infinities too
  mantissa = std::int64_t((scaled + kRounder) - kRounder);
  return std::bit_cast<std::uint64_t>(from_mantissa(mantissa, form)) ==
         std::bit_cast<std::uint64_t>(value);
}

bool find_form(ValueState& state, double value, std::int64_t& mantissa) {
  if (to_mantissa(value, state.form, mantissa)) return true;
  if (state.misses >= kSearches) return false;
  for (std::uint8_t form = 0; form < kForms; ++form) {
    if (form == state.form || !to_mantissa(value, form, mantissa)) continue;
    state.form = form;
    return true;
  }
  ++state.misses;
  return false;
}

void put_xor(std::string& out, std::uint64_t difference) {
  const unsigned low_zero_bytes = unsigned(std::countr_zero(difference)) / 8;
  const unsigned bytes = 8 - low_zero_bytes - unsigned(std::countl_zero(difference)) / 8;
  put_varint(out, ((low_zero_bytes * 8 + bytes - 1) << 2) | kXor);
  difference >>= 8 * low_zero_bytes;
  for (unsigned i = 0; i < bytes; ++i) out += char(difference >> (8 * i));
}

/// Applies the token `token`; true when it gave a value, false for a new form or damage.
bool take_value(ValueState& state, std::uint64_t token, ByteReader& in) {
  const std::uint64_t rest = token >> 2;
  switch (token & 3) {
    case kDecimal:
      state.mantissa = std::int64_t(std::uint64_t(state.mantissa) + std::uint64_t(unzigzag(rest)));
      state.bits = std::bit_cast<std::uint64_t>(from_mantissa(state.mantissa, state.form));
      return true;
    case kXor: {
      const unsigned shift = unsigned(rest / 8), bytes = unsigned(rest % 8) + 1;
      if (rest > 63 || shift + bytes > 8) break;
      std::uint64_t difference = 0;
      for (unsigned i = 0; i < bytes; ++i) difference |= std::uint64_t(in.byte()) << (8 * i);
      state.bits ^= difference << (8 * shift);
      return !in.failed();
    }
    case kForm:
      if (rest >= kForms) break;
      state.form = std::uint8_t(rest);
      state.mantissa = 0;
      return false;
    default:
      break;
  }
  in.fail();
  return false;
}

/// Takes the token at `at` when it is a decimal of one or two bytes, as most are, and says by how
/// much the mantissa changes; a second byte must be readable. A call would cost as much again.
[[gnu::always_inline]] inline bool take_short_decimal(const unsigned char*& at,
                                                      std::int64_t& change) {
  constexpr unsigned kMore = 0x80;  // another byte follows
  unsigned token = *at;
  if ((token & 3) != kDecimal) return false;
  if ((token & kMore) != 0) {
    if ((at[1] & kMore) != 0) return false;
    token += unsigned(*++at) * kMore - kMore;
  }
  ++at;
  change = unzigzag(token >> 2);
  return true;
}

/// Fills `out` as long as tokens are short decimals of one form, which most are; how many it
/// filled. What it stops at is left to the caller.
std::size_t decode_decimals(ValueState& state, ByteReader& in, std::span<double> out) {
  if (in.left() < 2) return 0;
  const bool divides = state.form < 10;
  const double factor = kFactor[state.form];
  auto mantissa = std::uint64_t(state.mantissa);
  const unsigned char* at = in.next();
  const unsigned char* const last = at + in.left() - 1;  // a second byte is behind each before it
  std::size_t filled = 0;
  std::int64_t change = 0;
  while (filled < out.size() && at < last && take_short_decimal(at, change)) {
    mantissa += std::uint64_t(change);
    const auto scaled = double(std::int64_t(mantissa));
    out[filled++] = divides ? scaled / factor : scaled * factor;
  }
  if (filled == 0) return 0;
  in.bytes(std::uint64_t(at - in.next()));
  state.mantissa = std::int64_t(mantissa);
  state.bits = std::bit_cast<std::uint64_t>(out[filled - 1]);
  return filled;
}

/// Whether the newest value is what its mantissa says, as it is but behind a value without one.
bool is_decimal(const ValueState& state) {
  return std::bit_cast<std::uint64_t>(from_mantissa(state.mantissa, state.form)) == state.bits;
}

/// As decode_decimals(), without the values, of which it passes up to `limit`. Where one falls the
/// value before goes to `falls`, unless that is null.
std::size_t pass_decimals(ValueState& state, ByteReader& in, std::size_t limit,
                          std::vector<double>* falls) {
  if (in.left() < 2) return 0;
  auto mantissa = std::uint64_t(state.mantissa);
  const unsigned char* at = in.next();
  const unsigned char* const last = at + in.left() - 1;  // a second byte is behind each before it
  std::size_t passed = 0;
  std::int64_t change = 0;
  for (; passed < limit && at < last && take_short_decimal(at, change); ++passed) {
    if (change < 0 && falls != nullptr)
      falls->push_back(from_mantissa(std::int64_t(mantissa), state.form));
    mantissa += std::uint64_t(change);
  }
  if (passed == 0) return 0;
  in.bytes(std::uint64_t(at - in.next()));
  state.mantissa = std::int64_t(mantissa);
  state.bits = std::bit_cast<std::uint64_t>(from_mantissa(state.mantissa, state.form));
  return passed;
}

/// Of times time + delta, time + 2 * delta, …: `count` of them, added to what is known of
/// [from, to]. False when they do not rise as times do.
bool add_steady(std::uint64_t time, std::uint64_t delta, std::size_t count, std::int64_t from,
                std::int64_t to, TimeEnds& out) {
  // Beyond these bytes are damaged, and arithmetic would overflow.
  constexpr std::int64_t kFarthest = 1LL << 60, kLongest = 1LL << 30;
  const auto begin = std::int64_t(time), step = std::int64_t(delta);
  if (begin < -kFarthest || begin > kFarthest || step <= 0 || step > kLongest) return false;
  from = std::clamp(from, -kFarthest, kFarthest);
  to = std::clamp(to, -kFarthest, kFarthest);
  const auto at_most = [&](std::int64_t bound) {
    return bound < begin + step ? 0 : std::min(std::int64_t(count), (bound - begin) / step);
  };
  const std::int64_t below = at_most(from - 1), through = at_most(to);
  out.before += std::size_t(below);
  if (through <= below) return true;
  if (out.count == 0) out.first = begin + (below + 1) * step;
  out.last = begin + through * step;
  out.count += std::size_t(through - below);
  return true;
}

}  // namespace

void encode_change(ValueState& state, double value, std::string& out) {
  const std::uint8_t form_before = state.form;
  std::int64_t mantissa = 0;
  if (find_form(state, value, mantissa)) {
    if (state.form != form_before) {
      put_varint(out, (std::uint64_t(state.form) << 2) | kForm);
      state.mantissa = 0;
    }
    put_varint(out, (zigzag(mantissa - state.mantissa) << 2) | kDecimal);
    state.mantissa = mantissa;
  } else {
    put_xor(out, state.bits ^ std::bit_cast<std::uint64_t>(value));
  }
  state.bits = std::bit_cast<std::uint64_t>(value);
}

bool decode_change(ValueState& state, ByteReader& in) {
  while (!in.failed())
    if (take_value(state, in.varint(), in)) return !in.failed();
  return false;
}

void ValueEncoder::append(double value, std::string& out) {
  if (std::bit_cast<std::uint64_t>(value) == state_.bits) {
    ++repeats_;
    return;
  }
  finish(out);
  repeats_ = 0;
  encode_change(state_, value, out);
}

void ValueEncoder::finish(std::string& out) const {
  if (repeats_ > 0) put_varint(out, (std::uint64_t(repeats_) << 2) | kRepeat);
}

double ValueEncoder::newest() const { return std::bit_cast<double>(state_.bits); }

void TimeEncoder::append(std::int64_t time, std::string& out) {
  if (!started_) {
    started_ = true;
    put_signed(out, time);
    time_ = time;
    return;
  }
  const std::int64_t delta = time - time_;
  time_ = time;
  if (delta == delta_) {
    ++repeats_;
    return;
  }
  finish(out);
  repeats_ = 0;
  put_varint(out, (zigzag(delta - delta_) << 1) | 1);
  delta_ = delta;
}

void TimeEncoder::finish(std::string& out) const {
  if (repeats_ > 0) put_varint(out, std::uint64_t(repeats_) << 1);
}

bool decode_values(std::string_view bytes, std::span<double> out) {
  ByteReader in(bytes);
  ValueState state;
  std::size_t filled = 0;
  while (filled < out.size()) {
    filled += decode_decimals(state, in, out.subspan(filled));
    if (filled == out.size()) break;
    const std::uint64_t token = in.varint();
    if (in.failed()) return false;
    if ((token & 3) == kRepeat) {
      const std::uint64_t repeats = token >> 2;
      if (repeats > out.size() - filled || repeats == 0) return false;
      std::fill_n(out.begin() + std::ptrdiff_t(filled), repeats, std::bit_cast<double>(state.bits));
      filled += std::size_t(repeats);
    } else if (take_value(state, token, in)) {
      out[filled++] = std::bit_cast<double>(state.bits);
    } else if (in.failed()) {
      return false;
    }
  }
  return in.at_end();
}

bool decode_times(std::string_view bytes, std::span<std::int64_t> out) {
  if (out.empty()) return bytes.empty();
  ByteReader in(bytes);
  // Unsigned: damaged bytes may wrap around, which must not be undefined.
  std::uint64_t time = std::uint64_t(in.signed_varint());
  std::uint64_t delta = 0;
  out[0] = std::int64_t(time);
  std::size_t filled = 1;
  while (filled < out.size()) {
    const std::uint64_t token = in.varint();
    if (in.failed()) return false;
    std::uint64_t count = 1;
    if ((token & 1) != 0)
      delta += std::uint64_t(unzigzag(token >> 1));
    else
      count = token >> 1;
    if (count > out.size() - filled || count == 0) return false;
    for (; count > 0; --count) out[filled++] = std::int64_t(time += delta);
  }
  return !in.failed() && in.at_end();
}

bool decode_ends(std::string_view bytes, std::size_t skip, std::size_t count, const double* before,
                 ValueEnds& ends, std::vector<double>& falls) {
  ByteReader in(bytes);
  ValueState state;
  const auto newest = [&] { return std::bit_cast<double>(state.bits); };
  std::size_t passed = 0;
  bool inside = false;  // the first value is known
  while (passed < skip + count) {
    // Not past the first value until it is known.
    const std::size_t limit = inside ? skip + count - passed : skip + 1 - passed;
    const double last = newest();
    std::size_t decimals = 0;
    if (is_decimal(state)) decimals = pass_decimals(state, in, limit, inside ? &falls : nullptr);
    passed += decimals;
    if (decimals == 0) {
      const std::uint64_t token = in.varint();
      if (in.failed()) return false;
      if ((token & 3) == kRepeat) {
        if (token >> 2 == 0) return false;
        passed += std::size_t(std::min<std::uint64_t>(token >> 2, skip + count - passed));
      } else if (!take_value(state, token, in)) {
        if (in.failed()) return false;
        continue;
      } else {
        ++passed;
        if (inside && newest() < last) falls.push_back(last);
      }
      if (passed > skip && std::isnan(newest())) return false;
    }
    if (inside || passed <= skip) continue;
    inside = true;
    ends.first = newest();
    if (before != nullptr && ends.first < *before) falls.push_back(*before);
  }
  ends.last = newest();
  return true;
}

bool find_times(std::string_view bytes, std::size_t count, std::int64_t from, std::int64_t to,
                TimeEnds& out) {
  out = {};
  if (count == 0) return bytes.empty();
  ByteReader in(bytes);
  // Unsigned: damaged bytes may wrap around, which must not be undefined.
  std::uint64_t time = std::uint64_t(in.signed_varint());
  std::uint64_t delta = 0;
  if (!add_steady(time - 1, 1, 1, from, to, out)) return false;
  for (std::size_t passed = 1; passed < count;) {
    const std::uint64_t token = in.varint();
    if (in.failed()) return false;
    std::uint64_t steady = 1;
    if ((token & 1) != 0)
      delta += std::uint64_t(unzigzag(token >> 1));
    else
      steady = token >> 1;
    if (steady > count - passed || steady == 0) return false;
    if (!add_steady(time, delta, std::size_t(steady), from, to, out)) return false;
    time += steady * delta;
    passed += std::size_t(steady);
  }
  return !in.failed();
}

}  // namespace lapwing::tsdb
