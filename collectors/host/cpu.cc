#include "collectors/host/cpu.h"

#include <unistd.h>
#include <map>
#include <string>
#include <unordered_map>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kCpuSeconds{"node_cpu_seconds_total",
                                 "Time of each CPU in each mode.",
                                 MetricType::Counter,
                                 {"cpu", "mode"}};
constexpr MetricInfo kCpuGuestSeconds{"node_cpu_guest_seconds_total",
                                      "Time of each CPU spent on running guests, by mode.",
                                      MetricType::Counter,
                                      {"cpu", "mode"}};

constexpr std::array<std::string_view, kCpuModeCount> kModeNames = {
    "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "user", "nice"};

// Idle time that falls by this much means that the CPU was taken out and came back: its counters
// begin anew. Less is the kernel's known jitter, and counters must not fall.
constexpr std::uint64_t kRestartSeconds = 3;

class CpuCollector final : public Collector {
 public:
  explicit CpuCollector(const FactoryInput& input) : file_(input.context.paths.in_proc("stat")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    if (auto parsed = parse_cpu_times(*content, times_); !parsed)
      return std::move(parsed).in(file_.path());
    for (const CpuTimes& cpu : times_) write(cpu, out);
    return {};
  }

 private:
  using Ticks = std::array<std::uint64_t, kCpuModeCount>;

  const Ticks& steady(const CpuTimes& cpu) {
    auto found = known_.find(cpu.cpu);
    if (found == known_.end()) found = known_.emplace(std::string(cpu.cpu), cpu.ticks).first;
    Ticks& known = found->second;
    const std::size_t idle = std::size_t(CpuMode::Idle);
    if (cpu.ticks[idle] + kRestartSeconds * ticks_per_second_ <= known[idle]) known = cpu.ticks;
    for (std::size_t i = 0; i < kCpuModeCount; ++i) known[i] = std::max(known[i], cpu.ticks[i]);
    return known;
  }

  void write(const CpuTimes& cpu, MetricWriter& out) {
    const Ticks& ticks = steady(cpu);
    for (std::size_t i = 0; i < kCpuModeCount; ++i) {
      const bool guest = i >= std::size_t(CpuMode::Guest);
      out.sample(guest ? kCpuGuestSeconds : kCpuSeconds, {cpu.cpu, kModeNames[i]},
                 double(ticks[i]) / double(ticks_per_second_));
    }
  }

  const std::uint64_t ticks_per_second_ = std::uint64_t(::sysconf(_SC_CLK_TCK));
  ProcFile file_;
  std::vector<CpuTimes> times_;
  std::map<std::string, Ticks, std::less<>> known_;
};

}  // namespace

Result<void> parse_cpu_times(std::string_view proc_stat, std::vector<CpuTimes>& out) {
  out.clear();
  Scanner scan(proc_stat);
  if (!scan.rest().starts_with("cpu"))
    return invalid("line 1: expected a line that begins with cpu");
  while (scan.rest().starts_with("cpu")) {
    Scanner line(scan.line());
    const std::string_view name = line.word().substr(3);
    if (name.empty()) continue;  // The sum of all.
    CpuTimes cpu{name};
    std::size_t fields = 0;
    for (line.skip_blanks(); !line.at_end() && fields < kCpuModeCount; line.skip_blanks())
      cpu.ticks[fields++] = line.u64();
    // Four fields since the first Linux that had them; guests came last.
    constexpr std::size_t kLeastFields = 4;
    if (line.failed() || fields < kLeastFields) {
      return invalid("cpu" + std::string(name) + ": expected at least four numbers");
    }
    out.push_back(cpu);
  }
  return scan.done();
}

std::unique_ptr<Collector> make_cpu(const FactoryInput& input) {
  return std::make_unique<CpuCollector>(input);
}

}  // namespace lapwing::collectors::host
