#include "agent/tsdb/buckets.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace lapwing::tsdb {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kExactLimit = 9007199254740992.0;  // 2^53

constexpr double kRounding = 1e-13;  // of sums that are not exact: see bucket_chunk.cc

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

Timestamp end_of(Timestamp time, Duration width) {
  const Timestamp start = floor_to(time, width);
  return start == time ? time : start + width;
}

/// Adds with the rounding errors kept apart (Neumaier), so that a sum of decimals is the decimal.
struct Sum {
  double sum = 0, lost = 0, magnitude = 0;
  bool whole = true;  // all integers

  void add(double value) {
    const double next = sum + value;
    lost += std::abs(sum) >= std::abs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
    magnitude += std::abs(value);
    whole = whole && std::trunc(value) == value;
  }
  double value() const { return std::isfinite(lost) ? sum + lost : sum; }
  bool exact() const { return whole && magnitude <= kExactLimit; }
};

/// As min_over_time: a NaN gives way to any number.
void take_extremes(double value, double& minimum, double& maximum) {
  if (value < minimum || std::isnan(minimum)) minimum = value;
  if (value > maximum || std::isnan(maximum)) maximum = value;
}

void push(const Minutes& from, std::size_t i, Minutes& out) {
  out.ends.push_back(from.ends[i]);
  out.first_times.push_back(from.first_times[i]);
  out.last_times.push_back(from.last_times[i]);
  out.firsts.push_back(from.firsts[i]);
  out.lasts.push_back(from.lasts[i]);
  out.counts.push_back(from.counts[i]);
  out.corrections.push_back(from.corrections[i]);
  out.minima.push_back(from.minima[i]);
  out.maxima.push_back(from.maxima[i]);
  out.sums.push_back(from.sums[i]);
}

}  // namespace

void truncate(Minutes& out, std::size_t size) {
  for (std::vector<Timestamp>* times : {&out.ends, &out.first_times, &out.last_times})
    times->resize(size);
  for (std::vector<double>* values :
       {&out.firsts, &out.lasts, &out.corrections, &out.minima, &out.maxima, &out.sums})
    values->resize(size);
  out.counts.resize(size);
}

void pad(Minutes& out) {
  for (std::vector<double>* column : {&out.minima, &out.maxima, &out.sums})
    column->resize(out.size(), kNan);
}

void reset(Minutes& out) {
  truncate(out, 0);
  out.corrections_kept = out.extremes_kept = out.exact_sums = false;
}

void join_flags(Minutes& out, bool corrections, bool extremes, bool exact) {
  const bool first = out.size() == 0;
  out.corrections_kept = corrections && (first || out.corrections_kept);
  out.extremes_kept = extremes && (first || out.extremes_kept);
  out.exact_sums = exact && (first || out.exact_sums);
}

Keeps kept_columns(SeriesKind kind, std::string_view metric_name) {
  if (kind == SeriesKind::Counter) return Keeps::Corrections;
  if (kind == SeriesKind::Gauge) return Keeps::Extremes;
  for (const std::string_view end : {"_total", "_bucket", "_count", "_sum"})
    if (metric_name.ends_with(end)) return Keeps::Corrections;
  return Keeps::Extremes;
}

void aggregate(const Columns& samples, Duration width, Minutes& out) {
  bool exact = true;
  const std::size_t before = out.size();
  const Minutes flags_before = {.corrections_kept = out.corrections_kept,
                                .extremes_kept = out.extremes_kept,
                                .exact_sums = out.exact_sums};
  for (std::size_t i = 0; i < samples.size();) {
    if (is_stale(samples.values[i])) {
      ++i;
      continue;
    }
    const Timestamp end = end_of(samples.times[i], width);
    const double first = samples.values[i];
    double last = first, minimum = first, maximum = first, correction = 0;
    Timestamp last_time = samples.times[i];
    Sum sum;
    sum.add(first);
    std::uint32_t count = 1;
    const Timestamp first_time = last_time;
    for (++i; i < samples.size() && samples.times[i] <= end; ++i) {
      const double value = samples.values[i];
      if (is_stale(value)) continue;
      if (value < last) correction += last;
      take_extremes(value, minimum, maximum);
      sum.add(value);
      last = value;
      last_time = samples.times[i];
      ++count;
    }
    exact = exact && sum.exact();
    out.ends.push_back(end);
    out.first_times.push_back(first_time);
    out.last_times.push_back(last_time);
    out.firsts.push_back(first);
    out.lasts.push_back(last);
    out.counts.push_back(count);
    out.corrections.push_back(correction);
    out.minima.push_back(minimum);
    out.maxima.push_back(maximum);
    out.sums.push_back(sum.value());
  }
  if (out.size() == before) return;
  out.corrections_kept = before == 0 || flags_before.corrections_kept;
  out.extremes_kept = before == 0 || flags_before.extremes_kept;
  out.exact_sums = exact && (before == 0 || flags_before.exact_sums);
}

