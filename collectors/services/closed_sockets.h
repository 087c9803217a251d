// ClosedSockets: the kernel's word on every TCP socket that ends, with its final counters
// (sock_diag(7), groups SKNLGRP_INET_TCP_DESTROY and SKNLGRP_INET6_TCP_DESTROY): what opens and
// closes between two looks counts too. The kernel's queue is short (some hundred sockets without
// CAP_NET_ADMIN), so that a thread of its own empties it, the more often the more comes.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "agent/base/loop.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "collectors/services/socket_report.h"
#include "collectors/sock_diag.h"

namespace lapwing::collectors::services {

class ClosedSockets {
 public:
  /// Reports past this many between two take() are left out and counted.
  static constexpr std::size_t kReportLimit = 100'000;
  static constexpr Duration kLongestWait = 1s;
  static constexpr Duration kShortestWait = 20ms;

  /// Starts the thread. NoData when the kernel has no such groups.
  static Result<std::unique_ptr<ClosedSockets>> start(const Clock& clock);
  ClosedSockets(SockDiag diag, const Clock& clock);

  struct Taken {
    std::vector<SocketReport> sockets;
    std::uint64_t lost = 0;  ///< times, since the start, that reports were dropped: none is told of
  };
  /// What has come since the call before. Any thread.
  Taken take();

  /// How long to wait after emptying a queue that held `reports` of `capacity`.
  static Duration next_wait(Duration wait, std::size_t reports, std::size_t capacity);

 private:
  Timestamp step(Timestamp now);

  SockDiag diag_;
  std::size_t capacity_;
  Duration wait_ = kLongestWait;

  std::mutex mutex_;
  Taken taken_;  // guarded by mutex_

  Loop loop_;  // last: its thread ends before what it touches goes
};

}  // namespace lapwing::collectors::services
