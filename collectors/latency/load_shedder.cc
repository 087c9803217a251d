#include "collectors/latency/load_shedder.h"

#include <algorithm>

#include "collectors/latency/connection_hash.h"

namespace lapwing::collectors::latency {
namespace {

constexpr double kDroppedTooMany = 0.01;
// Twice the load must still fit, with a fifth to spare, before it is taken on.
constexpr double kCalmShare = 0.4;

}  // namespace

void LoadShedder::observe(double cpus, double budget, double dropped_share) {
  if (cpus > budget || dropped_share > kDroppedTooMany) {
    calm_ = 0;
    unsigned steps = 1;
    for (double left = cpus / 2; left > budget && steps < kLowestLevel; left /= 2) ++steps;
    level_ = std::min(level_ + steps, kLowestLevel);
  } else if (level_ > 0 && cpus < kCalmShare * budget) {
    if (++calm_ < kCalmSeconds) return;
    calm_ = 0;
    --level_;
  } else {
    calm_ = 0;
  }
}

std::uint32_t LoadShedder::threshold() const { return kSamplingRange >> level_; }

}  // namespace lapwing::collectors::latency
