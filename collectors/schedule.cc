#include "collectors/schedule.h"

namespace lapwing::collectors {

std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ std::uint8_t(c)) * 0x100000001b3u;
  return hash;
}

Duration phase_of(std::string_view name, Duration interval) {
  if (interval <= kLongestSharedInterval) return 0ms;
  const std::uint64_t seconds = std::uint64_t(interval / 1s);
  return std::chrono::seconds(stable_hash(name) % seconds);
}

std::optional<Timestamp> Schedule::take(Timestamp now) {
  // Further from now than one interval: the clock was set back, and the grid begins anew.
  const bool clock_went_back = due_ > now + interval_;
  if (due_ > now && !clock_went_back) return std::nullopt;
  const Timestamp tick = newest_tick(now);
  due_ = tick + interval_;
  return tick;
}

}  // namespace lapwing::collectors