namespace {

/// The first place at or behind `from` with a time past `end`; `guess` places on if samples are
/// regular.
std::size_t place_past(const std::vector<Timestamp>& times, std::size_t from, std::size_t guess,
                       Timestamp end) {
  const std::size_t at = from + guess;
  if (at > from && at <= times.size() && times[at - 1] <= end &&
      (at == times.size() || times[at] > end))
    return at;
  return std::size_t(std::upper_bound(times.begin() + std::ptrdiff_t(from), times.end(), end) -
                     times.begin());
}

/// Whether no value is less than the one before, and none is NaN.
bool rises(const double* values, std::size_t count) {
  bool all = values[0] == values[0];
  for (std::size_t i = 1; i < count; ++i) all &= values[i] >= values[i - 1];
  return all;
}

}  // namespace

void aggregate_ends(const Columns& samples, Duration width, Minutes& out) {
  join_flags(out, true, false, false);
  std::size_t regular = 0;
  for (std::size_t begin = 0; begin < samples.size();) {
    const Timestamp end = end_of(samples.times[begin], width);
    const std::size_t past = place_past(samples.times, begin, regular, end);
    regular = past - begin;
    const std::size_t next = past;
    std::size_t first = begin, last = past;
    std::uint32_t count = std::uint32_t(past - begin);
    double correction = 0;
    if (!rises(&samples.values[begin], count)) {
      while (first < past && is_stale(samples.values[first])) ++first;
      count = 0;
      for (std::size_t i = last = first; i < past; ++i) {
        const double value = samples.values[i];
        if (is_stale(value)) continue;
        if (count > 0 && value < samples.values[last - 1]) correction += samples.values[last - 1];
        last = i + 1;
        ++count;
      }
    }
    begin = next;
    if (count == 0) continue;
    out.ends.push_back(end);
    out.first_times.push_back(samples.times[first]);
    out.last_times.push_back(samples.times[last - 1]);
    out.firsts.push_back(samples.values[first]);
    out.lasts.push_back(samples.values[last - 1]);
    out.counts.push_back(count);
    out.corrections.push_back(correction);
  }
  pad(out);
}

void append(const Minutes& narrow, Timestamp after, Timestamp to, Minutes& out) {
  const auto first = std::upper_bound(narrow.ends.begin(), narrow.ends.end(), after);
  const auto last = std::upper_bound(first, narrow.ends.end(), to);
  if (first == last) return;
  join_flags(out, narrow.corrections_kept, narrow.extremes_kept, narrow.exact_sums);
  for (auto at = first; at != last; ++at) push(narrow, std::size_t(at - narrow.ends.begin()), out);
}

