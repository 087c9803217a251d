// Records: what is kept over time and is no series, such as the top processes of each interval.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/model/series_source.h"

namespace lapwing {

struct Record {
  Timestamp time;
  std::string bytes;
};

/// Any thread. Each kind is a ring of its own with a limit in bytes: the oldest make room.
class Records {
 public:
  virtual ~Records() = default;

  /// Keeps the record; read() gives it at once. Does no I/O: the disk has it within a second, so
  /// that a kill takes that second at most. `kind` is [a-z-]+, up to 32 bytes; other kinds, and
  /// records of more than 64 KiB, are refused and counted.
  virtual void append(std::string_view kind, Timestamp time, std::string_view bytes) = 0;

  /// Records of the kind in the range, in time order, the newest `limit` of them. What is damaged
  /// on disk is left out. Unavailable when the disk cannot be read.
  virtual Result<std::vector<Record>> read(std::string_view kind, TimeRange range,
                                           std::size_t limit) const = 0;
};

}  // namespace lapwing
