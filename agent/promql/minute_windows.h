// MinuteWindows: which minutes each step's window has. Series of one source have samples at the
// same times, so that what was found for one mostly serves the next.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agent/model/minutes.h"
#include "agent/promql/window.h"

namespace lapwing::promql {

/// Of one placement. Used for one series at a time.
class MinuteWindows {
 public:
  /// Windows begin and end with a minute.
  explicit MinuteWindows(const WindowPlacement& placement) : placement_(placement) {}

  /// Finds the rows of each step; `minutes` must stay unchanged while the result is used.
  /// `wants_falls`: also where the counter fell.
  MinuteColumn place(const Minutes& minutes, bool wants_falls);

 private:
  void find_rows(const Minutes& minutes);
  void find_falls(const Minutes& minutes);

  const WindowPlacement placement_;
  std::vector<Timestamp> ends_;        // those that rows_ were found for
  std::vector<std::uint32_t> counts_;  // and the counts
  std::vector<MinuteRows> rows_;
  std::vector<MinuteFall> falls_;
  std::vector<Extrapolation> known_;
};

}  // namespace lapwing::promql
