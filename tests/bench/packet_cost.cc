// packet_cost: captured packets through the path of the capture thread, from a block of the ring
// on: read as a segment, found its connection, its protocol, its request, and counted. callgrind
// counts the same instructions in every run; the kernel's part and the memory that has gone cold
// between two blocks are what `./dev bench latency` measures.
//
//   packet_cost WHAT NUMBER      of redis, http, turns; prints how many packets and requests
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/latency/packet.h"
#include "collectors/latency/tracker.h"
#include "tests/collectors/latency/packets.h"

namespace {

using namespace lapwing;
using namespace lapwing::collectors::latency;

constexpr unsigned kConnections = 50;
constexpr unsigned kPort = 6379;

struct Words {
  std::string request;
  std::string answer;
};

Words words_of(std::string_view what) {
  if (what == "redis") return {"*1\r\n$4\r\nPING\r\n", "+PONG\r\n"};
  if (what == "http")
    return {"GET /users/4711/orders?page=2 HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"};
  if (what == "turns") return {std::string("\x01\x02\x03\x04 ask", 8), "answer"};
  std::exit(2);
}

class Bench {
 public:
  explicit Bench(const Words& words) : words_(words) {
    tracker_.apply(
        {.listeners = {{.address = {testing::address(0, 0, 0, 0), kPort}, .service = "bench"}},
         .local = {testing::address(10, 0, 0, 2)},
         .remotes = {}},
        kSecond);
    for (unsigned i = 0; i < kConnections; ++i) connections_.push_back({.port = 40'000 + i});
  }

  /// The next `requests` of each connection with their answers.
  std::vector<testing::PacketBytes> make(int requests) {
    std::vector<testing::PacketBytes> packets;
    for (int i = 0; i < requests; ++i)
      for (Connection& one : connections_) {
        packets.push_back(testing::ipv4(testing::tcp({.source_port = one.port,
                                                      .destination_port = kPort,
                                                      .sequence = one.asked,
                                                      .acknowledgement = one.answered,
                                                      .payload = words_.request})));
        one.asked += std::uint32_t(words_.request.size());
        auto answer = testing::tcp({.source_port = kPort,
                                    .destination_port = one.port,
                                    .sequence = one.answered,
                                    .acknowledgement = one.asked,
                                    .payload = words_.answer});
        one.answered += std::uint32_t(words_.answer.size());
        packets.push_back(testing::ipv4(answer));
        // It goes the other way.
        for (std::size_t at = 12; at < 16; ++at)
          std::swap(packets.back()[at], packets.back()[at + 4]);
      }
    return packets;
  }

  void take(const testing::PacketBytes& packet) {
    Segment segment;
    if (parse_packet(packet, packet.size(), LinkLayer::Network, segment) != PacketKind::Segment)
      std::exit(1);
    tracker_.take(segment, time_ += 5000, kSecond);
  }

  std::uint64_t counted() const {
    std::uint64_t sum = 0;
    for (const auto& endpoint : tracker_.endpoints().all())
      if (endpoint) sum += endpoint->histogram.count();
    return sum;
  }

 private:
  static constexpr std::int64_t kSecond = 1;
  struct Connection {
    unsigned port = 0;
    std::uint32_t asked = 1000;
    std::uint32_t answered = 2000;
  };

  const Words words_;
  Tracker tracker_{{}, 1, {Protocol::Http1, Protocol::Redis, Protocol::Postgres}};
  std::vector<Connection> connections_;
  std::int64_t time_ = 1'000'000'000;
};

}  // namespace

// What callgrind collects (--toggle-collect).
extern "C" __attribute__((noinline)) void measured(
    Bench& bench, const std::vector<testing::PacketBytes>& packets) {
  for (const testing::PacketBytes& packet : packets) bench.take(packet);
}

int main(int count, char** words) {
  if (count != 3 || std::atoi(words[2]) <= 0) return 2;
  Bench bench(words_of(words[1]));
  for (const testing::PacketBytes& packet : bench.make(2)) bench.take(packet);
  const std::uint64_t before = bench.counted();
  const auto packets = bench.make(std::atoi(words[2]));
  measured(bench, packets);
  std::printf("packets %zu\nrequests %llu\n", packets.size(),
              static_cast<unsigned long long>(bench.counted() - before));
  return 0;
}
