// ProcessDetails: what costs too much to be read with each look at a process: its descriptors, its
// proportional memory, the delay of its threads. Each has what it may cost a step; what does not
// fit waits for its turn.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/services/process.h"
#include "collectors/services/process_files.h"
#include "collectors/services/service_directory.h"

namespace lapwing::collectors::services {

/// A bounded use over time: what is taken past what is there is owed by the steps that follow.
class Allowance {
 public:
  explicit Allowance(std::int64_t a_step) : a_step_(a_step) {}
  void begin_step() { left_ = left_ > 0 ? a_step_ : left_ + a_step_; }
  bool any() const { return left_ > 0; }
  void take(std::int64_t amount) { left_ -= amount; }

 private:
  const std::int64_t a_step_;
  std::int64_t left_ = 0;
};

/// The thread's that collects.
class ProcessDetails {
 public:
  explicit ProcessDetails(const HostPaths& paths);

  void begin_step(Timestamp now);
  /// Open descriptors and their limit. Since Linux 6.2 the folder's size is their number; before,
  /// they are listed.
  void read_descriptors(Process& process);
  /// The delay of all threads, when the process has run since it was looked at last. `from_zero`:
  /// the process began with us.
  void read_threads(Process& process, std::uint64_t own_ticks, bool from_zero);
  /// The proportional memory of those whose turn it is.
  void read_memory(ServiceDirectory::Processes& processes);

 private:
  std::string_view content_of(const Process& process, std::string_view file, int& error_number);
  void list_descriptors(Process& process);
  void walk(Process& process);

  const bool sizes_tell_;  // the kernel gives /proc/PID/fd a size
  Allowance listed_descriptors_;
  Allowance threads_;
  Allowance walked_bytes_;
  Timestamp now_ = kBeginningOfTime;
  std::int32_t cursor_ = 0;  // pid at which the round of memory goes on
  ProcessPath path_;
  std::string buffer_;
};

}  // namespace lapwing::collectors::services
