// BoundedQueue: how one thread hands work to another. It never grows past its limit.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace lapwing {

/// Any thread may push and drain.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t limit) : limit_(limit) {}

  /// False when the queue is full: the value is dropped and counted.
  bool push(T value) {
    const std::lock_guard lock(mutex_);
    if (items_.size() >= limit_) {
      ++dropped_;
      return false;
    }
    items_.push_back(std::move(value));
    return true;
  }

  /// Takes all that is queued, oldest first.
  std::vector<T> drain() {
    const std::lock_guard lock(mutex_);
    std::vector<T> taken(std::make_move_iterator(items_.begin()),
                         std::make_move_iterator(items_.end()));
    items_.clear();
    return taken;
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

  /// How many pushes were refused since the start.
  std::size_t dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::deque<T> items_;      // guarded by mutex_
  std::size_t dropped_ = 0;  // guarded by mutex_
};

}  // namespace lapwing
