// Schedule: when a source is due, on the wall-clock grid of its own interval. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/base/time.h"

namespace lapwing::collectors {

/// A batch that is read this soon after its tick carries the tick's time.
inline constexpr Duration kTickTolerance = 50ms;
/// Sources of up to this interval tick together, so that rules see one state of the host.
inline constexpr Duration kLongestSharedInterval = 5s;

/// FNV-1a: the same on every start and machine, unlike std::hash.
std::uint64_t stable_hash(std::string_view text);

/// 0 up to kLongestSharedInterval; else whole seconds within the interval, by the name's hash.
Duration phase_of(std::string_view name, Duration interval);

/// What time a batch gets that belongs to `tick` and was read at `read`.
constexpr Timestamp batch_time(Timestamp tick, Timestamp read) {
  return read >= tick && read - tick <= kTickTolerance ? tick : read;
}

class Schedule {
 public:
  /// interval > 0.
  Schedule(Duration interval, Duration phase) : interval_(interval), phase_(phase) {}

  /// The tick that is due at `now`, if any, which is then taken. Ticks that were missed are left
  /// out. The first call always has one; so has the first after the clock went back.
  std::optional<Timestamp> take(Timestamp now);
  /// When take() has something next.
  Timestamp due() const { return due_; }
  Duration interval() const { return interval_; }
  /// The newest tick at or before `time`.
  Timestamp newest_tick(Timestamp time) const {
    return floor_to(time - phase_, interval_) + phase_;
  }

 private:
  Duration interval_;
  Duration phase_;
  Timestamp due_ = kBeginningOfTime;
};

}  // namespace lapwing::collectors
