#include "collectors/self/process.h"

#include <dirent.h>
#include <unistd.h>

#include <limits>
#include <memory>
#include <string>

#include "agent/base/scanner.h"
#include "collectors/host/stat.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"
#include "collectors/self/factories.h"

namespace lapwing::collectors::self {
namespace {

constexpr MetricInfo kCpu{"process_cpu_seconds_total", "CPU time that the agent has used.",
                          MetricType::Counter};
constexpr MetricInfo kOpenFds{"process_open_fds", "Open file descriptors.", MetricType::Gauge};
constexpr MetricInfo kMaxFds{"process_max_fds", "File descriptors that may be open.",
                             MetricType::Gauge};
constexpr MetricInfo kVirtual{"process_virtual_memory_bytes", "Virtual memory.", MetricType::Gauge};
constexpr MetricInfo kVirtualMax{"process_virtual_memory_max_bytes",
                                 "Virtual memory that may be used.", MetricType::Gauge};
constexpr MetricInfo kResident{"process_resident_memory_bytes", "Resident memory.",
                               MetricType::Gauge};
constexpr MetricInfo kStart{"process_start_time_seconds", "When the agent started, in Unix time.",
                            MetricType::Gauge};
constexpr MetricInfo kThreads{"process_threads", "Threads of the agent.", MetricType::Gauge};

// What the Go and C++ client libraries show for "unlimited".
constexpr double kUnlimited = 18446744073709551615.0;

std::size_t count_entries(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  std::size_t count = 0;
  if (!open) return count;
  while (const dirent* entry = ::readdir(open.get()))
    if (entry->d_name[0] != '.') ++count;
  return count > 0 ? count - 1 : 0;  // Without the descriptor that reads the folder.
}

class ProcessCollector final : public Collector {
 public:
  explicit ProcessCollector(const FactoryInput& input)
      : stat_(input.context.paths.in_proc("self/stat")),
        limits_(input.context.paths.in_proc("self/limits")),
        host_stat_(input.context.paths.in_proc("stat")),
        descriptors_(input.context.paths.in_proc("self/fd")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = stat_.read();
    if (!content) return content.error();
    const auto process = parse_process_state(*content);
    if (!process) return Error(process.error()).in(stat_.path());
    out.sample(kCpu, double(process->user_ticks + process->system_ticks) / ticks_per_second_);
    out.sample(kVirtual, double(process->virtual_bytes));
    out.sample(kResident, double(process->resident_pages) * page_bytes_);
    out.sample(kThreads, double(process->threads));
    out.sample(kOpenFds, double(count_entries(descriptors_)));
    write_start(*process, out);
    const auto limits = limits_.read();
    if (!limits) return {};
    if (const auto limit = parse_process_limit(*limits, "Max open files"))
      out.sample(kMaxFds, std::min(*limit, kUnlimited));
    if (const auto limit = parse_process_limit(*limits, "Max address space"))
      out.sample(kVirtualMax, std::min(*limit, kUnlimited));
    return {};
  }

 private:
  void write_start(const ProcessState& process, MetricWriter& out) {
    if (boot_time_ == 0) {
      const auto content = host_stat_.read();
      if (!content) return;
      const auto host = host::parse_kernel_statistics(*content);
      if (!host || !host->boot_time) return;
      boot_time_ = double(*host->boot_time);
    }
    out.sample(kStart, boot_time_ + double(process.start_ticks) / ticks_per_second_);
  }

  const double ticks_per_second_ = double(::sysconf(_SC_CLK_TCK));
  const double page_bytes_ = double(::sysconf(_SC_PAGESIZE));
  ProcFile stat_;
  ProcFile limits_;
  ProcFile host_stat_;
  const std::string descriptors_;
  double boot_time_ = 0;
};

}  // namespace

Result<ProcessState> parse_process_state(std::string_view stat) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return invalid("expected a name in parentheses");
  Scanner scan(stat.substr(name_end + 1));
  ProcessState process;
  scan.word();                                           // 3: state
  for (int field = 4; field < 14; ++field) scan.word();  // parents, terminal, flags, faults
  process.user_ticks = scan.u64();
  process.system_ticks = scan.u64();
  for (int field = 16; field < 20; ++field) scan.word();
  process.threads = scan.u64();
  scan.word();
  process.start_ticks = scan.u64();
  process.virtual_bytes = scan.u64();
  process.resident_pages = scan.u64();
  if (auto done = scan.done(); !done) return std::move(done).error();
  return process;
}

Result<double> parse_process_limit(std::string_view limits, std::string_view name) {
  Scanner scan(limits);
  while (!scan.at_end()) {
    const std::string_view line = scan.line();
    if (!line.starts_with(name)) continue;
    Scanner rest(line.substr(name.size()));
    rest.skip_blanks();
    if (rest.accept("unlimited")) return std::numeric_limits<double>::infinity();
    const std::uint64_t soft = rest.u64();
    if (auto done = rest.done(); !done) return std::move(done).error();
    return double(soft);
  }
  return invalid("no limit named \"" + std::string(name) + "\"");
}

std::unique_ptr<Collector> make_process(const FactoryInput& input) {
  return std::make_unique<ProcessCollector>(input);
}

}  // namespace lapwing::collectors::self
