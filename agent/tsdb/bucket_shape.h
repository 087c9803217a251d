// Which buckets a series has and where in them its first and last samples are: most series of a
// chunk share that. Source of truth: FORMAT.md, "Bucket chunk".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/tsdb/buckets.h"

namespace lapwing::tsdb {

/// Ends, times and counts; at least one bucket, ends multiples of the width.
std::string encode_shape(const Minutes& buckets, Duration width);

/// Appends `size` (at least one) buckets' ends, times and counts to `out`; false when damaged.
bool decode_shape(std::string_view bytes, std::size_t size, Duration width, Minutes& out);

}  // namespace lapwing::tsdb
