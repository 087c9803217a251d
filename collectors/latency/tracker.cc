#include "collectors/latency/tracker.h"

#include <algorithm>

#include "collectors/latency/protocol/readers.h"

namespace lapwing::collectors::latency {

namespace {

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string_view name(Unclear reason) {
  constexpr std::array<std::string_view, kUnclearCount> kNames = {
      "pipelined",     "http2",     "tls", "server_first", "blocking",
      "joined_midway", "lost_step", "gap", "subscription", "clock_set"};
  return kNames[std::size_t(reason)];
}

Tracker::Tracker(TrackerLimits limits, std::uint64_t seed, std::vector<Protocol> protocols)
    : seed_(seed),
      protocols_(std::move(protocols)),
      flows_(limits.connections),
      pool_(limits.requests),
      handshakes_(kHandshakes) {}

bool Tracker::reads(Protocol protocol) const {
  return std::find(protocols_.begin(), protocols_.end(), protocol) != protocols_.end();
}

void Tracker::take(const Segment& segment, std::int64_t time_ns, std::int64_t second) {
  ++counts_.segments;
  time_ = time_ns;
  second_ = second;
  const FlowKey key = flow_key(segment, seed_);
  if ((segment.flags & kSyn) != 0) {
    if ((segment.flags & kAck) != 0) remember_handshake(segment, key);
    return;
  }
  Flow* flow = flows_.find(key);
  if (flow == nullptr) {
    if (segment.payload_length == 0) return;
    flow = open(segment, key);
    if (flow == nullptr) return;
  }
  const bool is_server = source_is_lower(segment) == flow->server_is_lower;
  if (segment.payload_length > 0) {
    if (is_server)
      from_server(*flow, segment);
    else
      from_client(*flow, segment);
  }
  if ((segment.flags & kRst) != 0) return close(*flow);
  if ((segment.flags & kFin) == 0) return;
  (is_server ? flow->server_ended : flow->client_ended) = true;
  if (flow->server_ended && flow->client_ended) close(*flow);
}

void Tracker::remember_handshake(const Segment& segment, FlowKey key) {
  Handshake& handshake = handshakes_[key % kHandshakes];
  const Handshake seen{.tag = std::uint32_t(key >> 32) | 1,
                       .client_first = segment.acknowledgement,
                       .server_first = segment.sequence + 1,
                       .server_is_lower = source_is_lower(segment)};
  // The same handshake on another interface, or sent again.
  if (handshake.tag == seen.tag && handshake.server_first == seen.server_first) return;
  handshake = seen;
  // The same four numbers as a connection whose end was not seen.
  if (Flow* old = flows_.find(key)) close(*old);
}

Flow* Tracker::open(const Segment& segment, FlowKey key) {
  const Handshake& handshake = handshakes_[key % kHandshakes];
  const bool known = handshake.tag == (std::uint32_t(key >> 32) | 1);
  std::optional<bool> source_is_server;
  if (known) source_is_server = source_is_lower(segment) == handshake.server_is_lower;
  const auto judgement = endpoints_.judge(segment, source_is_server);
  if (!judgement) {
    ++counts_.strangers;
    return nullptr;
  }
  Flow* flow = flows_.insert(key, std::uint32_t(second_));
  if (flow == nullptr) {
    // A short look for a place that is not used; the sweep finds more.
    flows_.age(8, std::uint32_t(second_), [this](Flow& gone) { leave(gone); });
    flow = flows_.insert(key, std::uint32_t(second_));
  }
  if (flow == nullptr) {
    ++counts_.refused_connections;
    return nullptr;
  }
  flow->endpoint = judgement->endpoint;
  flow->server_is_lower = source_is_lower(segment) == judgement->source_is_server;
  if (known) {
    // Whoever speaks first, both directions' beginnings are known.
    flow->from_start = true;
    flow->to_server = {.next = handshake.client_first, .known = true};
    flow->to_client = {.next = handshake.server_first, .known = true};
  } else {
    count(Unclear::JoinedMidway);
  }
  return flow;
}

void Tracker::leave(Flow& flow) { drop_requests(flow, true); }

void Tracker::close(Flow& flow) {
  leave(flow);
  flows_.remove(flow);
}

void Tracker::add_turn(Flow& flow) {
  if (time_ < flow.request_time) return count(Unclear::ClockSet);
  endpoints_[flow.endpoint].add(second_, Nanoseconds(time_ - flow.request_time));
}

void Tracker::from_client(Flow& flow, const Segment& segment) {
  const Arrival arrival = advance(flow.to_server, segment.sequence, segment.payload_length);
  if (arrival.kind == Arrival::Kind::Nothing) {
    ++counts_.repeated;
    return;
  }
  flow.last_second = std::uint32_t(second_);
  // What fills a hole belongs to a request that was seen already; it ends it if none has answered.
  if (arrival.kind == Arrival::Kind::InHole) {
    if (!flow.answering && flow.request_time != 0) flow.request_time = time_;
    return;
  }
  const bool begins = flow.answering || flow.request_time == 0;
  if (begins && flow.answering && !flow.protocol.in_step &&
      flow.protocol.protocol != Protocol::Over && flow.to_client.known &&
      distance(flow.to_client.next, segment.acknowledgement) > 0)
    count(Unclear::Pipelined);
  flow.answering = false;
  flow.request_time = time_;
  if (!flow.client_spoke) recognise_protocol(flow, text_of(segment.payload));
  flow.client_spoke = true;
  if (arrival.kind == Arrival::Kind::AfterGap) {
    count(Unclear::Gap);
    lose_step(flow);
    return;
  }
  if (!flow.protocol.in_step) {
    const ProtocolReader* reader = find_reader(flow.protocol.protocol);
    if (!begins || arrival.old_bytes != 0 || reader == nullptr ||
        !reader->begins(text_of(segment.payload)))
      return;
    drop_requests(flow, false);
    flow.protocol.requests = {};
    flow.protocol.answers = {};
    flow.protocol.in_step = true;
  }
  read(flow, segment, arrival, true);
}

void Tracker::from_server(Flow& flow, const Segment& segment) {
  const Arrival arrival = advance(flow.to_client, segment.sequence, segment.payload_length);
  if (arrival.kind == Arrival::Kind::Nothing) {
    ++counts_.repeated;
    return;
  }
  flow.last_second = std::uint32_t(second_);
  if (!flow.server_spoke && !flow.client_spoke && flow.from_start) {
    count(Unclear::ServerFirst);
    if (reads(Protocol::MySql) && mysql::greets(text_of(segment.payload))) {
      set_protocol(flow, Protocol::MySql);
      flow.protocol.in_step = true;
    }
  }
  flow.server_spoke = true;
  const bool read_before = flow.protocol.in_step;
  if (arrival.kind == Arrival::Kind::AfterGap) {
    count(Unclear::Gap);
    lose_step(flow);
  } else if (arrival.kind == Arrival::Kind::InOrder && read_before) {
    read(flow, segment, arrival, false);
  }
  if (flow.request_time == 0 || flow.answering) return;
  const bool told = read_before || flow.protocol.protocol == Protocol::Over;
  if (!told) add_turn(flow);
  flow.answering = true;
}

void Tracker::set_protocol(Flow& flow, Protocol protocol) {
  flow.protocol.protocol = protocol;
  if (protocol != Protocol::Unknown && protocol != Protocol::Over)
    endpoints_[flow.endpoint].protocol = protocol;
  if (protocol == Protocol::Http2) count(Unclear::Http2);
  if (protocol == Protocol::Tls) count(Unclear::Tls);
  if (protocol == Protocol::Over) count(Unclear::Subscription);
}

void Tracker::recognise_protocol(Flow& flow, std::string_view payload) {
  if (flow.protocol.protocol != Protocol::Unknown) return;
  Protocol protocol = recognise(payload, flow.from_start);
  if (protocol == Protocol::Unknown) {
    // In the middle of a connection: what others on this port speak, if it looks like it.
    const Protocol usual = endpoints_[flow.endpoint].protocol;
    if (find_reader(usual) != nullptr) protocol = usual;
  }
  const bool read = find_reader(protocol) != nullptr;
  if (protocol == Protocol::Unknown || (read && !reads(protocol))) return;
  set_protocol(flow, protocol);
}

void Tracker::read(Flow& flow, const Segment& segment, const Arrival& arrival, bool requests) {
  const ProtocolReader* reader = find_reader(flow.protocol.protocol);
  if (reader == nullptr) return;
  flow_ = &flow;
  overflow_ = false;
  const std::size_t from = std::min<std::size_t>(arrival.old_bytes, segment.payload.size());
  const std::uint32_t seen = std::uint32_t(segment.payload.size() - from);
  Input input(segment.payload.subspan(from), segment.payload_length - arrival.old_bytes - seen);
  Cursor& cursor = requests ? flow.protocol.requests : flow.protocol.answers;
  Reading reading = requests ? reader->read_requests(cursor, input, *this)
                             : reader->read_answers(cursor, input, *this);
  if (reading == Reading::InStep && overflow_) reading = Reading::Lost;
  if (reading == Reading::InStep) return;
  if (reading == Reading::Lost) return lose_step(flow);
  drop_requests(flow, false);
  flow.protocol.in_step = false;
  set_protocol(flow, reading == Reading::Encrypted ? Protocol::Tls : Protocol::Over);
}

void Tracker::lose_step(Flow& flow) {
  if (!flow.protocol.in_step) return;
  count(Unclear::LostStep);
  drop_requests(flow, false);
  flow.protocol.in_step = false;
}

void Tracker::drop_requests(Flow& flow, bool connection_ended) {
  ProtocolState& state = flow.protocol;
  while (state.unanswered > 0) {
    const PendingRequest& request = pool_.oldest(state);
    if (request.operation != kNoOperation && connection_ended)
      ++endpoints_[flow.endpoint]
            .operations[request.operation]
            .outcomes[std::size_t(Outcome::None)];
    pool_.pop(state);
  }
  state.answer_begun = false;
}

void Tracker::apply(SocketTables tables, std::int64_t second) {
  const auto moved = endpoints_.apply(std::move(tables), second);
  if (moved.empty()) return;
  flows_.each([&](Flow& flow) {
    for (const auto& [from, to] : moved)
      if (flow.endpoint == from) {
        // Their requests' operations are numbered by the endpoint.
        drop_requests(flow, false);
        flow.protocol.in_step = false;
        flow.endpoint = to;
        break;
      }
  });
}

void Tracker::tidy(std::int64_t second) {
  flows_.age(std::max<std::size_t>(flows_.capacity() / 8, 1), std::uint32_t(second),
             [this](Flow& gone) { leave(gone); });
  const std::vector<std::uint16_t> gone = endpoints_.forget_unused(second);
  if (gone.empty()) return;
  flows_.each([&](Flow& flow) {
    if (std::find(gone.begin(), gone.end(), flow.endpoint) == gone.end()) return;
    flow.protocol.in_step = false;
    while (flow.protocol.unanswered > 0) pool_.pop(flow.protocol);
    flows_.remove(flow);
  });
}

std::uint16_t Tracker::operation(std::string_view method, std::string_view route) {
  return endpoints_[flow_->endpoint].operations.find_or_add(method, route);
}

void Tracker::request(std::uint16_t operation, std::uint8_t form) {
  if (form == kBlockingForm) count(Unclear::Blocking);
  if (form == kUnansweredForm) {
    ++endpoints_[flow_->endpoint].operations[operation].outcomes[std::size_t(Outcome::None)];
    return;
  }
  const ProtocolReader* reader = find_reader(flow_->protocol.protocol);
  if (flow_->protocol.unanswered >= reader->depth_limit ||
      !pool_.push(flow_->protocol, {.time = time_, .operation = operation, .form = form}))
    overflow_ = true;
}

std::uint8_t Tracker::awaited() const {
  return flow_->protocol.unanswered == 0 ? kNothingAwaited : pool_.oldest(flow_->protocol).form;
}

void Tracker::answer_begins() {
  ProtocolState& state = flow_->protocol;
  if (state.answer_begun || state.unanswered == 0) return;
  state.answer_begun = true;
  const PendingRequest& request = pool_.oldest(state);
  if (request.form == kBlockingForm || request.operation == kNoOperation) return;
  if (time_ < request.time) return count(Unclear::ClockSet);
  const Nanoseconds latency(time_ - request.time);
  Endpoint& endpoint = endpoints_[flow_->endpoint];
  endpoint.add(second_, latency);
  Operation& operation = endpoint.operations[request.operation];
  ++operation.timed;
  operation.sum_nanoseconds += std::uint64_t(latency.count());
}

void Tracker::answer_ends(Outcome outcome) {
  ProtocolState& state = flow_->protocol;
  if (state.unanswered == 0) return;
  const PendingRequest& request = pool_.oldest(state);
  if (request.operation != kNoOperation)
    ++endpoints_[flow_->endpoint].operations[request.operation].outcomes[std::size_t(outcome)];
  pool_.pop(state);
  state.answer_begun = false;
}

}  // namespace lapwing::collectors::latency
