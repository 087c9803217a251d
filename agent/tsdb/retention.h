// Retention: which file may go. Pure; the Store unlinks. ARCHITECTURE, "Time": age counts from
// the newest sample, one file a pass, and a pause of an hour after the clock has jumped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "agent/base/time.h"

namespace lapwing::tsdb {

struct Retention {
  Duration time{};               ///< 0: for ever
  std::uint64_t size_bytes = 0;  ///< 0: no limit
};

struct RetainedFile {
  Timestamp end;  ///< no sample at or after it
  std::uint64_t bytes = 0;
};

/// The one of `files` (oldest first) to remove now. The newest stays whatever its size.
std::optional<std::size_t> expired_file(std::span<const RetainedFile> files, Timestamp newest,
                                        const Retention& retention);

/// Tells jumps of the wall clock from time that passes.
class ClockJump {
 public:
  /// Both clocks now; true within an hour of a jump by more than a minute.
  bool paused(Timestamp wall, std::chrono::nanoseconds monotonic);

 private:
  bool started_ = false;
  Timestamp wall_;
  std::chrono::nanoseconds monotonic_{};
  std::chrono::nanoseconds paused_until_{};
};

}  // namespace lapwing::tsdb
