// RangeEnds: what a rate over one range needs of a series' samples, without the samples.
#pragma once

#include <cstddef>
#include <vector>

#include "agent/model/sample.h"

namespace lapwing {

struct RangeEnds {
  std::size_t count = 0;  ///< of samples in the range; zero: nothing else means anything
  Sample first;
  Sample last;
  /// For each sample that is below the one before it, in order: the value before.
  std::vector<double> falls;
};

}  // namespace lapwing
