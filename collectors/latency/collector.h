// The collector "latency": shows what passive capture has measured as series.
#pragma once

#include <memory>

#include "collectors/registry.h"

namespace lapwing::collectors::latency {

std::unique_ptr<Collector> make_latency(const FactoryInput& input);

}  // namespace lapwing::collectors::latency
