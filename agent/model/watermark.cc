#include "agent/model/watermark.h"

#include <utility>

namespace lapwing {

void Watermark::on_change(std::function<void()> changed) {
  const std::lock_guard lock(mutex_);
  changed_ = std::move(changed);
}

void Watermark::expect(Timestamp due) {
  const std::lock_guard lock(mutex_);
  ++outstanding_[due];
}

void Watermark::commit(Timestamp due) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = outstanding_.find(due);
    if (found == outstanding_.end()) return;
    if (--found->second > 0) return;
    outstanding_.erase(found);
  }
  notify();
}

void Watermark::advance(Timestamp due) {
  {
    const std::lock_guard lock(mutex_);
    announced_ = due;  // Also backwards: after a clock step the grid begins anew.
  }
  notify();
}

bool Watermark::complete(Timestamp due) const {
  const std::lock_guard lock(mutex_);
  const bool nothing_outstanding = outstanding_.empty() || outstanding_.begin()->first > due;
  return announced_ >= due && nothing_outstanding;
}

void Watermark::notify() {
  std::function<void()> changed;
  {
    const std::lock_guard lock(mutex_);
    changed = changed_;
  }
  if (changed) changed();
}

}  // namespace lapwing
