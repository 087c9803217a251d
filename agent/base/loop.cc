#include "agent/base/loop.h"

#include <pthread.h>

#include <algorithm>

namespace lapwing {
namespace {

// A step may be due at kNever, which condition variables cannot add to; and a wall clock set
// back must not put a loop to sleep for the hour it lost.
constexpr Duration kLongestSleep = 60s;

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
  while (true) {
    {
      std::unique_lock lock(mutex_);
      while (!stop_ && !woken_) {
        const Timestamp now = clock_.now();
        if (due <= now) break;
        changed_.wait_for(lock, std::min<Duration>(due - now, kLongestSleep));
      }
      if (stop_) return;
      woken_ = false;
    }
    due = step_(clock_.now());
  }
}

}  // namespace lapwing
