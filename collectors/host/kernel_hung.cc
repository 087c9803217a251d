#include "collectors/host/kernel_hung.h"

#include <memory>

#include "collectors/host/factories.h"
#include "collectors/host/number_file.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kHungTotal{"node_kernel_hung_tasks_total",
                                "Tasks found hung since the host booted.", MetricType::Counter};
constexpr MetricInfo kHung{
    "node_kernel_hung_tasks",
    "Tasks found hung since the host booted, by the name that dashboards use.", MetricType::Gauge};

class KernelHungCollector final : public Collector {
 public:
  explicit KernelHungCollector(const FactoryInput& input)
      : file0_(input.context.paths.in_proc("sys/kernel/hung_task_detect_count")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto number0 = read_number(file0_);
    if (!number0) return number0.error();
    out.sample(kHungTotal, double(*number0));
    out.sample(kHung, double(*number0));
    return {};
  }

 private:
  ProcFile file0_;
};

}  // namespace

std::unique_ptr<Collector> make_kernel_hung(const FactoryInput& input) {
  return std::make_unique<KernelHungCollector>(input);
}

}  // namespace lapwing::collectors::host
