#include "collectors/latency/capture.h"

#include <time.h>

#include <array>
#include <cmath>
#include <random>
#include <string>
#include <utility>

namespace lapwing::collectors::latency {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr nanoseconds kRefreshInterval = seconds(1);
constexpr nanoseconds kPublishInterval = std::chrono::milliseconds(500);
constexpr nanoseconds kListeningInterval = seconds(2);
constexpr nanoseconds kConnectedInterval = seconds(10);
// Listing connected sockets takes the kernel 3 µs each: at most a thousandth of the time.
constexpr int kConnectedCostFactor = 1000;

// Headers: IP with options, TCP with options.
constexpr std::uint32_t kHeaderBytes = 120;
// Pipelines come in segments of up to 64 kB on loopback: of requests much is wanted, because each
// has words of its own; answers are mostly content that is passed over.
constexpr std::uint32_t kRequestBytes = 16 * 1024;
constexpr std::uint32_t kAnswerBytes = 4 * 1024;
/// Enough to tell a protocol that is not read.
constexpr std::uint32_t kFirstBytes = 24;

nanoseconds thread_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t(device()) << 32 | device();
}

std::int64_t second_of(nanoseconds monotonic) {
  return std::chrono::duration_cast<seconds>(monotonic).count();
}

}  // namespace

Capture::Capture(LatencyOptions options, Surroundings surroundings)
    : surroundings_(std::move(surroundings)),
      options_(options),
      pending_(std::move(options)),
      snapshot_(std::make_shared<Snapshot>()) {}

void Capture::apply(LatencyOptions options) {
  const std::lock_guard lock(mutex_);
  pending_ = std::move(options);
}

std::shared_ptr<const Snapshot> Capture::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

/// True when there is something to capture with.
bool Capture::adopt_options() {
  std::optional<LatencyOptions> pending;
  {
    const std::lock_guard lock(mutex_);
    pending.swap(pending_);
  }
  if (!pending) return rings_ != nullptr;
  const bool anew = !rings_ || pending->ring_bytes != options_.ring_bytes ||
                    pending->connection_limit != options_.connection_limit || !pending->enabled;
  options_ = *std::move(pending);
  if (!anew) {
    tracker_->set_protocols(options_.protocols);
    return true;
  }
  rings_.reset();
  tracker_.reset();
  if (options_.enabled) return open_rings();
  rest("switched off");
  return false;
}

void Capture::rest(const std::string& reason) {
  auto resting = std::make_shared<Snapshot>();
  resting->reason = reason;
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(resting);
}

/// One ring for everything where the interfaces cannot be listed.
std::vector<RingPlace> Capture::places() const {
  const auto interfaces = read_interfaces();
  return ring_places(interfaces ? *interfaces : std::vector<Interface>(), options_.ring_bytes);
}

bool Capture::open_rings() {
  auto rings = RingSet::open(options_.ring_bytes, places());
  if (!rings) {
    surroundings_.log.warn("passive latency is off: {}; everything else goes on",
                           rings.error().message);
    rest(rings.error().message);
    return false;
  }
  rings_ = std::make_unique<RingSet>(*std::move(rings));
  tracker_ = std::make_unique<Tracker>(TrackerLimits{.connections = options_.connection_limit},
                                       random_seed(), options_.protocols);
  if (!metrics_) metrics_.emplace(surroundings_.registry);
  metrics_->restart();
  filter_ = {};
  connected_due_ = listening_due_ = refreshed_ = published_ = nanoseconds(0);
  cpu_time_ = thread_cpu_time();
  return true;
}

Timestamp Capture::step(Timestamp now) {
  if (!adopt_options()) return kNever;
  const nanoseconds began = surroundings_.clock.monotonic();
  if (began - refreshed_ >= kRefreshInterval || refreshed_ == nanoseconds(0)) refresh(began);
  rings_->wait(kPatience);
  drain();
  const nanoseconds ended = surroundings_.clock.monotonic();
  if (ended - published_ >= kPublishInterval) {
    published_ = ended;
    publish(second_of(ended));
  }
  return now;
}

