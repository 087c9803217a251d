#include "agent/tsdb/retention.h"

#include <chrono>

namespace lapwing::tsdb {
namespace {

constexpr Duration kJump = 1min;
constexpr Duration kPause = 1h;

}  // namespace

std::optional<std::size_t> expired_file(std::span<const RetainedFile> files, Timestamp newest,
                                        const Retention& retention) {
  if (files.empty()) return std::nullopt;
  if (retention.time.count() > 0 && newest > from_millis(0) &&
      files.front().end <= newest - retention.time)
    return 0;
  std::uint64_t bytes = 0;
  for (const RetainedFile& file : files) bytes += file.bytes;
  if (retention.size_bytes > 0 && bytes > retention.size_bytes && files.size() > 1) return 0;
  return std::nullopt;
}

bool ClockJump::paused(Timestamp wall, std::chrono::nanoseconds monotonic) {
  if (started_) {
    const auto passed = std::chrono::duration_cast<Duration>(monotonic - monotonic_);
    const Duration jump = (wall - wall_) - passed;
    if (jump > kJump || jump < -kJump) paused_until_ = monotonic + kPause;
  }
  const bool first = !started_;
  started_ = true;
  wall_ = wall;
  monotonic_ = monotonic;
  return !first && monotonic < paused_until_;
}

}  // namespace lapwing::tsdb
