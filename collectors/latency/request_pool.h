// RequestPool: the requests that are under way on connections whose protocol is read, each
// connection's as a chain in the order of sending. One pool for all, of a fixed size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "collectors/latency/protocol/cursor.h"

namespace lapwing::collectors::latency {

struct PendingRequest {
  std::int64_t time = 0;  ///< ns of its last payload
  std::uint32_t next = kNoRequest;
  std::uint16_t operation = 0;
  std::uint8_t form = 0;
};

/// One thread.
class RequestPool {
 public:
  explicit RequestPool(std::size_t limit) : limit_(limit) { requests_.emplace_back(); }

  /// False when the pool is used up: the request is then not remembered.
  bool push(ProtocolState& state, const PendingRequest& request);
  /// The oldest; state.unanswered > 0.
  const PendingRequest& oldest(const ProtocolState& state) const { return requests_[state.oldest]; }
  /// Takes the oldest out; state.unanswered > 0.
  void pop(ProtocolState& state);

  std::size_t size() const { return size_; }

 private:
  const std::size_t limit_;
  std::vector<PendingRequest> requests_;  // place 0 is nobody's
  std::uint32_t free_ = kNoRequest;       // chain of places given back
  std::size_t size_ = 0;
};

}  // namespace lapwing::collectors::latency
