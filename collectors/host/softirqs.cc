#include "collectors/host/softirqs.h"

#include <memory>
#include <utility>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/interrupts.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kFunctions{"node_softirqs_functions_total",
                                "Soft interrupts that the CPU ran.",
                                MetricType::Counter,
                                {"cpu", "type"}};

class SoftirqsCollector final : public Collector {
 public:
  explicit SoftirqsCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("softirqs")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    const auto parsed = parse_softirqs(*content);
    if (!parsed) return Error(parsed.error()).in(file_.path());
    for (const SoftInterrupt& one : parsed->types)
      for (std::size_t i = 0; i < one.counts.size(); ++i)
        out.sample(kFunctions, {parsed->cpus[i], one.type}, double(one.counts[i]));
    return {};
  }

 private:
  ProcFile file_;
};

}  // namespace

Result<SoftInterrupts> parse_softirqs(std::string_view proc_softirqs) {
  SoftInterrupts found;
  Scanner scan(proc_softirqs);
  auto cpus = parse_cpu_header(scan.line());
  if (!cpus) return std::move(cpus).error();
  found.cpus = *std::move(cpus);
  while (!scan.at_end()) {
    Scanner line(scan.line());
    SoftInterrupt one;
    line.skip_blanks();
    one.type = line.until(':');
    for (std::size_t i = 0; i < found.cpus.size() && !line.failed(); ++i)
      one.counts.push_back(line.u64());
    if (auto done = line.done(); !done) return std::move(done).error();
    found.types.push_back(std::move(one));
  }
  if (auto done = scan.done(); !done) return std::move(done).error();
  return found;
}

std::unique_ptr<Collector> make_softirqs(const FactoryInput& input) {
  return std::make_unique<SoftirqsCollector>(input);
}

}  // namespace lapwing::collectors::host
