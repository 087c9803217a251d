#include "collectors/host/loadavg.h"

#include <memory>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kLoad1{"node_load1", "Load average over one minute.", MetricType::Gauge};
constexpr MetricInfo kLoad5{"node_load5", "Load average over five minutes.", MetricType::Gauge};
constexpr MetricInfo kLoad15{"node_load15", "Load average over fifteen minutes.",
                             MetricType::Gauge};

class LoadavgCollector final : public Collector {
 public:
  explicit LoadavgCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("loadavg")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    const auto load = parse_load_averages(*content);
    if (!load) return Error(load.error()).in(file_.path());
    out.sample(kLoad1, load->one_minute);
    out.sample(kLoad5, load->five_minutes);
    out.sample(kLoad15, load->fifteen_minutes);
    return {};
  }

 private:
  ProcFile file_;
};

}  // namespace

Result<LoadAverages> parse_load_averages(std::string_view proc_loadavg) {
  Scanner scan(proc_loadavg);
  LoadAverages load;
  load.one_minute = scan.f64();
  load.five_minutes = scan.f64();
  load.fifteen_minutes = scan.f64();
  if (auto done = scan.done(); !done) return std::move(done).error();
  return load;
}

std::unique_ptr<Collector> make_loadavg(const FactoryInput& input) {
  return std::make_unique<LoadavgCollector>(input);
}

}  // namespace lapwing::collectors::host
