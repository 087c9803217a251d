// Which columns of sizes stand together in a chunk, so that each class has a code that suits it:
// a code for each column would cost more than it saves. Only writers need it.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/tsdb/dense_column.h"

namespace lapwing::tsdb {

/// Where a column's sizes stand, and what is taken from each of them (modulo 256) so that columns
/// of one shape have like bytes however large their numbers are.
struct SizeClass {
  std::uint8_t number = 0;  ///< below kSizeClasses
  std::uint8_t shift = 0;
};

/// For each column, all of which have sizes.
std::vector<SizeClass> classify_sizes(const std::vector<const DenseBody*>& columns);

}  // namespace lapwing::tsdb
