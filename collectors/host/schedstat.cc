#include "collectors/host/schedstat.h"

#include <memory>
#include <string>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;

constexpr MetricInfo kRunning{"node_schedstat_running_seconds_total",
                              "Time in which the CPU ran tasks.",
                              MetricType::Counter,
                              {"cpu"}};
constexpr MetricInfo kWaiting{"node_schedstat_waiting_seconds_total",
                              "Time that tasks waited for the CPU.",
                              MetricType::Counter,
                              {"cpu"}};
constexpr MetricInfo kTimeslices{
    "node_schedstat_timeslices_total", "Timeslices run by the CPU.", MetricType::Counter, {"cpu"}};

class SchedstatCollector final : public Collector {
 public:
  explicit SchedstatCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("schedstat")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    const auto cpus = parse_scheduler_times(*content);
    if (!cpus) return Error(cpus.error()).in(file_.path());
    for (const SchedulerTimes& cpu : *cpus) {
      out.sample(kRunning, {cpu.cpu}, double(cpu.running_nanoseconds) / kNanosecondsPerSecond);
      out.sample(kWaiting, {cpu.cpu}, double(cpu.waiting_nanoseconds) / kNanosecondsPerSecond);
      out.sample(kTimeslices, {cpu.cpu}, double(cpu.timeslices));
    }
    return {};
  }

 private:
  ProcFile file_;
};

}  // namespace

Result<std::vector<SchedulerTimes>> parse_scheduler_times(std::string_view proc_schedstat) {
  std::vector<SchedulerTimes> cpus;
  Scanner scan(proc_schedstat);
  if (!scan.rest().starts_with("version ")) return invalid("line 1: expected the version");
  while (!scan.at_end()) {
    const std::string_view text = scan.line();
    if (!text.starts_with("cpu")) continue;
    Scanner line(text);
    SchedulerTimes cpu{line.word().substr(3)};
    for (int skipped = 0; skipped < 6; ++skipped) line.u64();
    cpu.running_nanoseconds = line.u64();
    cpu.waiting_nanoseconds = line.u64();
    cpu.timeslices = line.u64();
    if (auto done = line.done(); !done) return std::move(done).error();
    cpus.push_back(cpu);
  }
  return cpus;
}

std::unique_ptr<Collector> make_schedstat(const FactoryInput& input) {
  return std::make_unique<SchedstatCollector>(input);
}

}  // namespace lapwing::collectors::host
