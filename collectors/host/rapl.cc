// rapl: energy that parts of the processor used, from /sys/class/powercap/intel-rapl*
// (Documentation/power/powercap/powercap.rst of the kernel). Readable for root alone by default.
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/named_metrics.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr double kJoulesPerMicrojoule = 1e-6;

class RaplCollector final : public Collector {
 public:
  explicit RaplCollector(const FactoryInput& input)
      : folder_(input.context.paths.in_sys("class/powercap")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto zones = list_folder(folder_, "intel-rapl:");
    if (!zones) return zones.error();
    for (const std::string& zone : *zones) {
      const std::string path = folder_ + "/" + zone;
      const auto energy = number_in(path + "/energy_uj");
      std::string name = text_of(path + "/name");
      if (!energy || name.empty()) continue;
      // package-1 is package with the index 1.
      std::string index = "0";
      const std::size_t dash = name.rfind('-');
      if (dash != std::string::npos && number_of(std::string_view(name).substr(dash + 1))) {
        index = name.substr(dash + 1);
        name.resize(dash);
      }
      out.sample(info_of(clean_name(name)), {index, path}, *energy * kJoulesPerMicrojoule);
    }
    if (out.size() == 0) return no_data(folder_ + " has no zone that can be read");
    return {};
  }

 private:
  const MetricInfo& info_of(const std::string& name) {
    if (const auto found = metrics_.find(name); found.known) return *found.info;
    return metrics_.add(name, "node_rapl_" + name + "_joules_total",
                        "Energy that " + name + " used, in joules.", MetricType::Counter,
                        {"index", "path"});
  }

  const std::string folder_;
  NamedMetrics metrics_;
};

}  // namespace

std::unique_ptr<Collector> make_rapl(const FactoryInput& input) {
  return std::make_unique<RaplCollector>(input);
}

}  // namespace lapwing::collectors::host
