#include "collectors/host/tcpstat.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "agent/base/file.h"
#include "collectors/host/factories.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kStates{"node_tcp_connection_states",
                             "TCP sockets in the state, or bytes in queues of sockets.",
                             MetricType::Gauge,
                             {"state"}};
constexpr std::array<std::string_view, kTcpStates> kNames = {
    "",      "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2",   "time_wait",
    "close", "close_wait",  "last_ack", "listen",   "closing",   "new_syn_recv"};

constexpr std::size_t kDatagramBytes = 64 * 1024;  // the kernel makes dumps of 32 kB at most
constexpr int kPatienceSeconds = 2;

struct Request {
  nlmsghdr header{};
  inet_diag_req_v2 body{};
};

Result<UniqueFd> open_socket() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  // A kernel without sock_diag does not know the protocol.
  if (!fd && errno == EPROTONOSUPPORT) return no_data("the kernel has no sock_diag");
  if (!fd) return system_error("opening a sock_diag socket", errno);
  const timeval patience{kPatienceSeconds, 0};
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
    return system_error("setting the patience of a sock_diag socket", errno);
  return fd;
}

class TcpstatCollector final : public Collector {
 public:
  Result<void> collect(MetricWriter& out) override {
    auto fd = open_socket();
    if (!fd) return std::move(fd).error();
    TcpSockets sockets;
    for (const std::uint8_t family : {AF_INET, AF_INET6})
      if (auto dumped = dump(fd->get(), family, sockets); !dumped) return dumped;
    // As node_exporter, states that no socket is in are left out.
    for (std::size_t state = 1; state < kTcpStates; ++state)
      if (sockets.by_state[state] > 0)
        out.sample(kStates, {kNames[state]}, double(sockets.by_state[state]));
    out.sample(kStates, {"rx_queued_bytes"}, double(sockets.receive_queue));
    out.sample(kStates, {"tx_queued_bytes"}, double(sockets.transmit_queue));
    return {};
  }

 private:
  Result<void> dump(int fd, std::uint8_t family, TcpSockets& sockets) {
    Request request;
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.sdiag_family = family;
    request.body.sdiag_protocol = IPPROTO_TCP;
    request.body.idiag_states = ~0U;
    if (::send(fd, &request, sizeof request, 0) != ssize_t(sizeof request))
      return system_error("asking sock_diag", errno);
    while (true) {
      const ssize_t got = ::recv(fd, buffer_.data(), buffer_.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error("reading from sock_diag", errno);
      const auto state = add_socket_messages(std::span(buffer_).first(std::size_t(got)), sockets);
      // Without IPv6 the kernel says that it does not know the family.
      if (!state && family == AF_INET6 && state.error().kind == ErrorKind::NoData) return {};
      if (!state) return state.error();
      if (*state == DumpState::Done) return {};
    }
  }

  std::vector<std::byte> buffer_ = std::vector<std::byte>(kDatagramBytes);
};

}  // namespace

Result<DumpState> add_socket_messages(std::span<const std::byte> datagram, TcpSockets& sockets) {
  if (datagram.empty()) return invalid("an empty answer of sock_diag");
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size())
      return invalid("a message of sock_diag is cut short");
    const auto body = datagram.first(header.nlmsg_len).subspan(NLMSG_HDRLEN);
    if (header.nlmsg_type == NLMSG_DONE) return DumpState::Done;
    if (header.nlmsg_type == NLMSG_ERROR) {
      nlmsgerr error{};
      if (body.size() < sizeof error.error) return invalid("an error of sock_diag is cut short");
      std::memcpy(&error.error, body.data(), sizeof error.error);
      return system_error("sock_diag", -error.error);
    }
    if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY) {
      inet_diag_msg message;
      if (body.size() < sizeof message) return invalid("a socket of sock_diag is cut short");
      std::memcpy(&message, body.data(), sizeof message);
      if (message.idiag_state < kTcpStates) ++sockets.by_state[message.idiag_state];
      sockets.receive_queue += message.idiag_rqueue;
      sockets.transmit_queue += message.idiag_wqueue;
    }
    datagram =
        datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
  }
  return DumpState::More;
}

std::unique_ptr<Collector> make_tcpstat(const FactoryInput& /*input*/) {
  return std::make_unique<TcpstatCollector>();
}

}  // namespace lapwing::collectors::host