void Capture::drain() {
  const std::int64_t second = second_of(surroundings_.clock.monotonic());
  const auto take = [&](const CapturedPacket& packet) {
    Segment segment;
    if (parse_packet(packet.bytes, packet.original_length, LinkLayer::Network, segment) ==
        PacketKind::Segment)
      tracker_->take(segment, packet.time_ns, second);
    else
      ++unreadable_;
  };
  rings_->drain(take);
  if (auto grown = rings_->grow(take); !grown)
    surroundings_.log.warn("passive latency keeps {} kB for packets: {}", rings_->bytes() >> 10,
                           grown.error().message);
}

void Capture::refresh(nanoseconds now) {
  const bool first = refreshed_ == nanoseconds(0);
  const std::int64_t second = second_of(now);
  if (now >= connected_due_) {
    // CPU time: on a busy machine a look takes long without costing much.
    const nanoseconds began = thread_cpu_time();
    if (auto rows = sockets_.connected()) connected_ = *std::move(rows);
    const nanoseconds took = thread_cpu_time() - began;
    connected_due_ = now + std::max(kConnectedInterval, took * kConnectedCostFactor);
    listening_due_ = now;
  }
  if (now >= listening_due_) {
    refresh_tables(second);
    listening_due_ = now + kListeningInterval;
  }
  if (!first) judge_load(now);
  refresh_filter();
  tracker_->tidy(second);
  publish_counts();
  refreshed_ = now;
}

void Capture::refresh_tables(std::int64_t second) {
  const auto listening = sockets_.listening();
  if (!listening) {
    if (!std::exchange(sockets_failed_, true))
      surroundings_.log.warn("passive latency keeps the ports that it knows: {}",
                             listening.error().message);
    return;
  }
  sockets_failed_ = false;
  // An interface that cannot be opened has just gone, or is tried again in two seconds.
  (void)rings_->follow(places());
  tracker_->apply(make_tables(*listening, connected_, SocketLister::local_addresses(),
                              surroundings_.name_of_socket),
                  second);
}

void Capture::refresh_filter() {
  const bool reads = !options_.protocols.empty();
  FilterPlan plan{.ports = tracker_->endpoints().ports(options_.ports),
                  .loopback_index = SocketLister::loopback_index(),
                  .snap_to_port = kHeaderBytes + (reads ? kRequestBytes : kFirstBytes),
                  .snap_from_port = kHeaderBytes + (reads ? kAnswerBytes : kFirstBytes),
                  .sampling_threshold = shedder_.threshold()};
  if (plan == filter_) return;
  if (auto done = rings_->set_filter(make_filter(plan)); !done)
    surroundings_.log.warn("passive latency keeps its old filter: {}", done.error().message);
  filter_ = std::move(plan);
}

void Capture::judge_load(nanoseconds now) {
  const nanoseconds spent = thread_cpu_time() - std::exchange(cpu_time_, thread_cpu_time());
  const double elapsed = std::chrono::duration<double>(now - refreshed_).count();
  const RingCounts counts = rings_->take_counts();
  metrics_->add(counts, std::chrono::duration<double>(spent).count(),
                std::exchange(unreadable_, 0));
  const double dropped =
      counts.packets == 0 || rings_->grows() ? 0 : double(counts.dropped) / double(counts.packets);
  const double before = shedder_.ratio();
  shedder_.observe(std::chrono::duration<double>(spent).count() / elapsed, options_.cpu_budget,
                   dropped);
  if (shedder_.ratio() < before)
    surroundings_.log.info("passive latency looks at 1 of {} connections to stay within its budget",
                           std::lround(1 / shedder_.ratio()));
}

void Capture::publish(std::int64_t second) {
  auto snapshot = std::make_shared<const Snapshot>(make_snapshot(*tracker_, second));
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(snapshot);
}

void Capture::publish_counts() {
  metrics_->show(tracker_->counts());
  metrics_->show_state({.connections = tracker_->connections(),
                        .ports = filter_.ports.size(),
                        .ring_bytes = rings_->bytes(),
                        .sampling_ratio = shedder_.ratio()});
}

}  // namespace lapwing::collectors::latency
