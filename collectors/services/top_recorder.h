// TopRecorder: for each interval the first few processes by CPU, memory, I/O and delay, for the
// question afterwards what ran at 03:12.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "agent/base/time.h"
#include "collectors/collector.h"
#include "collectors/services/service_directory.h"

namespace lapwing::collectors::services {

/// The thread's that collects.
class TopRecorder {
 public:
  explicit TopRecorder(HostPaths paths) : paths_(std::move(paths)) {}

  /// Writes a record when the interval of the options is over; without Records: nothing.
  void step(Timestamp now, ServiceDirectory& directory);

 private:
  void record(Timestamp now, Duration interval, ServiceDirectory& directory);
  std::string command_line_of(const Process& process) const;

  const HostPaths paths_;
  Timestamp began_ = kBeginningOfTime;
};

}  // namespace lapwing::collectors::services
