#include "collectors/host/entropy.h"

#include <memory>

#include "collectors/host/factories.h"
#include "collectors/host/number_file.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kAvailable{"node_entropy_available_bits", "Entropy that is there.",
                                MetricType::Gauge};
constexpr MetricInfo kPoolSize{"node_entropy_pool_size_bits", "Size of the entropy pool.",
                               MetricType::Gauge};

class EntropyCollector final : public Collector {
 public:
  explicit EntropyCollector(const FactoryInput& input)
      : file0_(input.context.paths.in_proc("sys/kernel/random/entropy_avail")),
        file1_(input.context.paths.in_proc("sys/kernel/random/poolsize")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto number0 = read_number(file0_);
    if (!number0) return number0.error();
    out.sample(kAvailable, double(*number0));
    const auto number1 = read_number(file1_);
    if (!number1) return number1.error();
    out.sample(kPoolSize, double(*number1));
    return {};
  }

 private:
  ProcFile file0_;
  ProcFile file1_;
};

}  // namespace

std::unique_ptr<Collector> make_entropy(const FactoryInput& input) {
  return std::make_unique<EntropyCollector>(input);
}

}  // namespace lapwing::collectors::host
