#include "collectors/host/processes.h"

#include <dirent.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "agent/base/file.h"
#include "agent/base/scanner.h"
#include "collectors/cpu_share.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kPids{"node_processes_pids", "Processes.", MetricType::Gauge};
constexpr MetricInfo kThreads{"node_processes_threads", "Threads.", MetricType::Gauge};
constexpr MetricInfo kMaxProcesses{"node_processes_max_processes",
                                   "Numbers there are for processes.", MetricType::Gauge};
constexpr MetricInfo kMaxThreads{"node_processes_max_threads", "Threads that there can be.",
                                 MetricType::Gauge};
constexpr MetricInfo kStates{
    "node_processes_state", "Processes in the state.", MetricType::Gauge, {"state"}};
constexpr MetricInfo kThreadStates{
    "node_processes_threads_state", "Threads in the state.", MetricType::Gauge, {"thread_state"}};

constexpr std::size_t kStatLimitBytes = 4096;  // one line of some fifty numbers
// Past this many the states of single threads are not looked at: each costs an open and a read.
constexpr std::uint64_t kThreadLimit = 20'000;

using CountsByState = std::array<std::uint64_t, 128>;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

bool is_number(const char* name) {
  if (*name == '\0') return false;
  for (; *name != '\0'; ++name)
    if (*name < '0' || *name > '9') return false;
  return true;
}

// Calls `visit` with each name that is a number; false when there is no such folder.
template <typename Visit>
bool for_each_number(const std::string& folder, Visit visit) {
  const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
  if (!open) return false;
  while (const dirent* const entry = ::readdir(open.get()))
    if (is_number(entry->d_name)) visit(entry->d_name);
  return true;
}

void count(CountsByState& counts, char state) { ++counts[std::size_t(state) % counts.size()]; }

struct Totals {
  std::uint64_t processes = 0;
  std::uint64_t threads = 0;
  CountsByState states{};
  CountsByState thread_states{};
};

void add_threads(const std::string& process, std::string& content, Totals& totals) {
  for_each_number(process + "/task", [&](const char* thread) {
    const std::string path = process + "/task/" + thread + "/stat";
    if (!read_file_into(path, content, kStatLimitBytes)) return;
    if (const auto state = parse_process_stat(content)) count(totals.thread_states, state->state);
  });
}

void write_states(const CountsByState& counts, const MetricInfo& info, MetricWriter& out) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const char name = char(i);
    if (counts[i] > 0) out.sample(info, {std::string_view(&name, 1)}, double(counts[i]));
  }
}

// A look at 5,000 processes takes some 100 ms.
constexpr int kPartsOfCpu = 500;

class ProcessesCollector final : public Collector {
 public:
  explicit ProcessesCollector(const FactoryInput& input)
      : paths_(input.context.paths), clock_(input.context.clock) {}

  Result<void> collect(MetricWriter& out) override {
    const auto now = clock_.monotonic();
    if (share_.due(now))
      if (auto looked = share_.take(now, [this] { return look(); }); !looked) return looked;
    if (totals_.processes == 0) return no_data("no process in " + paths_.proc);
    out.sample(kPids, double(totals_.processes));
    out.sample(kThreads, double(totals_.threads));
    write_states(totals_.states, kStates, out);
    if (totals_.threads <= kThreadLimit) write_states(totals_.thread_states, kThreadStates, out);
    if (const auto limit = number_in(paths_.in_proc("sys/kernel/pid_max")))
      out.sample(kMaxProcesses, *limit);
    if (const auto limit = number_in(paths_.in_proc("sys/kernel/threads-max")))
      out.sample(kMaxThreads, *limit);
    return {};
  }

 private:
  Result<void> look() {
    Totals totals;
    Result<void> broken;
    for_each_number(paths_.proc, [&](const char* pid) {
      const std::string process = paths_.in_proc(pid);
      // It ended since the folder was read, or it is somebody else's under hidepid.
      if (!read_file_into(process + "/stat", content_, kStatLimitBytes)) return;
      if (content_.empty()) return;
      const auto state = parse_process_stat(content_);
      if (!state) {
        broken = Error(state.error()).in(process + "/stat");
        return;
      }
      ++totals.processes;
      totals.threads += state->threads;
      count(totals.states, state->state);
      if (state->threads == 1)
        count(totals.thread_states, state->state);
      else if (totals.threads <= kThreadLimit)
        add_threads(process, content_, totals);
    });
    totals_ = totals;
    return broken;
  }

  const HostPaths paths_;
  const Clock& clock_;
  CpuShare share_{kPartsOfCpu};
  Totals totals_;
  std::string content_;
};

}  // namespace

Result<ProcessState> parse_process_stat(std::string_view stat) {
  // 10 (a) b) R 1 …: the name ends at the last bracket.
  const std::size_t bracket = stat.rfind(')');
  if (bracket == std::string_view::npos) return invalid("no command's name in brackets");
  Scanner scan(stat.substr(bracket + 1));
  ProcessState process;
  const std::string_view state = scan.word();
  if (state.size() != 1) scan.fail("the state is not one letter");
  for (int skipped = 4; skipped < 20; ++skipped) scan.word();
  process.threads = scan.u64();  // field 20 of proc(5)
  if (auto done = scan.done(); !done) return std::move(done).error();
  process.state = state.front();
  return process;
}

std::unique_ptr<Collector> make_processes(const FactoryInput& input) {
  return std::make_unique<ProcessesCollector>(input);
}

}  // namespace lapwing::collectors::host
