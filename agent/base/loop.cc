#include "agent/base/loop.h"

#include <pthread.h>

#include <algorithm>

namespace lapwing {
namespace {

// A step may be due at kNever, which condition variables cannot add to; and a wall clock that is
// set forward is seen at last after so long.
constexpr Duration kLongestSleep = 60s;
constexpr Duration kForEver = 100 * 365 * 24h;

}  // namespace

Loop::Loop(std::string name, const Clock& clock, Step step)
    : name_(std::move(name)), clock_(clock), step_(std::move(step)), thread_([this] { run(); }) {}

Loop::~Loop() { stop(); }

void Loop::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

void Loop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Loop::run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  Timestamp due = kBeginningOfTime;
  // The same on the monotonic clock: a wall clock that is set back must not put a loop to sleep
  // for the hour that it lost.
  std::chrono::nanoseconds latest{};
  while (true) {
    {
      std::unique_lock lock(mutex_);
      while (!stop_ && !woken_) {
        const Timestamp now = clock_.now();
        const std::chrono::nanoseconds left = latest - clock_.monotonic();
        if (due <= now || left.count() <= 0) break;
        const Duration wait = std::min<Duration>(due - now, kLongestSleep);
        changed_.wait_for(lock, std::min<std::chrono::nanoseconds>(wait, left));
      }
      if (stop_) return;
      woken_ = false;
    }
    const Timestamp now = clock_.now();
    const std::chrono::nanoseconds began = clock_.monotonic();
    due = step_(now);
    latest = began + std::clamp<Duration>(due == kNever ? kForEver : due - now, 0ms, kForEver);
  }
}

}  // namespace lapwing
