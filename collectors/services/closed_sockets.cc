#include "collectors/services/closed_sockets.h"

#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace lapwing::collectors::services {
namespace {

constexpr int kQueueBytes = 4 << 20;
// What one report takes of the queue, headers of the kernel's buffer included (measured: 1,280).
constexpr std::size_t kReportBytes = 1536;
// One step takes no more: a flood of closing sockets must not keep a CPU busy here.
constexpr std::size_t kDatagramsAStep = 20'000;

constexpr std::uint32_t bit(int group) { return 1U << (group - 1); }

std::size_t enlarge_queue(int fd) {
  // Past the system's limit with CAP_NET_ADMIN alone.
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kQueueBytes, sizeof kQueueBytes) != 0)
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kQueueBytes, sizeof kQueueBytes);
  int bytes = 0;
  socklen_t size = sizeof bytes;
  if (::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &size) != 0) return 1;
  return std::max<std::size_t>(std::size_t(bytes) / kReportBytes, 1);
}

}  // namespace

Result<std::unique_ptr<ClosedSockets>> ClosedSockets::start(const Clock& clock) {
  auto diag = SockDiag::listen(bit(SKNLGRP_INET_TCP_DESTROY) | bit(SKNLGRP_INET6_TCP_DESTROY));
  if (!diag) return std::move(diag).error();
  return std::make_unique<ClosedSockets>(*std::move(diag), clock);
}

ClosedSockets::ClosedSockets(SockDiag diag, const Clock& clock)
    : diag_(std::move(diag)),
      capacity_(enlarge_queue(diag_.fd())),
      loop_("closed-sockets", clock, [this](Timestamp now) { return step(now); }) {}

Duration ClosedSockets::next_wait(Duration wait, std::size_t reports, std::size_t capacity) {
  if (reports * 4 > capacity) wait = wait * std::int64_t(capacity) / std::int64_t(reports * 4);
  if (reports * 16 < capacity) wait *= 2;
  return std::clamp(wait, kShortestWait, kLongestWait);
}

Timestamp ClosedSockets::step(Timestamp now) {
  Taken fresh;
  std::size_t datagrams = 0;
  for (; datagrams < kDatagramsAStep; ++datagrams) {
    const auto datagram = diag_.receive_now();
    // The kernel had no room, or the message is not to be understood: either way one is missing.
    const bool whole = datagram && (datagram->empty() || each_socket(*datagram, [&](auto message) {
                                      auto report = parse_socket_report(message);
                                      if (!report) return Result<void>(report.error());
                                      fresh.sockets.push_back(*report);
                                      return Result<void>();
                                    }));
    if (!whole) ++fresh.lost;
    if (datagram && datagram->empty()) break;
  }
  wait_ = next_wait(wait_, fresh.lost > 0 ? capacity_ : datagrams, capacity_);
  const std::lock_guard lock(mutex_);
  const std::size_t room = kReportLimit - std::min(taken_.sockets.size(), kReportLimit);
  const std::size_t kept = std::min(room, fresh.sockets.size());
  taken_.sockets.insert(taken_.sockets.end(), fresh.sockets.begin(),
                        fresh.sockets.begin() + std::ptrdiff_t(kept));
  taken_.lost += fresh.lost + (kept < fresh.sockets.size());
  return now + wait_;
}

ClosedSockets::Taken ClosedSockets::take() {
  const std::lock_guard lock(mutex_);
  Taken taken{std::move(taken_.sockets), taken_.lost};
  taken_.sockets.clear();
  return taken;
}

}  // namespace lapwing::collectors::services
