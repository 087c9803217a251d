#include "collectors/host/time.h"

#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kTime{"node_time_seconds", "The host's clock, in Unix time.",
                           MetricType::Gauge};
constexpr MetricInfo kZoneOffset{"node_time_zone_offset_seconds",
                                 "How far the host's time zone is ahead of UTC.",
                                 MetricType::Gauge,
                                 {"time_zone"}};
constexpr MetricInfo kAvailable{"node_time_clocksource_available_info",
                                "Clock sources that the kernel could use.",
                                MetricType::Gauge,
                                {"device", "clocksource"}};
constexpr MetricInfo kCurrent{"node_time_clocksource_current_info",
                              "Clock source that the kernel uses.",
                              MetricType::Gauge,
                              {"device", "clocksource"}};

class TimeCollector final : public Collector {
 public:
  explicit TimeCollector(const FactoryInput& input)
      : clock_(input.context.clock),
        available_(input.context.paths.in_sys(kFolder + "available_clocksource")),
        current_(input.context.paths.in_sys(kFolder + "current_clocksource")) {}

  Result<void> collect(MetricWriter& out) override {
    const Timestamp now = clock_.now();
    out.sample(kTime, to_seconds(now));
    const std::time_t seconds = std::time_t(to_millis(now) / 1000);
    std::tm local{};
    if (::localtime_r(&seconds, &local) != nullptr)
      out.sample(kZoneOffset, {local.tm_zone}, double(local.tm_gmtoff));
    write(available_, kAvailable, out);
    write(current_, kCurrent, out);
    return {};
  }

 private:
  static void write(ProcFile& file, const MetricInfo& info, MetricWriter& out) {
    const auto content = file.read();
    if (!content) return;  // Not every architecture has clock sources to choose from.
    Scanner scan(content->substr(0, content->find('\n')));
    for (scan.skip_blanks(); !scan.at_end(); scan.skip_blanks())
      out.sample(info, {"0", scan.word()}, 1);
  }

  inline static const std::string kFolder = "devices/system/clocksource/clocksource0/";
  const Clock& clock_;
  ProcFile available_;
  ProcFile current_;
};

}  // namespace

std::unique_ptr<Collector> make_time(const FactoryInput& input) {
  return std::make_unique<TimeCollector>(input);
}

}  // namespace lapwing::collectors::host
