#include "agent/tsdb/integer_form.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace lapwing::tsdb {
namespace {

// Forms 0 to 12: k / 10^form. 13 to 15: k * 1e-3, * 1e-6, * 1e-9. 16: k / 1000 / 1000. 17: bits.
constexpr Form kFirstProduct = 13, kTwoDivisions = 16;
constexpr std::array<double, 13> kPowers = {1,   1e1, 1e2, 1e3,  1e4,  1e5, 1e6,
                                            1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
constexpr std::array<double, 3> kProducts = {1e-3, 1e-6, 1e-9};
constexpr std::array<double, 4> kProductScales = {1e3, 1e6, 1e9, 1e6};
// The likeliest first: where two fit, the earlier gives the smaller integers.
constexpr std::array<Form, 17> kOrder = {0, 1, 2, 3, 13, 6, 16, 14, 9, 15, 4, 5, 7, 8, 10, 11, 12};
constexpr std::size_t kProbes = 24;
// A column may have so many values that do not fit: each costs about ten bytes.
constexpr std::size_t kMisfitShare = 48;

/// Keeps order: a larger double has a larger integer. Its own inverse.
std::int64_t ordered(std::uint64_t bits) {
  return std::int64_t(bits ^ (std::uint64_t(std::int64_t(bits) >> 63) >> 1));
}

double scale_of(Form form) {
  return form < kFirstProduct ? kPowers[form] : kProductScales[std::size_t(form - kFirstProduct)];
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// `form` is not kBitsForm.
bool to_integer(double value, Form form, std::int64_t& integer) {
  const double scaled = value * scale_of(form);
  const double limit = form == kWholeForm ? 0x1p63 : 0x1p53;
  if (!(std::fabs(scaled) < limit)) return false;  // NaN and infinities too
  integer = std::int64_t(form == kWholeForm ? scaled : std::nearbyint(scaled));
  return same_bits(from_integer(integer, form), value);
}

bool fits_probes(std::span<const double> values, Form form) {
  const std::size_t step = std::max<std::size_t>(1, values.size() / kProbes);
  std::size_t bad = 0;
  std::int64_t ignored = 0;
  for (std::size_t i = 0; i < values.size(); i += step)
    bad += to_integer(values[i], form, ignored) ? 0 : 1;
  return bad <= 1;
}

/// Below 2^51 adding and taking away 1.5 * 2^52 rounds without a call or a branch. The loop counts
/// what does not fit and leaves the rest to a slower look.
template <typename Restore>
std::size_t convert(std::span<const double> values, double scale, Restore restore,
                    std::int64_t* out) {
  constexpr double kRounder = 0x1.8p52;
  std::size_t bad = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double scaled = values[i] * scale;
    const double rounded = (scaled + kRounder) - kRounder;
    const bool fits = std::fabs(scaled) < 0x1p51 && same_bits(restore(rounded), values[i]);
    out[i] = fits ? std::int64_t(rounded) : 0;
    bad += fits ? 0 : 1;
  }
  return bad;
}

std::size_t convert(std::span<const double> values, Form form, std::int64_t* out) {
  if (form < kFirstProduct) {
    const double power = kPowers[form];
    return convert(values, power, [power](double k) { return k / power; }, out);
  }
  const double scale = scale_of(form);
  if (form == kTwoDivisions)
    return convert(values, scale, [](double k) { return k / 1000.0 / 1000.0; }, out);
  const double product = kProducts[std::size_t(form - kFirstProduct)];
  return convert(values, scale, [product](double k) { return k * product; }, out);
}

bool try_form(std::span<const double> values, Form form, std::vector<std::int64_t>& integers,
              std::vector<Misfit>& misfits) {
  if (convert(values, form, integers.data()) == 0) return true;
  misfits.clear();
  std::size_t leading = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (to_integer(values[i], form, integers[i])) continue;
    if (misfits.size() >= values.size() / kMisfitShare + 2) return false;
    misfits.push_back({std::uint32_t(i), std::bit_cast<std::uint64_t>(values[i])});
    if (i > leading) integers[i] = integers[i - 1];
    if (i == leading) ++leading;
  }
  if (leading == values.size()) return false;
  std::fill_n(integers.begin(), leading, integers[leading]);
  return true;
}

struct Scale {
  std::uint64_t base = 0, divisor = 1;

