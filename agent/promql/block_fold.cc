#include "agent/promql/block_fold.h"

#include <algorithm>
#include <cmath>

#include "agent/promql/compensated_sum.h"
#include "agent/promql/step_search.h"
#include "agent/promql/value_scan.h"

namespace lapwing::promql {
namespace {

/// Sums and, beside them, what rounding took from each addition (Knuth's two-sum), in two lanes.
struct PairSum {
  ValuePair sum{};
  ValuePair lost{};
  void add(ValuePair value) {
    const ValuePair total = sum + value;
    const ValuePair share = total - sum;
    lost += (sum - (total - share)) + (value - share);
    sum = total;
  }
};

CompensatedSum sum_of(std::span<const double> values) {
  PairSum one;
  PairSum other;
  std::size_t i = 0;
  for (; i + 4 <= values.size(); i += 4) {
    one.add(load_pair(values.data() + i));
    other.add(load_pair(values.data() + i + 2));
  }
  CompensatedSum total;
  for (const PairSum& part : {one, other})
    for (const int lane : {0, 1}) {
      total.add(part.sum[lane]);
      total.compensation += part.lost[lane];
    }
  for (; i < values.size(); ++i) total.add(values[i]);
  return total;
}

double extreme_of(std::span<const double> values, bool least) {
  double best = values[0];
  for (const double value : values)
    if (least ? value < best : value > best) best = value;
  return best;
}

}  // namespace

bool can_fold_blocks(BlockFold fold, const WindowPlacement& placement) {
  return fold != BlockFold::None && !placement.fixed && placement.grid.count > 1 &&
         placement.range % placement.grid.step == Duration(0) &&
         placement.range / placement.grid.step > 1;
}

BlockFolder::BlockFolder(BlockFold fold, const WindowPlacement& placement)
    : fold_(fold),
      placement_(placement),
      blocks_a_window_(std::size_t(placement.range / placement.grid.step)) {}

bool BlockFolder::start(const Columns& samples) {
  const std::size_t blocks = placement_.grid.count + blocks_a_window_ - 1;
  if (samples.size() < 2 * blocks) return false;
  blocks_.assign(blocks, {});
  const bool sums = fold_ == BlockFold::Sum || fold_ == BlockFold::Avg;
  Timestamp end = placement_.end(0) - placement_.range;
  StepSearch search;
  std::size_t low = search.advance(samples.times, end);
  for (Block& block : blocks_) {
    end += placement_.grid.step;
    const std::size_t high = search.advance(samples.times, end);
    const std::span<const double> values = std::span(samples.values).subspan(low, high - low);
    low = high;
    block.count = std::uint32_t(values.size());
    if (values.empty()) continue;
    if (sums) {
      const CompensatedSum sum = sum_of(values);
      block.value = sum.sum;
      block.compensation = sum.compensation;
      block.plain = std::isfinite(sum.sum) && std::isfinite(sum.compensation);
    } else {
      block.plain = !has_nan(values);
      block.value = extreme_of(values, fold_ == BlockFold::Min);
    }
  }
  return true;
}

std::optional<double> BlockFolder::window(std::size_t step) const {
  const std::span<const Block> blocks = std::span(blocks_).subspan(step, blocks_a_window_);
  CompensatedSum sum;
  double count = 0;
  std::optional<double> best;
  for (const Block& block : blocks) {
    if (!block.plain) return std::nullopt;
    if (block.count == 0) continue;
    count += block.count;
    if (fold_ == BlockFold::Min || fold_ == BlockFold::Max) {
      const bool better =
          !best || (fold_ == BlockFold::Min ? block.value < *best : block.value > *best);
      if (better) best = block.value;
    } else {
      sum.add(block.value);
      sum.compensation += block.compensation;
    }
  }
  if (best) return best;
  if (!std::isfinite(sum.sum)) return std::nullopt;
  if (fold_ == BlockFold::Sum) return sum.value();
  return sum.sum / count + sum.compensation / count;
}

}  // namespace lapwing::promql
