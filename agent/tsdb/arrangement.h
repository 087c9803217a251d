// Which series share a group: those that move together, learnt from their newest samples, so that
// one can be written as its difference from another. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agent/tsdb/head.h"

namespace lapwing::tsdb {

/// Numbers for series that a file does not have yet: one entry a series, together a permutation of
/// first_number, first_number + 1, …; group = number / kGroupSeries, slot = number % kGroupSeries.
/// Related series get one group where that is possible.
std::vector<std::uint32_t> arrange(std::span<const Sealed* const> series,
                                   std::uint32_t first_number);

}  // namespace lapwing::tsdb
