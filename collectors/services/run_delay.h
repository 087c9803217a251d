// RunDelay: how long the threads of one process have been ready and waited for a CPU. The kernel
// tells it a thread (/proc/PID/task/TID/schedstat) and forgets it with the thread, so increases are
// added up.
#pragma once

#include <cstdint>
#include <vector>

namespace lapwing::collectors::services {

class RunDelay {
 public:
  struct Thread {
    std::int32_t id = 0;
    std::uint64_t nanoseconds = 0;
  };

  /// The first thread, which has the process's number; `alone`: there is no other.
  void see_first(std::uint64_t nanoseconds, bool alone);
  /// All other threads, by id. What a thread had waited before it was seen counts when it began
  /// after this process was seen, or when the process did after us (`from_zero`).
  void see_others(std::vector<Thread> threads, bool from_zero);
  /// Only rises.
  std::uint64_t nanoseconds() const { return total_; }

 private:
  std::uint64_t total_ = 0;
  std::uint64_t first_ = 0;
  bool others_known_ = false;  // those that are not in others_ are new
  std::vector<Thread> others_;
};

}  // namespace lapwing::collectors::services
