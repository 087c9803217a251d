#include "collectors/latency/request_pool.h"

#include <cassert>

namespace lapwing::collectors::latency {

bool RequestPool::push(ProtocolState& state, const PendingRequest& request) {
  if (size_ == limit_) return false;
  std::uint32_t place = free_;
  if (place != kNoRequest) {
    free_ = requests_[place].next;
  } else {
    place = std::uint32_t(requests_.size());
    requests_.emplace_back();
  }
  requests_[place] = request;
  requests_[place].next = kNoRequest;
  if (state.unanswered == 0)
    state.oldest = place;
  else
    requests_[state.newest].next = place;
  state.newest = place;
  ++state.unanswered;
  ++size_;
  return true;
}

void RequestPool::pop(ProtocolState& state) {
  assert(state.unanswered > 0);
  const std::uint32_t place = state.oldest;
  state.oldest = requests_[place].next;
  requests_[place].next = free_;
  free_ = place;
  --state.unanswered;
  --size_;
}

}  // namespace lapwing::collectors::latency
