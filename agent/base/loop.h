// Loop: the one class that has a thread. Logic is a step; the Loop calls it when its time comes.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "agent/base/time.h"

namespace lapwing {

/// Runs `step` on a thread of its own: at once, then whenever the time that the last step
/// returned has come (kNever: only when woken) or wake() was called. Steps never overlap.
class Loop {
 public:
  using Step = std::function<Timestamp(Timestamp now)>;

  /// `name`: at most 15 characters, shown by ps -L. `clock` must outlive the Loop.
  Loop(std::string name, const Clock& clock, Step step);
  /// Stops.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs the step soon, once for any number of calls made before it starts. Any thread.
  void wake();
  /// Returns when the running step has ended; no step runs after it. Not from the step itself.
  void stop();

 private:
  void run();

  const std::string name_;
  const Clock& clock_;
  const Step step_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = true;  // guarded by mutex_
  bool stop_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace lapwing
