// PacketRing: packets of an interface, or of all, in memory shared with the kernel. Source:
// packet(7) and Documentation/networking/packet_mmap.rst (TPACKET_V3). The socket is "cooked": each
// packet begins with its IP header. Needs CAP_NET_RAW and nothing else.
#pragma once

#include <linux/filter.h>
#include <linux/if_packet.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
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
  /// A template: a call a packet is a twentieth of what a packet costs.
  template <typename Visit>
  bool drain_block(const Visit& visit);
  /// Readable when a block is there.
  int fd() const { return socket_.get(); }
  /// Forgets that the interface went down: it may come up again.
  void clear_error() const;
  /// The clock of CapturedPacket::time_ns.
  static std::int64_t now_ns();
  /// Since the call before.
  RingCounts take_counts();
  std::size_t blocks() const { return blocks_; }
  std::size_t bytes() const { return blocks_ * block_bytes_; }

  /// Of a ring of so many bytes: whoever reads is woken for each, and its caches are cold by then.
  /// Many enough that a pause of a second loses nothing of what comes slowly, a block a
  /// kBlockPatience.
  static std::size_t block_bytes(std::size_t ring_bytes);
  static constexpr std::size_t kSmallestBlock = 256 * 1024;
  static constexpr std::size_t kLargestBlock = 1024 * 1024;
  /// A block that is not full is handed over after this time.
  static constexpr std::chrono::milliseconds kBlockPatience{100};
  /// Within this time: the kernel's timer retires a block that was the open one the time before
  /// too.
  static constexpr std::chrono::milliseconds kHandOver = 2 * kBlockPatience + kBlockPatience / 2;

 private:
  PacketRing(UniqueFd socket, std::uint8_t* memory, std::size_t blocks, std::size_t block_bytes)
      : socket_(std::move(socket)), memory_(memory), blocks_(blocks), block_bytes_(block_bytes) {}

  UniqueFd socket_;
  std::uint8_t* memory_ = nullptr;
  std::size_t blocks_ = 0;
  std::size_t block_bytes_ = 0;
  std::size_t next_ = 0;
};

template <typename Visit>
bool PacketRing::drain_block(const Visit& visit) {
  std::uint8_t* block = memory_ + next_ * block_bytes_;
  auto& header = reinterpret_cast<tpacket_block_desc*>(block)->hdr.bh1;
  std::atomic_ref<__u32> status(header.block_status);
  if ((status.load(std::memory_order_acquire) & TP_STATUS_USER) == 0) return false;
  const std::uint8_t* at = block + header.offset_to_first_pkt;
  for (std::uint32_t i = 0; i < header.num_pkts; ++i) {
    const auto& packet = *reinterpret_cast<const tpacket3_hdr*>(at);
    visit(CapturedPacket{.bytes = {at + packet.tp_mac, packet.tp_snaplen},
                         .original_length = packet.tp_len,
                         .time_ns = std::int64_t(packet.tp_sec) * 1'000'000'000 + packet.tp_nsec});
    at += packet.tp_next_offset;
  }
  status.store(TP_STATUS_KERNEL, std::memory_order_release);
  next_ = (next_ + 1) % blocks_;
  return true;
}

}  // namespace lapwing::collectors::latency
