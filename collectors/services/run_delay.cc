#include "collectors/services/run_delay.h"

#include <utility>

namespace lapwing::collectors::services {

void RunDelay::see_first(std::uint64_t nanoseconds, bool alone) {
  if (nanoseconds > first_) total_ += nanoseconds - first_;
  first_ = nanoseconds;
  if (!alone) return;
  others_.clear();
  others_known_ = true;
}

void RunDelay::see_others(std::vector<Thread> threads, bool from_zero) {
  auto known = others_.begin();
  for (const Thread& thread : threads) {
    while (known != others_.end() && known->id < thread.id) ++known;
    if (known != others_.end() && known->id == thread.id) {
      if (thread.nanoseconds > known->nanoseconds)
        total_ += thread.nanoseconds - known->nanoseconds;
    } else if (others_known_ || from_zero) {
      total_ += thread.nanoseconds;
    }
  }
  others_ = std::move(threads);
  others_known_ = true;
}

}  // namespace lapwing::collectors::services
