#include "collectors/host/tcpstat.h"

#include <linux/inet_diag.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "collectors/cpu_share.h"
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

Result<void> add_socket(std::span<const std::byte> body, TcpSockets& sockets) {
  inet_diag_msg message;
  std::memcpy(&message, body.data(), sizeof message);
  if (message.idiag_state < kTcpStates) ++sockets.by_state[message.idiag_state];
  sockets.receive_queue += message.idiag_rqueue;
  sockets.transmit_queue += message.idiag_wqueue;
  return {};
}

// A look at 20,000 sockets takes some 30 ms.
constexpr int kPartsOfCpu = 500;

class TcpstatCollector final : public Collector {
 public:
  explicit TcpstatCollector(const FactoryInput& input) : clock_(input.context.clock) {}

  Result<void> collect(MetricWriter& out) override {
    const auto now = clock_.monotonic();
    if (share_.due(now))
      if (auto looked = share_.take(now, [this] { return look(); }); !looked) return looked;
    // As node_exporter, states that no socket is in are left out.
    for (std::size_t state = 1; state < kTcpStates; ++state)
      if (sockets_.by_state[state] > 0)
        out.sample(kStates, {kNames[state]}, double(sockets_.by_state[state]));
    out.sample(kStates, {"rx_queued_bytes"}, double(sockets_.receive_queue));
    out.sample(kStates, {"tx_queued_bytes"}, double(sockets_.transmit_queue));
    return {};
  }

 private:
  Result<void> look() {
    TcpSockets sockets;
    auto dumped =
        diag_.dump_tcp({.family = AF_UNSPEC}, [&](auto body) { return add_socket(body, sockets); });
    if (!dumped) return dumped;
    sockets_ = sockets;
    return {};
  }

  const Clock& clock_;
  CpuShare share_{kPartsOfCpu};
  TcpSockets sockets_;
  SockDiag diag_;
};

}  // namespace

Result<DumpState> add_socket_messages(std::span<const std::byte> datagram, TcpSockets& sockets) {
  return each_socket(datagram, [&](auto body) { return add_socket(body, sockets); });
}

std::unique_ptr<Collector> make_tcpstat(const FactoryInput& input) {
  return std::make_unique<TcpstatCollector>(input);
}

}  // namespace lapwing::collectors::host
