// Packets for `./dev bench latency` at rates that two processes and TCP do not reach beside an
// agent on few CPUs: PINGs in Redis's protocol and their answers, as segments of connections whose
// handshakes came first, written to a device that throws them away. The kernel's path to the ring
// and ours from it are the real ones; who sends and who answers are not. Prints JSON.
// Usage: latency_flood DEVICE SERVER_ADDRESS PORT CONNECTIONS PACKETS_PER_SECOND SECONDS
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view kRequest = "*1\r\n$4\r\nPING\r\n";
constexpr std::string_view kAnswer = "+PONG\r\n";
constexpr std::size_t kAtOnce = 64;  // a whole number of requests with their answers

struct Packet {
  iphdr ip{};
  tcphdr tcp{};
  std::array<char, 32> payload{};
};
static_assert(sizeof(Packet) == 72);

struct Connection {
  std::uint16_t port = 0;
  std::uint32_t client = 0;  // next sequence numbers
  std::uint32_t server = 0;
};

class Flood {
 public:
  Flood(const char* device, in_addr server, std::uint16_t port) : server_(server), port_(port) {
    socket_ = ::socket(AF_PACKET, SOCK_DGRAM, 0);
    to_.sll_family = AF_PACKET;
    to_.sll_protocol = htons(ETH_P_IP);
    to_.sll_ifindex = int(::if_nametoindex(device));
    to_.sll_halen = ETH_ALEN;
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      parts_[i] = {&packets_[i], sizeof(Packet)};
      messages_[i].msg_hdr.msg_name = &to_;
      messages_[i].msg_hdr.msg_namelen = sizeof to_;
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  bool usable() const { return socket_ >= 0 && to_.sll_ifindex > 0; }

  void shake_hands(const Connection& connection) {
    add(connection, true, connection.server - 1, connection.client, {}, true);
    flush();
  }
  void ask_and_answer(Connection& connection) {
    add(connection, false, connection.client, connection.server, kRequest);
    connection.client += std::uint32_t(kRequest.size());
    add(connection, true, connection.server, connection.client, kAnswer);
    connection.server += std::uint32_t(kAnswer.size());
    if (filled_ == kAtOnce) flush();
  }
  void flush() {
    for (unsigned sent = 0; sent < filled_;) {
      const int now = ::sendmmsg(socket_, &messages_[sent], filled_ - sent, 0);
      if (now > 0) sent += unsigned(now);
    }
    filled_ = 0;
  }

 private:
  void add(const Connection& connection, bool answer, std::uint32_t sequence,
           std::uint32_t acknowledgement, std::string_view payload, bool handshake = false) {
    Packet& packet = packets_[filled_];
    const std::size_t size = sizeof(iphdr) + sizeof(tcphdr) + payload.size();
    packet.ip.version = 4;
    packet.ip.ihl = 5;
    packet.ip.tot_len = htons(std::uint16_t(size));
    packet.ip.ttl = 64;
    packet.ip.protocol = IPPROTO_TCP;
    const std::uint32_t client = htonl(ntohl(server_.s_addr) + 1);
    packet.ip.saddr = answer ? server_.s_addr : client;
    packet.ip.daddr = answer ? client : server_.s_addr;
    packet.tcp = {};
    packet.tcp.source = htons(answer ? port_ : connection.port);
    packet.tcp.dest = htons(answer ? connection.port : port_);
    packet.tcp.seq = htonl(sequence);
    packet.tcp.ack_seq = htonl(acknowledgement);
    packet.tcp.doff = 5;
    packet.tcp.ack = 1;
    packet.tcp.syn = handshake ? 1 : 0;
    std::memcpy(packet.payload.data(), payload.data(), payload.size());
    parts_[filled_++].iov_len = size;
  }

  const in_addr server_;
  const std::uint16_t port_;
  int socket_ = -1;
  sockaddr_ll to_{};
  std::array<Packet, kAtOnce> packets_{};
  std::array<iovec, kAtOnce> parts_{};
  std::array<mmsghdr, kAtOnce> messages_{};
  unsigned filled_ = 0;
};

}  // namespace

int main(int count, char** words) {
  in_addr server{};
  if (count != 7 || ::inet_aton(words[2], &server) == 0) return 2;
  Flood flood(words[1], server, std::uint16_t(std::atoi(words[3])));
  if (!flood.usable()) return 1;
  std::vector<Connection> connections(std::size_t(std::atoi(words[4])));
  const double rate = std::atof(words[5]);
  const double seconds = std::atof(words[6]);
  // Each run's connections are others, though their ports are the same.
  const auto first = std::uint32_t(Clock::now().time_since_epoch().count());
  std::uint16_t port = 40'000;
  for (Connection& connection : connections) {
    connection = {.port = port++, .client = first, .server = ~first};
    flood.shake_hands(connection);
  }
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  const auto began = Clock::now();
  const auto end = began + std::chrono::duration<double>(seconds);
  long requests = 0;
  std::size_t next = 0;
  while (Clock::now() < end) {
    for (std::size_t i = 0; i < kAtOnce / 2; ++i) {
      flood.ask_and_answer(connections[next]);
      next = (next + 1) % connections.size();
    }
    requests += long(kAtOnce / 2);
    std::this_thread::sleep_until(began +
                                  std::chrono::duration<double>(2 * double(requests) / rate));
  }
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  const auto cpu = [](const rusage& usage) {
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  };
  std::printf("{\"requests\": %ld, \"seconds\": %.3f, \"cpu\": %.3f}\n", requests, took,
              cpu(after) - cpu(before));
}