void widen(const Minutes& narrow, Duration width, Minutes& out) {
  for (std::size_t i = 0; i < narrow.size();) {
    const Timestamp end = end_of(narrow.ends[i], width);
    join_flags(out, narrow.corrections_kept, narrow.extremes_kept, narrow.exact_sums);
    push(narrow, i, out);
    out.ends.back() = end;
    Sum sum;
    sum.add(narrow.sums[i]);
    for (++i; i < narrow.size() && narrow.ends[i] <= end; ++i) {
      if (narrow.firsts[i] < out.lasts.back()) out.corrections.back() += out.lasts.back();
      out.corrections.back() += narrow.corrections[i];
      take_extremes(narrow.minima[i], out.minima.back(), out.maxima.back());
      take_extremes(narrow.maxima[i], out.minima.back(), out.maxima.back());
      sum.add(narrow.sums[i]);
      out.lasts.back() = narrow.lasts[i];
      out.last_times.back() = narrow.last_times[i];
      out.counts.back() += narrow.counts[i];
    }
    out.sums.back() = sum.value();
    if (!sum.exact()) out.exact_sums = false;
  }
}

Minutes fuller(const Minutes& kept, const Minutes& fresh) {
  Minutes out;
  std::size_t a = 0, b = 0;
  while (a < kept.size() || b < fresh.size()) {
    const bool both = a < kept.size() && b < fresh.size() && kept.ends[a] == fresh.ends[b];
    const bool take_kept =
        both ? kept.counts[a] > fresh.counts[b]
             : b == fresh.size() || (a < kept.size() && kept.ends[a] < fresh.ends[b]);
    const Minutes& from = take_kept ? kept : fresh;
    join_flags(out, from.corrections_kept, from.extremes_kept, from.exact_sums);
    push(from, take_kept ? a : b, out);
    if (both || take_kept) ++a;
    if (both || !take_kept) ++b;
  }
  return out;
}

bool same(const Minutes& a, const Minutes& b, Keeps keeps) {
  const auto equal = [](const std::vector<double>& x, const std::vector<double>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [](double one, double other) { return bits(one) == bits(other); });
  };
  if (a.ends != b.ends || a.first_times != b.first_times || a.last_times != b.last_times ||
      a.counts != b.counts || !equal(a.firsts, b.firsts) || !equal(a.lasts, b.lasts))
    return false;
  if (keeps == Keeps::Corrections)
    return a.corrections_kept == b.corrections_kept && equal(a.corrections, b.corrections);
  const bool same_sums = std::equal(
      a.sums.begin(), a.sums.end(), b.sums.begin(), b.sums.end(), [](double one, double other) {
        return bits(one) == bits(other) || std::abs(one - other) <= kRounding * std::abs(one);
      });
  return a.extremes_kept == b.extremes_kept && a.exact_sums == b.exact_sums &&
         equal(a.minima, b.minima) && equal(a.maxima, b.maxima) && same_sums;
}

void representatives(const Minutes& buckets, Timestamp after, Timestamp to, TimeRange range,
                     Columns& out) {
  const auto put = [&](Timestamp time, double value) {
    if (time < range.from || time > range.to) return;
    out.times.push_back(time);
    out.values.push_back(value);
  };
  const auto begin = std::upper_bound(buckets.ends.begin(), buckets.ends.end(), after);
  for (std::size_t i = std::size_t(begin - buckets.ends.begin()); i < buckets.size(); ++i) {
    if (buckets.ends[i] > to) break;
    const Timestamp first_time = buckets.first_times[i], last_time = buckets.last_times[i];
    const double first = buckets.firsts[i], last = buckets.lasts[i];
    put(first_time, first);
    if (buckets.counts[i] < 2) continue;
    const Duration third = (last_time - first_time) / 3;
    double early = kNan, late = kNan;
    const double correction = buckets.corrections_kept ? buckets.corrections[i] : 0;
    if (buckets.extremes_kept) {
      const double minimum = buckets.minima[i], maximum = buckets.maxima[i];
      if (bits(minimum) != bits(first) && bits(minimum) != bits(last)) early = minimum;
      if (bits(maximum) != bits(first) && bits(maximum) != bits(last)) late = maximum;
    } else if (correction > 0) {
      // The sum of the peaks is no less than the first value, so that only the fall behind it
      // counts; a last value above it needs a trough between them.
      early = correction;
      if (last >= correction) late = 0;
    }
    if (third > 0ms && !std::isnan(early)) put(first_time + third, early);
    if (third > 0ms && !std::isnan(late)) put(last_time - third, late);
    put(last_time, last);
  }
}

}  // namespace lapwing::tsdb
