#include "agent/tsdb/run.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

namespace lapwing::tsdb {
namespace {

/// The first `kept` of `out` become the run's values from the place `skip` on. Of plain bytes all
/// values are decoded, and what lies before is overwritten: `out` has room for the whole run.
bool read_values(const RunView& run, std::size_t skip, std::size_t kept, std::span<double> out) {
  if (run.dense != nullptr)
    return decode_dense(*run.dense, run.count, skip, skip + kept, out.data());
  if (!decode_values(run.values, out)) return false;
  if (skip > 0) std::copy_n(out.begin() + std::ptrdiff_t(skip), kept, out.begin());
  return true;
}

/// Appends one run's samples within the range; false when its bytes are damaged.
bool read_run(const RunView& run, TimeRange range, Columns& out) {
  std::vector<std::int64_t> decoded;
  std::span<const std::int64_t> times = run.times;
  if (times.empty()) {
    decoded.resize(run.count);
    if (!decode_times(run.own_times, decoded)) return false;
    times = decoded;
  }
  const auto from = std::lower_bound(times.begin(), times.end(), to_millis(range.from));
  const auto to = std::upper_bound(from, times.end(), to_millis(range.to));
  if (from == to) return true;
  const std::size_t skip = std::size_t(from - times.begin());
  const std::size_t kept = std::size_t(to - from);
  const std::size_t before = out.values.size();
  // One pass where all values are the same, as most are.
  const bool constant =
      run.dense != nullptr && run.dense->header.prediction == Prediction::Constant;
  out.values.resize(before + (run.dense != nullptr ? kept : times.size()),
                    constant ? std::bit_cast<double>(run.dense->header.constant_bits) : 0);
  if (!constant && !read_values(run, skip, kept, std::span(out.values).subspan(before))) {
    out.values.resize(before);
    return false;
  }
  out.values.resize(before + kept);
  out.times.resize(before + kept);
  // A Timestamp is nothing but its milliseconds; converting one by one takes as long as decoding.
  static_assert(sizeof(Timestamp) == sizeof(std::int64_t));
  std::memcpy(static_cast<void*>(&out.times[before]), &*from, kept * sizeof(std::int64_t));
  return true;
}

bool in_order(std::span<const RunView* const> runs) {
  for (std::size_t i = 1; i < runs.size(); ++i)
    if (runs[i]->first_time <= runs[i - 1]->last_time) return false;
  return true;
}

/// Sorts `samples`, of which each later part wins at equal times.
void merge(const Columns& samples, std::size_t begin, Columns& out) {
  std::vector<std::uint32_t> order(samples.size() - begin);
  std::iota(order.begin(), order.end(), std::uint32_t(begin));
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return samples.times[a] < samples.times[b];
  });
  for (const std::uint32_t at : order) {
    if (!out.times.empty() && out.times.back() == samples.times[at]) {
      out.values.back() = samples.values[at];
      continue;
    }
    out.times.push_back(samples.times[at]);
    out.values.push_back(samples.values[at]);
  }
}

}  // namespace

void OpenRun::append(std::int64_t time, double value, const std::shared_ptr<TimeColumn>& column,
                     std::uint32_t index) {
  if (run_.count == 0) {
    run_.column = column;
    run_.first = column == nullptr ? 0 : index;
    run_.first_time = time;
  } else if (run_.column != nullptr &&
             (run_.column != column || run_.first + run_.count != index)) {
    use_own_times();
  }
  if (run_.column == nullptr) times_.append(time, run_.own_times);
  values_.append(value, run_.values);
  run_.last_time = time;
  ++run_.count;
}

void OpenRun::use_own_times() {
  for (std::uint32_t i = 0; i < run_.count; ++i)
    times_.append(run_.column->times[run_.first + i], run_.own_times);
  run_.column = nullptr;
  run_.first = 0;
}

std::shared_ptr<const Run> OpenRun::snapshot() const {
  auto copy = std::make_shared<Run>(run_);
  values_.finish(copy->values);
  if (copy->column == nullptr) times_.finish(copy->own_times);
  return copy;
}

std::shared_ptr<const Run> OpenRun::seal() {
  values_.finish(run_.values);
  if (run_.column == nullptr) times_.finish(run_.own_times);
  run_.values.shrink_to_fit();
  run_.own_times.shrink_to_fit();
  auto sealed = std::make_shared<const Run>(std::move(run_));
  *this = OpenRun();
  return sealed;
}

RunView view(const Run& run) {
  RunView view{.own_times = run.own_times,
               .values = run.values,
               .count = run.count,
               .first_time = run.first_time,
               .last_time = run.last_time};
  if (run.column != nullptr)
    view.times = std::span(run.column->times).subspan(run.first, run.count);
  return view;
}

bool find_sample(const RunView& run, std::int64_t time, double& value) {
  if (time < run.first_time || time > run.last_time) return false;
  Columns found;
  const Timestamp at = from_millis(time);
  if (!run.times.empty() && !std::binary_search(run.times.begin(), run.times.end(), time))
    return false;
  if (!read_run(run, {at, at}, found) || found.values.empty()) return false;
  value = found.values.front();
  return true;
}

Result<void> read_runs(std::span<const RunView> runs, TimeRange range, Columns& out) {
  std::vector<const RunView*> order;
  order.reserve(runs.size());
  for (const RunView& run : runs)
    if (run.last_time >= to_millis(range.from) && run.first_time <= to_millis(range.to))
      order.push_back(&run);
  std::size_t damaged = 0;
  std::vector<const RunView*> by_time = order;
  std::stable_sort(by_time.begin(), by_time.end(), [](const RunView* a, const RunView* b) {
    return a->first_time < b->first_time;
  });
  if (in_order(by_time)) {
    for (const RunView* run : by_time) damaged += read_run(*run, range, out) ? 0 : 1;
  } else {
    Columns samples;
    for (const RunView* run : order) damaged += read_run(*run, range, samples) ? 0 : 1;
    merge(samples, 0, out);
  }
  if (damaged > 0)
    return corrupt(std::to_string(damaged) + " of " + std::to_string(order.size()) +
                   " blocks of a series are damaged");
  return {};
}

}  // namespace lapwing::tsdb
