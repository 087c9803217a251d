// counters: what the agent counts about itself (metrics::Registry), as series like any others.
#include <memory>
#include <string>
#include <vector>

#include "agent/metrics/registry.h"
#include "collectors/named_metrics.h"
#include "collectors/registry.h"
#include "collectors/self/factories.h"

namespace lapwing::collectors::self {
namespace {

MetricType type_of(metrics::FamilyType type) {
  switch (type) {
    case metrics::FamilyType::Counter:
      return MetricType::Counter;
    case metrics::FamilyType::Gauge:
      return MetricType::Gauge;
    case metrics::FamilyType::Histogram:
      break;
  }
  return MetricType::Histogram;
}

class CountersCollector final : public Collector {
 public:
  explicit CountersCollector(const FactoryInput& input) : counters_(input.counters) {}

  Result<void> collect(MetricWriter& out) override {
    for (const metrics::GatheredFamily& family : counters_.gather())
      for (const metrics::GatheredSample& sample : family.samples) write(family, sample, out);
    return {};
  }

 private:
  void write(const metrics::GatheredFamily& family, const metrics::GatheredSample& sample,
             MetricWriter& out) {
    // One family may have metrics with different labels: the names are part of the key.
    key_ = sample.name;
    for (const auto& [name, value] : sample.labels) key_.append("\n").append(name);
    const NamedMetrics::Lookup found = metrics_.find(key_);
    const MetricInfo& info = found.known ? *found.info : add(family, sample);
    values_.clear();
    for (const auto& [name, value] : sample.labels)
      if (values_.size() < info.label_count) values_.push_back(value);
    out.sample(info, values_, sample.value);
  }

  const MetricInfo& add(const metrics::GatheredFamily& family,
                        const metrics::GatheredSample& sample) {
    std::vector<std::string> names;
    for (const auto& [name, value] : sample.labels) names.push_back(name);
    return metrics_.add(key_, sample.name, family.help, type_of(family.type), names);
  }

  const metrics::Registry& counters_;
  NamedMetrics metrics_;
  std::string key_;
  std::vector<std::string_view> values_;
};

}  // namespace

std::unique_ptr<Collector> make_counters(const FactoryInput& input) {
  return std::make_unique<CountersCollector>(input);
}

}  // namespace lapwing::collectors::self
