#include "collectors/latency/snapshot.h"

#include <algorithm>
#include <cmath>

#include "collectors/latency/tracker.h"

namespace lapwing::collectors::latency {
namespace {

bool was_asked_for(const Operation& operation) {
  return std::any_of(operation.outcomes.begin(), operation.outcomes.end(),
                     [](std::uint64_t count) { return count > 0; });
}

/// Three digits are as many as the sketch knows; more of them would only fill the store.
double rounded(double value) {
  if (value <= 0) return 0;
  const double scale = std::pow(10.0, 2 - std::floor(std::log10(value)));
  return std::round(value * scale) / scale;
}

}  // namespace

Snapshot make_snapshot(const Tracker& tracker, std::int64_t second) {
  Snapshot snapshot;
  snapshot.capturing = true;
  for (const auto& endpoint : tracker.endpoints().all()) {
    if (!endpoint) continue;
    EndpointSnapshot shown{.service = endpoint->service,
                           .port = endpoint->port == 0 ? "" : std::to_string(endpoint->port),
                           .remote = endpoint->remote,
                           .protocol = endpoint->protocol,
                           .histogram = endpoint->histogram};
    for (const Operation& operation : endpoint->operations.all())
      if (was_asked_for(operation)) shown.operations.push_back(operation);
    if (shown.histogram.count() == 0 && shown.operations.empty()) continue;
    if (const auto quantiles = endpoint->sketch.quantiles(second, kQuantiles)) {
      shown.quantiles.emplace();
      std::transform(quantiles->begin(), quantiles->end(), shown.quantiles->begin(), rounded);
    }
    snapshot.endpoints.push_back(std::move(shown));
  }
  return snapshot;
}

}  // namespace lapwing::collectors::latency
