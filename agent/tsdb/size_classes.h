// Which columns of sizes stand together in a chunk, so that each class has a code that suits it:
// a code for each column would cost more than it saves. Only writers need it.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/tsdb/dense_column.h"

namespace lapwing::tsdb {

/// A class below kSizeClasses for each column, all of which have sizes.
std::vector<std::uint8_t> classify_sizes(const std::vector<const DenseBody*>& columns);

}  // namespace lapwing::tsdb
