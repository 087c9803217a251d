#include "agent/tsdb/flush_order.h"

#include <tuple>

namespace lapwing::tsdb {

std::vector<PlacedRun> in_file_order(const std::vector<Sealed*>& series,
                                     std::span<const std::uint32_t> numbers, Duration period) {
  std::size_t count = 0;
  for (const Sealed* one : series) count += one->runs.size();
  std::vector<PlacedRun> placed;
  placed.reserve(count);
  for (std::uint32_t i = 0; i < series.size(); ++i) {
    for (std::uint32_t run = 0; run < series[i]->runs.size(); ++run) {
      const Timestamp start = start_of(from_millis(series[i]->runs[run]->first_time), period);
      placed.push_back({std::uint32_t((start - from_millis(0)) / period), numbers[i], i, run});
    }
  }
  std::ranges::sort(
      placed, {}, [](const PlacedRun& one) { return std::tuple(one.period, one.number, one.run); });
  return placed;
}

}  // namespace lapwing::tsdb
