#include "collectors/latency/ring_set.h"

#include <poll.h>

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

namespace lapwing::collectors::latency {
namespace {

constexpr std::size_t kFirstEverywhere = 6u << 20;
constexpr std::size_t kFirstLoopback = 4u << 20;
constexpr std::size_t kFirstOther = 2u << 20;
constexpr std::chrono::milliseconds kGlance{10};

void add(RingCounts& total, const RingCounts& more) {
  total.packets += more.packets;
  total.dropped += more.dropped;
}

}  // namespace

std::size_t RingSet::first_bytes(const RingPlace& place) {
  if (place.interface == 0) return kFirstEverywhere;
  return place.incoming_only ? kFirstLoopback : kFirstOther;
}

std::vector<RingPlace> ring_places(const std::vector<Interface>& interfaces,
                                   std::size_t limit_bytes) {
  std::vector<RingPlace> places;
  std::size_t others = 0;
  std::size_t bytes = 0;
  bool stacked = false;
  for (const Interface& one : interfaces) {
    stacked = stacked || one.stacked;
    places.push_back({.interface = one.index, .incoming_only = one.loopback});
    others += one.loopback ? 0 : 1;
    bytes += RingSet::first_bytes(places.back());
  }
  if (places.empty() || stacked || others > kInterfaceLimit || bytes > limit_bytes)
    return {RingPlace{}};
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

Result<RingSet> RingSet::open(std::size_t limit_bytes, const std::vector<RingPlace>& places) {
  RingSet set(limit_bytes);
  auto followed = set.follow(places);
  // An interface may have gone since; the others are enough to begin with.
  if (!followed && set.rings_.empty()) return std::move(followed).error();
  return set;
}

Result<PacketRing> RingSet::open_ring(const RingPlace& place, std::size_t bytes) const {
  auto ring = PacketRing::open(bytes, place);
  if (!ring || program_.empty()) return ring;
  if (auto filtered = ring->set_filter(program_); !filtered) return std::move(filtered).error();
  return ring;
}

Result<void> RingSet::set_filter(std::vector<sock_filter> program) {
  Result<void> result;
  for (Ring& ring : rings_)
    if (auto done = ring.packets.set_filter(program); !done) result = std::move(done);
  program_ = std::move(program);
  return result;
}

Result<void> RingSet::follow(const std::vector<RingPlace>& places) {
  Result<void> result;
  for (const RingPlace& place : places) {
    const auto there = [&](const Ring& ring) { return ring.place == place; };
    if (std::any_of(rings_.begin(), rings_.end(), there)) continue;
    auto opened = open_ring(place, std::min(limit_bytes_, first_bytes(place)));
    if (opened)
      rings_.push_back({.place = place, .packets = *std::move(opened)});
    else
      result = std::move(opened).error();
  }
  std::erase_if(rings_, [&](Ring& ring) {
    if (std::find(places.begin(), places.end(), ring.place) != places.end()) return false;
    add(left_, ring.packets.take_counts());
    return true;
  });
  return result;
}

void RingSet::wait(std::chrono::milliseconds limit) const {
  std::vector<pollfd> waited;
  for (const Ring& ring : rings_)
    waited.push_back({.fd = ring.packets.fd(), .events = POLLIN, .revents = 0});
  if (::poll(waited.data(), waited.size(), int(limit.count())) <= 0) return;
  for (std::size_t i = 0; i < waited.size(); ++i)
    if ((waited[i].revents & POLLERR) != 0) rings_[i].packets.clear_error();
}

void RingSet::drain(const Visit& visit) {
  for (Ring& ring : rings_) {
    const Drained drained = drain_blocks(ring.packets, std::exchange(ring.taken_up_to_ns, 0),
                                         std::numeric_limits<std::int64_t>::max(), visit);
    if (drained.blocks > ring.packets.blocks() / 2) ring.wants_more = true;
    ring.blocks += drained.blocks;
  }
}

/// Visits packets of these times out of all blocks that are there.
RingSet::Drained RingSet::drain_blocks(PacketRing& packets, std::int64_t after_ns,
                                       std::int64_t up_to_ns, const Visit& visit) {
  Drained drained;
  const auto take = [&](const CapturedPacket& packet) {
    drained.newest_ns = packet.time_ns;
    if (packet.time_ns > after_ns && packet.time_ns <= up_to_ns) visit(packet);
  };
  // No more than the ring holds, so that a flood cannot keep this from ending.
  while (drained.blocks <= packets.blocks() && packets.drain_block(take)) ++drained.blocks;
  return drained;
}

RingCounts RingSet::take_counts() {
  RingCounts total = std::exchange(left_, {});
  growing_ = std::exchange(grew_, false);
  for (Ring& ring : rings_) {
    const RingCounts counts = ring.packets.take_counts();
    if (counts.dropped > 0 || ring.blocks > kManyBlocks) ring.wants_more = true;
    ring.blocks = 0;
    add(total, counts);
  }
  return total;
}

std::size_t RingSet::bytes() const {
  std::size_t total = 0;
  for (const Ring& ring : rings_) total += ring.packets.bytes();
  return total;
}

/// 0: there is no room.
std::size_t RingSet::next_bytes(const Ring& ring) const {
  const std::size_t others = bytes() - ring.packets.bytes();
  for (const std::size_t factor : {4, 2})
    if (others + factor * ring.packets.bytes() <= limit_bytes_)
      return factor * ring.packets.bytes();
  return 0;
}

bool RingSet::grows() const {
  if (growing_) return true;
  return may_grow_ && std::any_of(rings_.begin(), rings_.end(), [this](const Ring& ring) {
           return ring.wants_more && next_bytes(ring) != 0;
         });
}

/// Both rings catch packets for a while: those of before a moment come from the smaller one, which
/// may still hold them in a block that it has not handed over, those of after it from the larger.
Result<void> RingSet::grow(const Visit& visit) {
  for (Ring& ring : rings_) {
    const std::size_t next = next_bytes(ring);
    if (!std::exchange(ring.wants_more, false) || !may_grow_ || next == 0) continue;
    auto larger = open_ring(ring.place, next);
    if (!larger) {
      may_grow_ = false;
      return std::move(larger).error();
    }
    const std::int64_t moment_ns = PacketRing::now_ns();
    add(left_, ring.packets.take_counts());
    // Under load the open block fills and comes at once; the larger ring must not fill meanwhile.
    auto left = PacketRing::kHandOver;
    while (drain_blocks(ring.packets, 0, moment_ns, visit).newest_ns <= moment_ns &&
           left > left.zero()) {
      std::this_thread::sleep_for(kGlance);
      left -= kGlance;
    }
    ring.taken_up_to_ns = moment_ns;
    ring.packets = *std::move(larger);
    grew_ = true;
  }
  return {};
}

}  // namespace lapwing::collectors::latency
