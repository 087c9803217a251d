// The hash of a label set by which limit_ratio picks series: the same as Prometheus's own, so that
// both pick the same ones.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/model/labels.h"

namespace lapwing::promql {

/// XXH64 with seed 0.
std::uint64_t xxhash64(std::string_view bytes);
/// xxhash64 over names and values, each with its length before it.
std::uint64_t stable_hash(const Labels& labels);

}  // namespace lapwing::promql
