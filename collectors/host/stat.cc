#include "collectors/host/stat.h"

#include <memory>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kInterrupts{"node_intr_total", "Interrupts serviced.", MetricType::Counter};
constexpr MetricInfo kContextSwitches{"node_context_switches_total", "Context switches.",
                                      MetricType::Counter};
constexpr MetricInfo kForks{"node_forks_total", "Processes and threads created.",
                            MetricType::Counter};
constexpr MetricInfo kBootTime{"node_boot_time_seconds", "When the host booted, in Unix time.",
                               MetricType::Gauge};
constexpr MetricInfo kRunning{"node_procs_running", "Threads that run or could run.",
                              MetricType::Gauge};
constexpr MetricInfo kBlocked{"node_procs_blocked", "Processes that wait for I/O to end.",
                              MetricType::Gauge};

class StatCollector final : public Collector {
 public:
  explicit StatCollector(const FactoryInput& input) : file_(input.context.paths.in_proc("stat")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    const auto statistics = parse_kernel_statistics(*content);
    if (!statistics) return Error(statistics.error()).in(file_.path());
    const auto write = [&](const MetricInfo& info, std::optional<std::uint64_t> value) {
      if (value) out.sample(info, double(*value));
    };
    write(kInterrupts, statistics->interrupts);
    write(kContextSwitches, statistics->context_switches);
    write(kForks, statistics->forks);
    write(kBootTime, statistics->boot_time);
    write(kRunning, statistics->running);
    write(kBlocked, statistics->blocked);
    return {};
  }

 private:
  ProcFile file_;
};

}  // namespace

Result<KernelStatistics> parse_kernel_statistics(std::string_view proc_stat) {
  KernelStatistics found;
  Scanner scan(proc_stat);
  if (scan.at_end()) return invalid("the file is empty");
  while (!scan.at_end()) {
    if (scan.accept("intr "))
      found.interrupts = scan.u64();
    else if (scan.accept("ctxt "))
      found.context_switches = scan.u64();
    else if (scan.accept("btime "))
      found.boot_time = scan.u64();
    else if (scan.accept("processes "))
      found.forks = scan.u64();
    else if (scan.accept("procs_running "))
      found.running = scan.u64();
    else if (scan.accept("procs_blocked "))
      found.blocked = scan.u64();
    if (!scan.at_end()) scan.line();
  }
  if (auto done = scan.done(); !done) return std::move(done).error();
  return found;
}

std::unique_ptr<Collector> make_stat(const FactoryInput& input) {
  return std::make_unique<StatCollector>(input);
}

}  // namespace lapwing::collectors::host
