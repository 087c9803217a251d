#include "agent/tsdb/run_ends.h"

#include <algorithm>

namespace lapwing::tsdb {
namespace {

bool find_span(const RunView& run, std::int64_t from, std::int64_t to, TimeEnds& out) {
  if (run.times.empty()) return find_times(run.own_times, run.count, from, to, out);
  const auto first = std::lower_bound(run.times.begin(), run.times.end(), from);
  const auto last = std::upper_bound(first, run.times.end(), to);
  out.before = std::size_t(first - run.times.begin());
  out.count = std::size_t(last - first);
  if (out.count == 0) return true;
  out.first = *first;
  out.last = *std::prev(last);
  return true;
}

}  // namespace

bool add_ends(const RunView& run, TimeRange range, RangeEnds& out) {
  if (run.dense != nullptr) return false;
  TimeEnds times;
  if (!find_span(run, to_millis(range.from), to_millis(range.to), times)) return false;
  if (times.count == 0) return true;
  ValueEnds values;
  // What falls inside of this run goes behind what falls on the way into it.
  const bool is_first = out.count == 0;
  const double* const before = is_first ? nullptr : &out.last.value;
  if (!decode_ends(run.values, times.before, times.count, before, values, out.falls)) return false;
  if (is_first) out.first = {from_millis(times.first), values.first};
  out.last = {from_millis(times.last), values.last};
  out.count += times.count;
  return true;
}

}  // namespace lapwing::tsdb
