#include "agent/promql/minute_windows.h"

#include "agent/promql/step_search.h"

namespace lapwing::promql {

MinuteColumn MinuteWindows::place(const Minutes& minutes, bool wants_falls) {
  if (rows_.empty() || minutes.ends != ends_ || minutes.counts != counts_) find_rows(minutes);
  falls_.clear();
  if (wants_falls) find_falls(minutes);
  return {minutes, rows_, falls_, placement_, known_};
}

void MinuteWindows::find_rows(const Minutes& minutes) {
  ends_ = minutes.ends;
  counts_ = minutes.counts;
  rows_.resize(placement_.grid.count);
  known_.resize(placement_.grid.count);
  StepSearch low;
  StepSearch high;
  std::size_t counted_from = 0;
  std::size_t counted_to = 0;
  std::uint64_t count = 0;
  for (std::size_t step = 0; step < rows_.size(); ++step) {
    const Timestamp end = placement_.end(step);
    MinuteRows& rows = rows_[step];
    rows.high = std::uint32_t(high.advance(ends_, end));
    rows.low = std::uint32_t(low.advance(ends_, end - placement_.range));
    // Windows move forward, and so do both ends of what they count.
    for (; counted_to < rows.high; ++counted_to) count += counts_[counted_to];
    for (; counted_from < rows.low; ++counted_from) count -= counts_[counted_from];
    rows.count = count;
  }
}

void MinuteWindows::find_falls(const Minutes& minutes) {
  for (std::size_t row = 0; row < minutes.size(); ++row) {
    if (row > 0 && minutes.firsts[row] < minutes.lasts[row - 1])
      falls_.push_back({row, minutes.lasts[row - 1], true});
    if (minutes.corrections[row] != 0) falls_.push_back({row, minutes.corrections[row], false});
  }
}

}  // namespace lapwing::promql
