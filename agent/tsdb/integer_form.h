// Integer forms: how a column of doubles becomes integers and back, bit for bit. Exporters print
// decimals (k / 10^e) or multiply integers (milliseconds * 0.001, microseconds / 1000 / 1000), so
// that nearly every column of true measurements has such a form. Source: FORMAT.md, "Forms".
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lapwing::tsdb {

/// The number of a form in FORMAT.md; below kForms.
using Form = std::uint8_t;
inline constexpr Form kForms = 18;
inline constexpr Form kWholeForm = 0;  ///< the value itself is the integer
inline constexpr Form kBitsForm = 17;  ///< the value's bits, so that order is kept: fits any double

/// The double that the integer means; the same on every machine.
double from_integer(std::int64_t integer, Form form);
/// Whole columns; as many as integers.
void from_integers(std::span<const std::int64_t> integers, Form form, double* out);
/// The same of base + divisor * level, modulo 2^64, for each level.
void from_levels(std::span<const std::uint64_t> levels, std::int64_t base, std::uint64_t divisor,
                 Form form, double* out);

/// A value that its column's form does not give back, kept as it is.
struct Misfit {
  std::uint32_t place = 0;
  std::uint64_t bits = 0;
};

/// Finds the form of `values` and fills `integers`. Where single values (NaN, infinity, -0, one
/// measurement of another kind) do not fit, `misfits` has them in rising places and `integers`
/// repeats the integer before.
Form find_integers(std::span<const double> values, std::vector<std::int64_t>& integers,
                   std::vector<Misfit>& misfits);

}  // namespace lapwing::tsdb
