#include "collectors/host/pressure.h"

#include <memory>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr double kMicrosecondsPerSecond = 1e6;

constexpr MetricInfo kCpuWaiting{"node_pressure_cpu_waiting_seconds_total",
                                 "Time in which some task waited for a CPU.", MetricType::Counter};
constexpr MetricInfo kIoWaiting{"node_pressure_io_waiting_seconds_total",
                                "Time in which some task waited for I/O.", MetricType::Counter};
constexpr MetricInfo kIoStalled{"node_pressure_io_stalled_seconds_total",
                                "Time in which all tasks waited for I/O.", MetricType::Counter};
constexpr MetricInfo kMemoryWaiting{"node_pressure_memory_waiting_seconds_total",
                                    "Time in which some task waited for memory.",
                                    MetricType::Counter};
constexpr MetricInfo kMemoryStalled{"node_pressure_memory_stalled_seconds_total",
                                    "Time in which all tasks waited for memory.",
                                    MetricType::Counter};
constexpr MetricInfo kIrqStalled{"node_pressure_irq_stalled_seconds_total",
                                 "Time in which all tasks waited for interrupts.",
                                 MetricType::Counter};

class PressureCollector final : public Collector {
 public:
  explicit PressureCollector(const FactoryInput& input)
      : cpu_(input.context.paths.in_proc("pressure/cpu")),
        io_(input.context.paths.in_proc("pressure/io")),
        memory_(input.context.paths.in_proc("pressure/memory")),
        irq_(input.context.paths.in_proc("pressure/irq")) {}

  Result<void> collect(MetricWriter& out) override {
    // The kernel tells all CPUs stalled only for control groups; for the host it is always 0.
    if (auto read = collect_file(cpu_, &kCpuWaiting, nullptr, out); !read) return read;
    if (auto read = collect_file(io_, &kIoWaiting, &kIoStalled, out); !read) return read;
    if (auto read = collect_file(memory_, &kMemoryWaiting, &kMemoryStalled, out); !read)
      return read;
    if (lacks_irq_) return {};
    auto irq = collect_file(irq_, nullptr, &kIrqStalled, out);
    // Kernels before 6.1, or built without its accounting, have no irq file and get none.
    lacks_irq_ = !irq && irq.error().kind == ErrorKind::NoData;
    return lacks_irq_ ? Result<void>() : irq;
  }

 private:
  static Result<void> collect_file(ProcFile& file, const MetricInfo* some, const MetricInfo* full,
                                   MetricWriter& out) {
    const auto content = file.read();
    if (!content) return content.error();
    const auto totals = parse_pressure(*content);
    if (!totals) return Error(totals.error()).in(file.path());
    if (some && totals->some_microseconds)
      out.sample(*some, double(*totals->some_microseconds) / kMicrosecondsPerSecond);
    if (full && totals->full_microseconds)
      out.sample(*full, double(*totals->full_microseconds) / kMicrosecondsPerSecond);
    return {};
  }

  ProcFile cpu_;
  ProcFile io_;
  ProcFile memory_;
  ProcFile irq_;
  bool lacks_irq_ = false;
};

}  // namespace

Result<PressureTotals> parse_pressure(std::string_view content) {
  PressureTotals totals;
  Scanner scan(content);
  if (scan.at_end()) return invalid("the file is empty");
  while (!scan.at_end()) {
    const std::string_view kind = scan.word();
    scan.skip_blanks();
    while (!scan.failed() && !scan.accept("total=")) {
      scan.word();
      scan.skip_blanks();
    }
    const std::uint64_t total = scan.u64();
    if (!scan.at_end()) scan.expect("\n");
    if (kind == "some") totals.some_microseconds = total;
    if (kind == "full") totals.full_microseconds = total;
  }
  if (auto done = scan.done(); !done) return std::move(done).error();
  return totals;
}

std::unique_ptr<Collector> make_pressure(const FactoryInput& input) {
  return std::make_unique<PressureCollector>(input);
}

}  // namespace lapwing::collectors::host
