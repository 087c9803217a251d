#include "agent/tsdb/bucket_integers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lapwing::tsdb {
namespace {

using Integers = std::vector<std::int64_t>;

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - std::uint64_t(value) : std::uint64_t(value);
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

/// The columns of values one behind the other, as integers of one form; none when there is none.
std::optional<Form> find_common_form(const Minutes& buckets, bool extremes, Integers& integers) {
  std::vector<double> values;
  for (const std::vector<double>* column : {&buckets.firsts, &buckets.lasts})
    values.insert(values.end(), column->begin(), column->end());
  if (extremes) {
    values.insert(values.end(), buckets.minima.begin(), buckets.minima.end());
    values.insert(values.end(), buckets.maxima.begin(), buckets.maxima.end());
  }
  std::vector<Misfit> misfits;
  const Form form = find_integers(values, integers, misfits);
  if (form == kBitsForm || !misfits.empty()) return std::nullopt;
  std::uint64_t largest = 0;
  for (const std::int64_t integer : integers) largest = std::max(largest, magnitude(integer));
  const std::uint32_t most = *std::max_element(buckets.counts.begin(), buckets.counts.end());
  if (!(double(largest) * 4 * (most + 1.0) < double(std::uint64_t(1) << 60))) return std::nullopt;
  return form;
}

/// Counts from the start and divides by what all have in common, which is returned.
std::uint64_t count_from(std::int64_t start, const BucketCounts& counts, BucketIntegers& columns) {
  std::uint64_t divisor = 0;
  for (std::size_t column = 0; column < columns.size(); ++column) {
    for (std::size_t i = 0; i < columns[column].size(); ++i) {
      columns[column][i] -= column == kSums ? std::int64_t(counts[i]) * start : start;
      divisor = std::gcd(divisor, magnitude(columns[column][i]));
    }
  }
  if (divisor < 2) return divisor;
  for (Integers& column : columns)
    for (std::int64_t& value : column) value /= std::int64_t(divisor);
  return divisor;
}

}  // namespace

std::optional<WholeBuckets> find_whole_buckets(const Minutes& buckets, bool extremes) {
  Integers integers;
  const auto form = find_common_form(buckets, extremes, integers);
  if (!form) return std::nullopt;
  WholeBuckets whole{*form, integers.front(), 0, {}};
  const std::size_t size = buckets.size();
  for (std::size_t column = 0; column * size < integers.size(); ++column) {
    const auto begin = integers.begin() + std::ptrdiff_t(column * size);
    whole.columns[column].assign(begin, begin + std::ptrdiff_t(size));
  }
  if (extremes && !find_sums(buckets, *form, whole.columns[kSums])) whole.columns[kSums].clear();
  whole.divisor = count_from(whole.start, buckets.counts, whole.columns);
  return whole;
}

void from_whole_buckets(WholeBuckets& whole, std::size_t columns, const BucketCounts& counts,
                        Minutes& out) {
  const std::array<std::vector<double>*, kBucketColumns> values = {
      &out.firsts, &out.lasts, &out.minima, &out.maxima, &out.sums};
  const auto divisor = std::int64_t(std::max<std::uint64_t>(whole.divisor, 1));
  for (std::size_t column = 0; column < columns; ++column) {
    Integers& integers = whole.columns[column];
    for (std::size_t i = 0; i < integers.size(); ++i)
      integers[i] = wrapping_plus(
          wrapping_times(integers[i], divisor),
          column == kSums ? wrapping_times(std::int64_t(counts[i]), whole.start) : whole.start);
    values[column]->resize(integers.size());
    from_integers(integers, whole.form, values[column]->data());
  }
}

}  // namespace lapwing::tsdb
