// FlowTable: what is remembered of each connection, in a fixed number of places. Nothing grows: a
// connection has a place from its first payload on, so that half-open connections have none; idle
// ones lose theirs when places are short. Lookup is open addressing over small numbers; the flows
// lie close together, so that few connections touch little memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "collectors/latency/packet.h"
#include "collectors/latency/progress.h"
#include "collectors/latency/protocol/cursor.h"

namespace lapwing::collectors::latency {

/// A connection by a hash of its four numbers, alike for both directions. Never 0.
using FlowKey = std::uint64_t;

/// `seed` is the process's own, so that nobody outside can make keys collide.
FlowKey flow_key(const Segment& segment, std::uint64_t seed);
/// Which end a segment comes from, independent of the direction of the others.
inline bool source_is_lower(const Segment& segment) {
  if (segment.source_port != segment.destination_port)
    return segment.source_port < segment.destination_port;
  return segment.source < segment.destination;
}

struct Flow {
  FlowKey key = 0;
  std::int64_t request_time =
      0;  ///< ns of the newest payload of a request not yet answered; 0: none
  Progress to_server;
  Progress to_client;
  std::uint32_t last_second = 0;  ///< of the newest payload
  std::uint16_t endpoint = 0;
  bool server_is_lower = false;
  bool answering = false;  ///< the server has begun to answer the newest request
  bool client_spoke = false;
  bool server_spoke = false;
  bool client_ended = false;  ///< FIN seen
  bool server_ended = false;
  bool from_start = false;  ///< seen since its handshake
  ProtocolState protocol;
};

/// Times are seconds of a clock that does not go back. One thread.
class FlowTable {
 public:
  explicit FlowTable(std::size_t capacity);

  /// nullptr: not there. Good until it is removed.
  Flow* find(FlowKey key);
  /// A new flow, `key` not being there; nullptr when every place is taken.
  Flow* insert(FlowKey key, std::uint32_t now);
  void remove(Flow& flow);

  /// Looks at the next `count` places and removes what has been idle too long at `now`: for
  /// kLongIdle, or for kShortIdle when more than three quarters of the places are taken. `leave`
  /// is called with each flow that goes, before it does.
  template <typename Leave>
  void age(std::size_t count, std::uint32_t now, Leave leave) {
    for (; count > 0 && !flows_.empty(); --count) {
      hand_ = hand_ + 1 < flows_.size() ? hand_ + 1 : 0;
      Flow& flow = flows_[hand_];
      const std::uint32_t patience = size_ > capacity_ / 4 * 3 ? kShortIdle : kLongIdle;
      if (flow.key == 0 || now < flow.last_second || now - flow.last_second < patience) continue;
      leave(flow);
      remove(flow);
    }
  }

  /// Calls `visit` with every flow; it may remove() the one it has.
  template <typename Visit>
  void each(Visit visit) {
    for (Flow& flow : flows_)
      if (flow.key != 0) visit(flow);
  }

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }

  static constexpr std::uint32_t kLongIdle = 900;
  static constexpr std::uint32_t kShortIdle = 10;

 private:
  std::size_t bucket_of(FlowKey key) const { return std::size_t(key) & mask_; }
  void erase_index(FlowKey key);

  const std::size_t capacity_;
  std::size_t mask_;
  std::vector<std::uint32_t> index_;  // 0: free, else place + 1
  std::vector<Flow> flows_;           // grows to capacity_ as places are needed, never moves
  std::vector<std::uint32_t> free_;   // places given back
  std::size_t size_ = 0;
  std::size_t hand_ = 0;  // where age() goes on
};

}  // namespace lapwing::collectors::latency
