// StatelessCollector: a collector that keeps nothing between its collections, as one function.
// For what is read every few seconds at most: each collection opens its files anew.
#pragma once

#include <memory>

#include "collectors/collector.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {

class StatelessCollector final : public Collector {
 public:
  using Function = Result<void> (*)(const HostPaths& paths, MetricWriter& out);

  StatelessCollector(const FactoryInput& input, Function function)
      : paths_(input.context.paths), function_(function) {}

  Result<void> collect(MetricWriter& out) override { return function_(paths_, out); }

 private:
  const HostPaths paths_;
  const Function function_;
};

}  // namespace lapwing::collectors::host
