// CpuShare: bounds a look that grows with the host (all processes, all sockets) by the share of one
// CPU that it may take over time. On most hosts it is always due; with tens of thousands of sockets
// the look is taken less often than the collector runs, which repeats what it found last.
#pragma once

#include <chrono>
#include <optional>

namespace lapwing::collectors {

/// One thread at a time.
class CpuShare {
 public:
  /// One part of `parts` of one CPU.
  explicit CpuShare(int parts) : parts_(parts) {}

  /// Whether the look is due at the monotonic time: the one before has been paid for since it
  /// began. True at first.
  bool due(std::chrono::nanoseconds now) const {
    return !began_ || now - *began_ >= cost_ * parts_;
  }
  /// Takes the look, which began at `now`, and what it returns; measures this thread's CPU time.
  template <typename Look>
  auto take(std::chrono::nanoseconds now, Look look) {
    const Spending spending{*this, thread_time()};
    began_ = now;
    return look();
  }
  /// The newest look took so much.
  std::chrono::nanoseconds cost() const { return cost_; }

 private:
  struct Spending {
    CpuShare& share;
    std::chrono::nanoseconds start;
    ~Spending() { share.cost_ = thread_time() - start; }
  };
  static std::chrono::nanoseconds thread_time();

  const int parts_;
  std::optional<std::chrono::nanoseconds> began_;
  std::chrono::nanoseconds cost_{};
};

}  // namespace lapwing::collectors
