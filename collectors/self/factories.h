// Factories of the collectors of the agent's own state.
#pragma once

#include <memory>

namespace lapwing::collectors {

class Collector;
struct FactoryInput;

namespace self {

std::unique_ptr<Collector> make_counters(const FactoryInput& input);
std::unique_ptr<Collector> make_process(const FactoryInput& input);

}  // namespace self
}  // namespace lapwing::collectors