  std::int64_t of(std::uint64_t level) const { return std::int64_t(base + divisor * level); }
};

using Words = std::uint64_t __attribute__((vector_size(16)));
using Doubles = double __attribute__((vector_size(16)));
/// Four at a time: an integer of up to 51 bits, added to the bits of 1.5 * 2^52, is the low part of
/// that double. Where larger ones are met, everything is done again one by one. `multiply` does by
/// the divisor what is quickest; `restore` makes the value of the integer's double. Alone or in a
/// vector, both do alike.
template <typename Multiply, typename Restore>
void convert_levels(std::span<const std::uint64_t> levels, Scale scale, Multiply multiply,
                    Restore restore, double* out) {
  constexpr double kMiddle = 0x1.8p52;
  constexpr std::uint64_t kMiddleBits = std::bit_cast<std::uint64_t>(kMiddle);
  constexpr std::uint64_t kTop = kMiddleBits >> 52;
  const std::size_t count = levels.size();
  Words beyond{};
  const auto convert_two = [&](std::size_t at) {
    Words words;
    std::memcpy(&words, &levels[at], sizeof(words));
    words = multiply(words) + (scale.base + kMiddleBits);
    beyond |= (words >> 52) ^ kTop;
    const Doubles values = restore(std::bit_cast<Doubles>(words) - kMiddle);
    std::memcpy(out + at, &values, sizeof(values));
  };
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    convert_two(i);
    convert_two(i + 2);
  }
  if ((beyond[0] | beyond[1]) != 0) i = 0;
  for (; i < count; ++i) out[i] = restore(double(scale.of(levels[i])));
}

template <typename Restore>
void convert_levels(std::span<const std::uint64_t> levels, Scale scale, Restore restore,
                    double* out) {
  if (scale.divisor == 1) {
    convert_levels(levels, scale, [](Words words) { return words; }, restore, out);
  } else if (std::has_single_bit(scale.divisor)) {
    // Pages, sectors and kibibytes; vectors of 64 bits shift at once, but multiply in many steps.
    const int shift = std::countr_zero(scale.divisor);
    convert_levels(levels, scale, [shift](Words words) { return words << shift; }, restore, out);
  } else {
    const std::uint64_t divisor = scale.divisor;
    convert_levels(levels, scale, [divisor](Words words) { return words * divisor; }, restore, out);
  }
}

}  // namespace

double from_integer(std::int64_t integer, Form form) {
  if (form < kFirstProduct) return double(integer) / kPowers[form];
  if (form < kTwoDivisions) return double(integer) * kProducts[std::size_t(form - kFirstProduct)];
  if (form == kTwoDivisions) return double(integer) / 1000.0 / 1000.0;
  return std::bit_cast<double>(std::uint64_t(ordered(std::uint64_t(integer))));
}

void from_levels(std::span<const std::uint64_t> levels, std::int64_t base, std::uint64_t divisor,
                 Form form, double* out) {
  const Scale scale{std::uint64_t(base), divisor};
  if (form == kWholeForm) {
    convert_levels(levels, scale, [](auto k) { return k; }, out);
  } else if (form < kFirstProduct) {
    const double power = kPowers[form];
    convert_levels(levels, scale, [power](auto k) { return k / power; }, out);
  } else if (form < kTwoDivisions) {
    const double product = kProducts[std::size_t(form - kFirstProduct)];
    convert_levels(levels, scale, [product](auto k) { return k * product; }, out);
  } else if (form == kTwoDivisions) {
    convert_levels(levels, scale, [](auto k) { return k / 1000.0 / 1000.0; }, out);
  } else {
    for (std::size_t i = 0; i < levels.size(); ++i)
      out[i] = from_integer(scale.of(levels[i]), form);
  }
}

void from_integers(std::span<const std::int64_t> integers, Form form, double* out) {
  // An integer is its own level; signed and unsigned may alias.
  from_levels({reinterpret_cast<const std::uint64_t*>(integers.data()), integers.size()}, 0, 1,
              form, out);
}

Form find_integers(std::span<const double> values, std::vector<std::int64_t>& integers,
                   std::vector<Misfit>& misfits) {
  integers.resize(values.size());
  for (const Form form : kOrder) {
    misfits.clear();
    if (fits_probes(values, form) && try_form(values, form, integers, misfits)) return form;
  }
  misfits.clear();
  for (std::size_t i = 0; i < values.size(); ++i)
    integers[i] = ordered(std::bit_cast<std::uint64_t>(values[i]));
  return kBitsForm;
}

}  // namespace lapwing::tsdb
