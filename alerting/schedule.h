// When a rule group is due: a grid on the wall clock, not on the time of the start.
#pragma once

#include <string_view>

#include "agent/base/time.h"

namespace lapwing::alerting {

/// Intervals up to 5 s have phase 0; longer ones a whole number of seconds below the interval,
/// by the hash of the identity, so that groups do not all run in one second.
Duration group_phase(std::string_view identity, Duration interval);

/// The newest time of the grid at or before `now`.
Timestamp newest_due(Timestamp now, Duration interval, Duration phase);

/// FNV-1a, 64 bits: equal in every process.
std::uint64_t fnv1a(std::string_view bytes, std::uint64_t seed = 14695981039346656037u);

}  // namespace lapwing::alerting
