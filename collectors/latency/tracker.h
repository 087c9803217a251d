// Tracker: from captured segments to turns, requests and their latencies. Pure: no sockets, no
// clock, no threads.
//
// A turn is the last payload of a request → the first payload of its answer, as they pass this
// host. Where the protocol is read, requests are matched with their answers one to one instead.
// Segments that come twice (retransmitted, or seen on several interfaces) count once; of a
// direction out of order one hole is remembered.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "collectors/latency/endpoints.h"
#include "collectors/latency/flow_table.h"
#include "collectors/latency/packet.h"
#include "collectors/latency/protocol/exchange.h"
#include "collectors/latency/request_pool.h"

namespace lapwing::collectors::latency {

/// What turns cannot tell, or not alone. Counted as `lapwing_latency_unclear_total{reason=…}`.
enum class Unclear : std::uint8_t {
  Pipelined,     ///< a request was sent before the answer to another had arrived: not told apart
  Http2,         ///< connections of many requests at a time: turns only
  Tls,           ///< encrypted connections: turns only
  ServerFirst,   ///< connections on which the server spoke first: no turn
  Blocking,      ///< requests that wait on purpose: not timed
  JoinedMidway,  ///< connections that were there before: their first turn may be cut
  LostStep,      ///< connections whose protocol could not be followed: turns until it can
  Gap,           ///< payload that never passed here, or not in order
  Subscription,  ///< connections that became a subscription, a tunnel or a web socket
  ClockSet,      ///< turns that ended before they began: the wall clock was set
};
inline constexpr std::size_t kUnclearCount = 10;
/// As the label `reason` has it: "pipelined", "http2", …
std::string_view name(Unclear reason);

struct TrackerCounts {
  std::array<std::uint64_t, kUnclearCount> unclear{};
  std::uint64_t segments = 0;
  std::uint64_t repeated = 0;             ///< segments with nothing new in them
  std::uint64_t strangers = 0;            ///< segments of no service that is known
  std::uint64_t refused_connections = 0;  ///< for want of a place
};

struct TrackerLimits {
  std::size_t connections = 16'384;
  std::size_t requests = 65'536;  ///< under way, of all connections whose protocol is read
};

class Tracker final : private Exchange {
 public:
  /// `seed`: random, so that nobody outside can choose keys. `protocols`: those to read.
  Tracker(TrackerLimits limits, std::uint64_t seed, std::vector<Protocol> protocols);

  /// One segment, captured at `time_ns` of the wall clock, in `second` of a clock that does not
  /// go back.
  void take(const Segment& segment, std::int64_t time_ns, std::int64_t second);

  void apply(SocketTables tables, std::int64_t second);
  void set_protocols(std::vector<Protocol> protocols) { protocols_ = std::move(protocols); }
  /// Ages connections and endpoints: once a second, a part of the table at a time.
  void tidy(std::int64_t second);

  const Endpoints& endpoints() const { return endpoints_; }
  const TrackerCounts& counts() const { return counts_; }
  std::size_t connections() const { return flows_.size(); }
  std::size_t requests_under_way() const { return pool_.size(); }

 private:
  /// A handshake seen, until its connection's first payload. Half-open connections have no more.
  struct Handshake {
    std::uint32_t tag = 0;  ///< of the key; 0: free
    std::uint32_t client_first = 0;
    std::uint32_t server_first = 0;
    bool server_is_lower = false;
  };
  static constexpr std::size_t kHandshakes = 4096;

  void remember_handshake(const Segment& segment, FlowKey key);
  Flow* open(const Segment& segment, FlowKey key);
  void close(Flow& flow);
  void leave(Flow& flow);
  void from_client(Flow& flow, const Segment& segment);
  void from_server(Flow& flow, const Segment& segment);
  void recognise_protocol(Flow& flow, std::string_view payload);
  void set_protocol(Flow& flow, Protocol protocol);
  void read(Flow& flow, const Segment& segment, const Arrival& arrival, bool requests);
  void lose_step(Flow& flow);
  void drop_requests(Flow& flow, bool connection_ended);
  void add_turn(Flow& flow);
  bool reads(Protocol protocol) const;
  void count(Unclear reason) { ++counts_.unclear[std::size_t(reason)]; }

  // Exchange, about flow_.
  std::uint16_t operation(std::string_view method, std::string_view route) override;
  void request(std::uint16_t operation, std::uint8_t form) override;
  std::uint8_t awaited() const override;
  void answer_begins() override;
  void answer_ends(Outcome outcome) override;

  const std::uint64_t seed_;
  std::vector<Protocol> protocols_;
  FlowTable flows_;
  RequestPool pool_;
  Endpoints endpoints_;
  std::vector<Handshake> handshakes_;
  TrackerCounts counts_;

  // Of the segment being taken.
  Flow* flow_ = nullptr;
  std::int64_t time_ = 0;
  std::int64_t second_ = 0;
  bool overflow_ = false;
};

}  // namespace lapwing::collectors::latency
