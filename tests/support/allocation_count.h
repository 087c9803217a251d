// How often this program has allocated, by operator new of its own (allocation_count.cc): for
// programs of one thread.
#pragma once

#include <cstdint>

namespace lapwing::testing {

std::uint64_t allocation_count();

}  // namespace lapwing::testing
