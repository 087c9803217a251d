// PacketRing: packets of every interface, in memory shared with the kernel. Source: packet(7) and
// Documentation/networking/packet_mmap.rst (TPACKET_V3). One socket for all interfaces, those that
// come later too, "cooked": each packet begins with its IP header. Needs CAP_NET_RAW and nothing
// else.
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

/// One thread.
class PacketRing {
 public:
  /// Captures nothing until set_filter(). Unavailable: no CAP_NET_RAW, or no memory.
  static Result<PacketRing> open(std::size_t bytes);
  ~PacketRing();
  PacketRing(PacketRing&& other) noexcept;
  PacketRing& operator=(PacketRing&& other) noexcept;

  /// Takes effect with the next packet.
  Result<void> set_filter(const std::vector<sock_filter>& program);
  /// Visits the packets of one block that the kernel has filled; false when there is none.
  bool drain_block(const std::function<void(const CapturedPacket&)>& visit);
  /// Until a block is there, or `limit` has passed.
  void wait(std::chrono::milliseconds limit) const;
  /// Waits until the kernel has handed over every block that has a packet now.
  static void let_blocks_go();
  /// The clock of CapturedPacket::time_ns.
  static std::int64_t now_ns();
  /// Since the call before.
  RingCounts take_counts();
  std::size_t blocks() const { return blocks_; }
  std::size_t bytes() const { return blocks_ * kBlockBytes; }

  static constexpr std::size_t kBlockBytes = 256 * 1024;
  /// A block that is not full is handed over after this time.
  static constexpr std::chrono::milliseconds kBlockPatience{100};

 private:
  PacketRing(UniqueFd socket, std::uint8_t* memory, std::size_t blocks)
      : socket_(std::move(socket)), memory_(memory), blocks_(blocks) {}

  UniqueFd socket_;
  std::uint8_t* memory_ = nullptr;
  std::size_t blocks_ = 0;
  std::size_t next_ = 0;
};

}  // namespace lapwing::collectors::latency
