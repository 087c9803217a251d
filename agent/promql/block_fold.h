// Sums, minima and maxima of windows that overlap: each step's samples are folded once, and a
// window of k steps joins k folds. Serves windows whose range is a whole number of steps.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/model/sample.h"
#include "agent/promql/functions/table.h"
#include "agent/promql/window.h"

namespace lapwing::promql {

/// Whether the windows are made of whole steps, at least two each, and there is a fold to share.
bool can_fold_blocks(BlockFold fold, const WindowPlacement& placement);

/// Used for one series at a time.
class BlockFolder {
 public:
  /// can_fold_blocks(fold, placement) must hold.
  BlockFolder(BlockFold fold, const WindowPlacement& placement);

  /// Folds the series' samples; they must stay unchanged while window() is used. False where there
  /// are too few a step for it to pay; window() must not be called then.
  bool start(const Columns& samples);
  /// The value of a step's window, which has samples; nullopt where only its samples can tell
  /// (NaN, infinities, overflow).
  std::optional<double> window(std::size_t step) const;

 private:
  struct Block {
    double value = 0;  ///< sum, minimum or maximum
    double compensation = 0;
    std::uint32_t count = 0;
    bool plain = true;
  };

  const BlockFold fold_;
  const WindowPlacement placement_;
  const std::size_t blocks_a_window_;
  std::vector<Block> blocks_;
};

}  // namespace lapwing::promql
