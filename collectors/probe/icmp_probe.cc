// The ICMP probe: one echo, over a ping socket (icmp(7)) where the kernel lets us have one, or a
// raw socket, which needs CAP_NET_RAW.
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "collectors/probe/icmp_packet.h"
#include "collectors/probe/probe.h"

namespace lapwing::collectors::probe {
namespace {

constexpr Gauge kDuration{"probe_icmp_duration_seconds", "Duration of icmp request by phase"};
constexpr Gauge kHopLimit{"probe_icmp_reply_hop_limit", "Replied packet hop limit (TTL for ipv4)"};

class IcmpProbe final : public Probe {
 public:
  using Probe::Probe;

 private:
  const IcmpModule& icmp() const { return module_.icmp; }

  void begin() override {
    for (const char* phase : {"resolve", "setup", "rtt"})
      page_.set(kDuration, {{"phase", phase}}, 0);
    resolve(request_.target, icmp().address, [this](const Address& address, double seconds) {
      page_.set(kDuration, {{"phase", "resolve"}}, seconds);
      ask(address);
    });
  }

  /// A ping socket, or else a raw one.
  Result<void> open(const Address& to) {
    const int family = to.storage.ss_family;
    const int protocol = to.is_ip4() ? int(IPPROTO_ICMP) : int(IPPROTO_ICMPV6);
    constexpr int kFlags = SOCK_CLOEXEC | SOCK_NONBLOCK;
    // As in blackbox_exporter: header options are for raw sockets.
    if (!(to.is_ip4() && icmp().dont_fragment))
      socket_ = UniqueFd(::socket(family, SOCK_DGRAM | kFlags, protocol));
    raw_ = !socket_;
    if (raw_) socket_ = UniqueFd(::socket(family, SOCK_RAW | kFlags, protocol));
    if (!socket_)
      return unavailable(system_error("Error listening to socket", errno).message +
                         " (give CAP_NET_RAW, or this group a place in net.ipv4.ping_group_range)");
    const std::string& source = icmp().address.source;
    if (source.empty()) return {};
    const auto from = literal_address(source);
    if (!from) return invalid("Error parsing source ip address: " + source);
    if (::bind(socket_.get(), from->get(), from->size) != 0)
      return unavailable(system_error("bind " + source, errno).message);
    return {};
  }

  void set_options(bool ip4) {
    const int on = 1;
    const int ttl = icmp().ttl;
    const int discover = IP_PMTUDISC_DO;
    if (ip4) {
      ::setsockopt(socket_.get(), IPPROTO_IP, IP_RECVTTL, &on, sizeof on);
      ::setsockopt(socket_.get(), IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
      if (icmp().dont_fragment)
        ::setsockopt(socket_.get(), IPPROTO_IP, IP_MTU_DISCOVER, &discover, sizeof discover);
      return;
    }
    ::setsockopt(socket_.get(), IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof on);
    ::setsockopt(socket_.get(), IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl, sizeof ttl);
  }

  void ask(const Address& address) {
    const auto began = tools_.clock.monotonic();
    if (const auto opened = open(address); !opened) return fail(opened.error().message);
    set_options(address.is_ip4());
    static std::atomic<std::uint16_t> sequence{std::uint16_t(began.count() >> 10)};
    echo_ = {!address.is_ip4(), std::uint16_t(::getpid()), ++sequence,
             echo_payload(icmp().payload_size_bytes)};
    const std::string packet = echo_request(echo_);
    // Connected: the kernel passes on what comes from there alone.
    if (::connect(socket_.get(), address.get(), address.size) != 0)
      return fail(system_error("Error writing to socket", errno).message);
    page_.set(kDuration, {{"phase", "setup"}}, seconds_since(began));
    asked_at_ = tools_.clock.monotonic();
    if (::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL) < 0)
      return fail(system_error("Error writing to socket", errno).message);
    tools_.reactor.watch(socket_.get(), EPOLLIN,
                         [self = shared_from_this(), this](std::uint32_t) { take_some(); });
  }

  void take_some() {
    std::array<char, 65'536> bytes;
    alignas(cmsghdr) std::array<char, 256> control{};
    for (int turn = 0; turn < 64 && !over(); ++turn) {
      iovec where{bytes.data(), bytes.size()};
      msghdr message{};
      message.msg_iov = &where;
      message.msg_iovlen = 1;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      const ssize_t count = ::recvmsg(socket_.get(), &message, 0);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (count < 0) {
        note("ERROR", system_error("Error reading from socket", errno).message);
        continue;  // Another answer may still come.
      }
      std::string_view packet(bytes.data(), std::size_t(count));
      if (raw_ && !echo_.ip6) packet = without_ip4_header(packet);
      if (!is_reply_to(echo_, packet, !raw_)) continue;
      page_.set(kDuration, {{"phase", "rtt"}}, seconds_since(asked_at_));
      note_hop_limit(message);
      finish(true);
    }
  }

  void note_hop_limit(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
      const bool ttl = part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_TTL;
      const bool hops = part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_HOPLIMIT;
      if (!ttl && !hops) continue;
      int limit = 0;
      std::memcpy(&limit, CMSG_DATA(part), sizeof limit);
      page_.set(kHopLimit, limit);
    }
  }

  void release() override {
    if (socket_) tools_.reactor.forget(socket_.get());
    socket_.reset();
  }

  UniqueFd socket_;
  bool raw_ = false;
  Echo echo_;
  std::chrono::nanoseconds asked_at_{};
};

}  // namespace

std::shared_ptr<Probe> make_icmp_probe(const ProbeTools& tools, ProbeRequest request,
                                       Probe::Done done) {
  return std::make_shared<IcmpProbe>(tools, std::move(request), std::move(done));
}

}  // namespace lapwing::collectors::probe
