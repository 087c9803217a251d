// PacketRing: packets of an interface, or of all, in memory shared with the kernel. Source:
// packet(7) and Documentation/networking/packet_mmap.rst (TPACKET_V3). The socket is "cooked": each
// packet begins with its IP header. Needs CAP_NET_RAW and nothing else.
#pragma once

#include <linux/filter.h>
#include <linux/if_packet.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "agent/base/file.h"
#include "agent/base/result.h"

namespace lapwing::collectors::latency {

struct CapturedPacket {
  std::span<const std::uint8_t> bytes;  ///< valid until the visit returns
  std::size_t original_length = 0;
  std::int64_t time_ns = 0;  ///< of the wall clock, by the kernel
};

struct RingCounts {
  std::uint64_t packets = 0;  ///< passed the filter, dropped ones included
  std::uint64_t dropped = 0;  ///< for want of room
};

/// Where a ring catches packets.
struct RingPlace {
  int interface = 0;  ///< 0: everywhere, interfaces that come later too
  /// What leaves is not caught, and costs the sender nothing: for loopback, where it comes back.
  bool incoming_only = false;
  auto operator<=>(const RingPlace&) const = default;
};

/// One thread.
class PacketRing {
 public:
  /// Captures nothing until set_filter(). Unavailable: no CAP_NET_RAW, no memory, or the interface
  /// has gone.
  static Result<PacketRing> open(std::size_t bytes, RingPlace place = {});
  ~PacketRing();
  PacketRing(PacketRing&& other) noexcept;
  PacketRing& operator=(PacketRing&& other) noexcept;

  /// Takes effect with the next packet.
  Result<void> set_filter(const std::vector<sock_filter>& program);
  /// Visits the packets of one block that the kernel has filled; false when there is none.
  bool drain_block(const std::function<void(const CapturedPacket&)>& visit);
  /// Readable when a block is there.
  int fd() const { return socket_.get(); }
  /// Forgets that the interface went down: it may come up again.
  void clear_error() const;
  /// The clock of CapturedPacket::time_ns.
  static std::int64_t now_ns();
  /// Since the call before.
  RingCounts take_counts();
  std::size_t blocks() const { return blocks_; }
  std::size_t bytes() const { return blocks_ * kBlockBytes; }

  static constexpr std::size_t kBlockBytes = 256 * 1024;
  /// A block that is not full is handed over after this time.
  static constexpr std::chrono::milliseconds kBlockPatience{100};
  /// Within this time: the kernel's timer retires a block that was the open one the time before
  /// too.
  static constexpr std::chrono::milliseconds kHandOver = 2 * kBlockPatience + kBlockPatience / 2;

 private:
  PacketRing(UniqueFd socket, std::uint8_t* memory, std::size_t blocks)
      : socket_(std::move(socket)), memory_(memory), blocks_(blocks) {}

  UniqueFd socket_;
  std::uint8_t* memory_ = nullptr;
  std::size_t blocks_ = 0;
  std::size_t next_ = 0;
};

}  // namespace lapwing::collectors::latency
