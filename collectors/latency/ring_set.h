// RingSet: the packet rings of this host's interfaces. Loopback has one of its own, which what
// leaves there costs nothing; few other interfaces have one each; many share one for everything.
#pragma once

#include <linux/filter.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "agent/base/result.h"
#include "collectors/latency/interfaces.h"
#include "collectors/latency/packet_ring.h"

namespace lapwing::collectors::latency {

/// A ring for each interface, sorted; one for everything where some are stacked, where there are
/// more than kInterfaceLimit besides loopback, none at all, or no room for their first sizes.
std::vector<RingPlace> ring_places(const std::vector<Interface>& interfaces,
                                   std::size_t limit_bytes);
inline constexpr std::size_t kInterfaceLimit = 6;

/// One thread.
class RingSet {
 public:
  using Visit = std::function<void(const CapturedPacket&)>;

  /// Captures nothing until set_filter(). Unavailable: no CAP_NET_RAW, or no memory. `limit_bytes`
  /// is for all rings together.
  static Result<RingSet> open(std::size_t limit_bytes, const std::vector<RingPlace>& places);

  Result<void> set_filter(std::vector<sock_filter> program);
  /// Goes on at these places. An error: one could not be opened; it is tried again by the next
  /// call.
  Result<void> follow(const std::vector<RingPlace>& places);
  /// Until packets are there, or `limit` has passed.
  void wait(std::chrono::milliseconds limit) const;
  /// Visits the packets that are there, ring by ring, each ring's in their order.
  void drain(const Visit& visit);
  /// Since the call before.
  RingCounts take_counts();
  /// Rings that drain() found more than half full, or take_counts() to have dropped or to have
  /// filled a block often, become four times or twice as large, as far as the limit lets them.
  /// Nothing is lost by it; takes a quarter of a second for each. An error is said once: from then
  /// on rings stay as they are.
  Result<void> grow(const Visit& visit);
  std::size_t bytes() const;
  /// Packets that the last take_counts() told to be dropped were so for want of a larger ring,
  /// which there is now or will be: not because we are slow.
  bool grows() const;

  /// A ring begins small: it is memory that nobody else can have.
  static std::size_t first_bytes(const RingPlace& place);
  /// Blocks of a ring between two take_counts(), a second: past it we are woken so often that
  /// larger blocks save a fifth of what a packet costs. Some 100,000 small packets fill that many.
  static constexpr std::size_t kManyBlocks = 64;

 private:
  struct Ring {
    RingPlace place;
    PacketRing packets;
    bool wants_more = false;
    std::size_t blocks = 0;           // since the last take_counts()
    std::int64_t taken_up_to_ns = 0;  // packets up to then were taken from the ring before
  };

  explicit RingSet(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}
  std::size_t next_bytes(const Ring& ring) const;
  Result<PacketRing> open_ring(const RingPlace& place, std::size_t bytes) const;
  struct Drained {
    std::size_t blocks = 0;
    std::int64_t newest_ns = 0;
  };
  static Drained drain_blocks(PacketRing& packets, std::int64_t after_ns, std::int64_t up_to_ns,
                              const Visit& visit);

  std::size_t limit_bytes_;
  std::vector<Ring> rings_;
  std::vector<sock_filter> program_;
  RingCounts left_;  // of rings that have gone since the last take_counts()
  bool may_grow_ = true;
  bool grew_ = false;     // since the last take_counts()
  bool growing_ = false;  // before it
};

}  // namespace lapwing::collectors::latency
