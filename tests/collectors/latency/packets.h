// Packets made by hand, and conversations of them, for the tests of passive capture.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/latency/packet.h"
#include "collectors/latency/tracker.h"

namespace lapwing::testing {

using PacketBytes = std::vector<std::uint8_t>;

inline void put(PacketBytes& out, std::initializer_list<int> bytes) {
  for (const int byte : bytes) out.push_back(std::uint8_t(byte));
}
inline void put16(PacketBytes& out, unsigned value) {
  put(out, {int(value >> 8), int(value & 255)});
}
inline void put32(PacketBytes& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}
inline PacketBytes joined(PacketBytes a, const PacketBytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct TcpFields {
  unsigned source_port = 40'000;
  unsigned destination_port = 6379;
  std::uint32_t sequence = 1000;
  std::uint32_t acknowledgement = 2000;
  int flags = collectors::latency::kAck;
  int option_words = 3;  ///< as with time stamps
  std::string payload{};
};

inline PacketBytes tcp(const TcpFields& fields) {
  PacketBytes out;
  put16(out, fields.source_port);
  put16(out, fields.destination_port);
  put32(out, fields.sequence);
  put32(out, fields.acknowledgement);
  put(out, {(5 + fields.option_words) << 4, fields.flags, 1, 0, 0, 0, 0, 0});
  out.insert(out.end(), std::size_t(fields.option_words) * 4, 1);
  out.insert(out.end(), fields.payload.begin(), fields.payload.end());
  return out;
}

/// `fragment`: the field of flags and offset.
inline PacketBytes ipv4(const PacketBytes& content, int protocol = 6, int option_words = 0,
                        unsigned fragment = 0x4000) {
  PacketBytes out;
  put(out, {0x45 + option_words, 0});
  put16(out, unsigned(20 + option_words * 4) + unsigned(content.size()));
  put(out, {0, 1});
  put16(out, fragment);
  put(out, {64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2});
  out.insert(out.end(), std::size_t(option_words) * 4, 0);
  return joined(std::move(out), content);
}

/// `next`: kind of what `content` begins with.
inline PacketBytes ipv6(const PacketBytes& content, int next = 6) {
  PacketBytes out;
  put(out, {0x60, 0, 0, 0});
  put16(out, unsigned(content.size()));
  put(out, {next, 64});
  for (const int last : {1, 2}) {
    put(out, {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    put(out, {last});
  }
  return joined(std::move(out), content);
}

inline PacketBytes ethernet(const PacketBytes& content, unsigned type, int vlan_tags = 0) {
  PacketBytes out(12, 0x02);
  for (int i = 0; i < vlan_tags; ++i) {
    put16(out, i + 1 < vlan_tags ? 0x88a8 : 0x8100);
    put16(out, 100);
  }
  put16(out, type);
  return joined(std::move(out), content);
}

inline collectors::latency::IpAddress address(int a, int b, int c, int d) {
  const std::array<std::uint8_t, 4> bytes = {std::uint8_t(a), std::uint8_t(b), std::uint8_t(c),
                                             std::uint8_t(d)};
  return collectors::latency::IpAddress::v4(bytes);
}

/// One connection to a tracker's service, told payload by payload; times are microseconds.
class Conversation {
 public:
  Conversation(collectors::latency::Tracker& tracker, std::uint16_t server_port = 6379,
               std::uint16_t client_port = 40'000)
      : tracker_(tracker), server_port_(server_port), client_port_(client_port) {}

  void handshake() {
    auto segment = make(true, "");
    segment.flags = collectors::latency::kSyn | collectors::latency::kAck;
    segment.sequence = to_client_ - 1;
    take(segment, 0);
  }
  void client(std::int64_t at, std::string_view payload) { send(false, at, payload); }
  void server(std::int64_t at, std::string_view payload) { send(true, at, payload); }
  /// Not moving on: `behind` bytes before where that side stands.
  void again(bool from_server, std::int64_t at, std::string_view payload, std::uint32_t behind) {
    auto segment = make(from_server, payload);
    segment.sequence -= behind;
    take(segment, at);
  }
  /// Of `payload` only the first `captured` bytes are seen.
  void cut(bool from_server, std::int64_t at, std::string_view payload, std::size_t captured) {
    auto segment = make(from_server, payload);
    segment.payload = segment.payload.first(captured);
    (from_server ? to_client_ : to_server_) += std::uint32_t(payload.size());
    take(segment, at);
  }
  /// Sent, but never seen.
  void lose(bool from_server, std::uint32_t bytes) {
    (from_server ? to_client_ : to_server_) += bytes;
  }
  void end(bool from_server, int flags = collectors::latency::kFin | collectors::latency::kAck) {
    auto segment = make(from_server, "");
    segment.flags = std::uint8_t(flags);
    take(segment, 0);
  }
  std::int64_t second = 1;

 private:
  collectors::latency::Segment make(bool from_server, std::string_view payload) const {
    collectors::latency::Segment segment;
    segment.source = address(127, 0, 0, 1);
    segment.destination = address(127, 0, 0, 1);
    segment.source_port = from_server ? server_port_ : client_port_;
    segment.destination_port = from_server ? client_port_ : server_port_;
    segment.sequence = from_server ? to_client_ : to_server_;
    segment.acknowledgement = from_server ? to_server_ : to_client_;
    segment.flags = collectors::latency::kAck;
    segment.payload_length = std::uint32_t(payload.size());
    segment.payload = {reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()};
    return segment;
  }
  void send(bool from_server, std::int64_t at, std::string_view payload) {
    const auto segment = make(from_server, payload);
    (from_server ? to_client_ : to_server_) += std::uint32_t(payload.size());
    take(segment, at);
  }
  void take(const collectors::latency::Segment& segment, std::int64_t at) {
    tracker_.take(segment, (1'000'000 + at) * 1000, second);
  }

  collectors::latency::Tracker& tracker_;
  std::uint16_t server_port_;
  std::uint16_t client_port_;
  std::uint32_t to_server_ = 0xffffff00;  // soon wraps
  std::uint32_t to_client_ = 5000;
};

}  // namespace lapwing::testing
