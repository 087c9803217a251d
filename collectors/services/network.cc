// service_network: TCP by service: bytes, connections by state, round-trip times, segments sent
// again, accept queues. From sock_diag(7): a look at all sockets each interval, and the kernel's
// word on each that closes in between (closed_sockets.h).
//
// Leaves out UDP, whose sockets do not count, sockets in TIME_WAIT, which belong to nobody
// (node_tcp_connection_states has them), and other network name spaces.
#include <linux/inet_diag.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "collectors/cpu_share.h"
#include "collectors/registry.h"
#include "collectors/services/closed_sockets.h"
#include "collectors/services/factories.h"
#include "collectors/services/service_directory.h"
#include "collectors/services/socket_accounts.h"
#include "collectors/sock_diag.h"

namespace lapwing::collectors::services {
namespace {

constexpr MetricInfo counter(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Counter, {"service"}};
}
constexpr MetricInfo gauge(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge, {"service"}};
}

constexpr MetricInfo kReceived =
    counter("service_network_receive_bytes_total", "Payload received over TCP by the service.");
constexpr MetricInfo kSent = counter("service_network_transmit_bytes_total",
                                     "Payload sent over TCP by the service, what was sent again "
                                     "counted once.");
constexpr MetricInfo kOpened{"service_tcp_connections_opened_total",
                             "TCP connections of the service that came into being.",
                             MetricType::Counter,
                             {"service", "direction"}};
constexpr MetricInfo kConnections{"service_tcp_connections",
                                  "TCP connections of the service in the state.",
                                  MetricType::Gauge,
                                  {"service", "state"}};
constexpr MetricInfo kSegments = counter("service_tcp_segments_sent_total",
                                         "TCP segments with data that the service sent, those "
                                         "sent again too.");
constexpr MetricInfo kRetransmits =
    counter("service_tcp_retransmits_total", "TCP segments of the service that were sent again.");
constexpr MetricInfo kRoundTrip =
    gauge("service_tcp_round_trip_seconds",
          "Mean of the smoothed round-trip times of the service's connections, by what came in "
          "over each since the look before.");
constexpr MetricInfo kLongestRoundTrip =
    gauge("service_tcp_round_trip_max_seconds",
          "Longest of the smoothed round-trip times of the service's connections.");
constexpr MetricInfo kQueue =
    gauge("service_tcp_accept_queue_length", "Connections that wait to be accepted.");
constexpr MetricInfo kQueueLimit =
    gauge("service_tcp_accept_queue_limit", "Room for connections that wait to be accepted.");
constexpr MetricInfo kFullestQueue =
    gauge("service_tcp_accept_queue_ratio", "How full the fullest accept queue is.");
constexpr MetricInfo kListenDrops =
    counter("service_tcp_accept_queue_overflows_total",
            "Connections that the service's listeners dropped: mostly for a full accept queue.");
constexpr MetricInfo kLost{"service_network_lost_reports_total",
                           "Times that the kernel had no room for reports on closed sockets, whose "
                           "last bytes are missing then.",
                           MetricType::Counter};
constexpr MetricInfo kUntracked{"service_network_untracked_sockets",
                                "Sockets past the limit, whose bytes are not counted.",
                                MetricType::Gauge};

constexpr std::array<std::string_view, kTcpStateCount> kStateNames = {
    "",      "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2",   "time_wait",
    "close", "close_wait",  "last_ack", "listen",   "closing",   "new_syn_recv"};

constexpr std::uint32_t kStates = ~(1U << unsigned(TcpState::TimeWait));
// A look at 20,000 sockets takes some 70 ms.
constexpr int kPartsOfCpu = 500;

class NetworkCollector final : public Collector {
 public:
  explicit NetworkCollector(const FactoryInput& input)
      : clock_(input.context.clock), directory_(input.context.services) {}

  Result<void> collect(MetricWriter& out) override {
    if (!closed_) {
      auto started = ClosedSockets::start(clock_);
      if (!started) return std::move(started).error();
      closed_ = *std::move(started);
    }
    auto taken = closed_->take();
    for (const SocketReport& socket : taken.sockets) accounts_.closed(socket);
    const auto now = clock_.monotonic();
    if (share_.due(now))
      if (auto passed = share_.take(now, [this] { return pass(); }); !passed) return passed;
    out.sample(kLost, double(taken.lost));
    out.sample(kUntracked, double(accounts_.untracked()));
    for (const auto& [label, account] : accounts_.accounts())
      if (has_series(label)) write(label, account, out);
    return {};
  }

 private:
  Result<void> pass() {
    if (directory_ != nullptr) map_ = directory_->map();
    accounts_.begin_pass(map_);
    const SocketQuery query{AF_UNSPEC, kStates, socket_report_extensions()};
    auto dumped = diag_.dump_tcp(query, [this](auto message) {
      const auto report = parse_socket_report(message);
      if (!report) return Result<void>(report.error());
      accounts_.see(*report);
      return Result<void>();
    });
    if (!dumped) return dumped;
    accounts_.end_pass();
    return {};
  }

  // A service that has lost its series goes on as `other`; what it did until then ends with them.
  bool has_series(std::string_view label) const {
    if (label == kOtherServices) return true;
    const Service* service = map_->find(label);
    return service != nullptr && service->own_series;
  }

  static void write(std::string_view label, const NetworkAccount& account, MetricWriter& out) {
    out.sample(kReceived, {label}, double(account.counters.received_bytes));
    out.sample(kSent, {label}, double(account.counters.sent_bytes));
    out.sample(kOpened, {label, "in"}, double(account.accepted));
    out.sample(kOpened, {label, "out"}, double(account.initiated));
    out.sample(kSegments, {label}, double(account.counters.sent_segments));
    out.sample(kRetransmits, {label}, double(account.counters.retransmits));
    for (std::size_t state = 1; state < kTcpStateCount; ++state)
      if ((account.states_seen >> state & 1U) != 0)
        out.sample(kConnections, {label, kStateNames[state]}, double(account.by_state[state]));
    if (account.has_round_trip) {
      out.sample(kRoundTrip, {label}, account.round_trip_seconds);
      out.sample(kLongestRoundTrip, {label}, account.longest_round_trip_seconds);
    }
    if (account.listeners == 0) return;
    out.sample(kQueue, {label}, double(account.accept_queue));
    out.sample(kQueueLimit, {label}, double(account.accept_limit));
    out.sample(kFullestQueue, {label}, account.fullest_accept_queue);
    out.sample(kListenDrops, {label}, double(account.listen_drops));
  }

  const Clock& clock_;
  const std::shared_ptr<const ServiceDirectory> directory_;
  std::shared_ptr<const ServiceMap> map_ = std::make_shared<ServiceMap>();
  std::unique_ptr<ClosedSockets> closed_;
  SockDiag diag_;
  SocketAccounts accounts_;
  CpuShare share_{kPartsOfCpu};
};

}  // namespace

std::unique_ptr<Collector> make_service_network(const FactoryInput& input) {
  return std::make_unique<NetworkCollector>(input);
}

}  // namespace lapwing::collectors::services
