// ProcessAccounting: what each process has used since the last look at it, nothing counted twice
// and nothing lost that the kernel keeps: a child's use comes to its parent's counters when it is
// reaped, and what was counted for the child before is taken off there.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/base/time.h"
#include "collectors/collector.h"
#include "collectors/services/process.h"
#include "collectors/services/process_details.h"
#include "collectors/services/process_files.h"
#include "collectors/services/service_directory.h"

namespace lapwing::collectors::services {

struct AccountingOptions {
  std::size_t busy_processes = 50;  ///< read at each step, through kept descriptors
  Duration slow_interval = 10s;     ///< in which each of the others is read once …
  std::size_t reads_a_step = 200;   ///< … unless there are more than this allows
};

/// The thread's that collects.
class ProcessAccounting {
 public:
  /// Gets what the process has used since it was read last; a dead child's rest is its parent's.
  using Sink = std::function<void(const Process& process, const Uses& used)>;

  /// Both outlive it.
  ProcessAccounting(HostPaths paths, ServiceDirectory& directory, Sink sink,
                    AccountingOptions options = {});

  /// Refreshes the directory; accounts for the processes that have ended.
  Result<void> refresh(Timestamp now);
  /// Reads the processes whose turn it is, as of the newest refresh().
  void read();

  /// Processes read in the newest step.
  std::size_t reads() const { return reads_; }

 private:
  ServiceDirectory::Processes& processes() { return directory_.processes(); }
  bool exists(std::int32_t pid) const;
  std::string_view content_of(UniqueFd& kept, const Process& process, std::string_view file,
                              int& error_number);
  void slow_round(std::size_t left);
  void choose_busy();
  void look(Process& process);
  bool look_at(Process& process);
  void take_state(Process& process, const ProcessStat& stat);
  void read_io(Process& process, Uses& uses);
  void count(Process& process, const Uses& uses, const Uses& owed);
  void ended(Process& process);
  void let_reaper_take(std::int32_t pid);
  void take_ended_children(Process& process, Uses& owed, const Uses& most);
  void take_ended(Process& process, Uses& owed, const Uses& most);
  void leave_children(Process& process);

  const HostPaths paths_;
  ServiceDirectory& directory_;
  const Sink sink_;
  const AccountingOptions options_;
  const double processors_;
  const std::uint64_t page_bytes_;
  std::uint64_t first_ticks_ = UINT64_MAX;  // of the first step: who is older began before us
  Timestamp now_ = kBeginningOfTime;
  Timestamp chosen_ = kBeginningOfTime;
  std::int32_t cursor_ = 0;  // pid at which the slow round goes on
  std::vector<std::int32_t> busy_;
  std::size_t reads_ = 0;
  ProcessDetails details_;
  ProcessPath path_;
  std::string buffer_;
};

}  // namespace lapwing::collectors::services
