// SlowLane: threads for work that can hang for ever in the kernel (statfs on a dead mount).
// A Loop cannot do it: a thread inside such a call cannot be joined, so these are detached, own
// by shared_ptr all that they touch, and a stuck one is left behind and replaced.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace lapwing::collectors {

class SlowLane {
 public:
  /// Work runs on one of the lane's threads, never together with other calls of the same work
  /// unless it is submitted twice. It must own all that it touches.
  using Work = std::function<void()>;
  /// Runs after the work on the same thread, unless the work was left behind: may refer to what
  /// outlives the lane.
  using Done = std::function<void()>;

  /// Names one submitted work; cheap to copy.
  class Ticket;

  static constexpr std::size_t kThreadLimit = 4;
  static constexpr std::size_t kLeftBehindLimit = 16;

  SlowLane();
  /// Waits up to `kPatience` for running work; what still runs then is left behind.
  ~SlowLane();
  SlowLane(const SlowLane&) = delete;
  SlowLane& operator=(const SlowLane&) = delete;

  /// Queues the work; threads are started when all are busy, up to kThreadLimit.
  std::shared_ptr<Ticket> submit(Work work, Done done);
  /// Gives its thread up: `done` will not run, and another thread may take its place. When
  /// kLeftBehindLimit threads hang already, the place stays taken. False when the work had not
  /// begun: then it never will.
  bool leave_behind(const std::shared_ptr<Ticket>& ticket);
  /// Threads that hang in work that was left behind.
  std::size_t left_behind() const;

  static constexpr std::chrono::milliseconds kPatience{1000};

 private:
  struct State;
  static void run(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
};

}  // namespace lapwing::collectors
