// services: what each service of this host uses, `service_*{service=…}`.
#include <memory>
#include <vector>

#include "collectors/registry.h"
#include "collectors/services/factories.h"
#include "collectors/services/service_directory.h"

namespace lapwing::collectors::services {
namespace {

constexpr MetricInfo kInfo{"service_info",
                           "The kind of each service that has series of its own; always 1.",
                           MetricType::Gauge,
                           {"service", "kind"}};
constexpr MetricInfo kProcesses{
    "service_processes", "Processes of the service.", MetricType::Gauge, {"service"}};

class ServicesCollector final : public Collector {
 public:
  explicit ServicesCollector(const FactoryInput& input)
      : clock_(input.context.clock), directory_(input.context.services) {}

  Result<void> collect(MetricWriter& out) override {
    if (directory_ == nullptr) return no_data("no directory of services");
    if (auto refreshed = directory_->refresh(clock_.now()); !refreshed) return refreshed;
    std::vector<double> processes(directory_->names().end());
    for (const auto& [pid, process] : directory_->processes())
      processes[std::size_t(process.service)] += 1;
    double others = 0;
    for (const auto& [name, id] : directory_->names().all()) {
      const Service& service = *directory_->names().at(id);
      if (!service.own_series) {
        others += processes[std::size_t(id)];
        continue;
      }
      out.sample(kInfo, {name, lapwing::collectors::services::name(service.kind)}, 1);
      out.sample(kProcesses, {name}, processes[std::size_t(id)]);
    }
    out.sample(kProcesses, {kOtherServices}, others);
    return {};
  }

 private:
  const Clock& clock_;
  ServiceDirectory* const directory_;
};

}  // namespace

std::unique_ptr<Collector> make_services(const FactoryInput& input) {
  return std::make_unique<ServicesCollector>(input);
}

}  // namespace lapwing::collectors::services
