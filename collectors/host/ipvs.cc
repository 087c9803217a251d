#include "collectors/host/ipvs.h"

#include <arpa/inet.h>

#include <charconv>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo backend_gauge(std::string_view name, std::string_view help) {
  return {name,
          help,
          MetricType::Gauge,
          {"local_address", "local_mark", "local_port", "proto", "remote_address", "remote_port"}};
}

constexpr MetricInfo kTotals[] = {
    {"node_ipvs_connections_total", "Connections that were balanced.", MetricType::Counter},
    {"node_ipvs_incoming_packets_total", "Packets that came in.", MetricType::Counter},
    {"node_ipvs_outgoing_packets_total", "Packets that went out.", MetricType::Counter},
    {"node_ipvs_incoming_bytes_total", "Bytes that came in.", MetricType::Counter},
    {"node_ipvs_outgoing_bytes_total", "Bytes that went out.", MetricType::Counter},
};
constexpr MetricInfo kActive = backend_gauge("node_ipvs_backend_connections_active",
                                             "Connections to the backend that are in use.");
constexpr MetricInfo kInactive =
    backend_gauge("node_ipvs_backend_connections_inactive", "Connections to the backend that end.");
constexpr MetricInfo kWeight = backend_gauge("node_ipvs_backend_weight", "Weight of the backend.");

class IpvsCollector final : public Collector {
 public:
  explicit IpvsCollector(const FactoryInput& input)
      : totals_(input.context.paths.in_proc("net/ip_vs_stats")),
        backends_(input.context.paths.in_proc("net/ip_vs")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto text = totals_.read();
    if (!text) return text.error();
    const auto totals = parse_balancer_totals(*text);
    if (!totals) return Error(totals.error()).in(totals_.path());
    for (std::size_t i = 0; i < totals->size(); ++i) out.sample(kTotals[i], double((*totals)[i]));
    const auto table = backends_.read();
    if (!table) return table.error();
    const auto backends = parse_balancer_backends(*table);
    if (!backends) return Error(backends.error()).in(backends_.path());
    for (const BalancerBackend& one : *backends) {
      const auto sample = [&](const MetricInfo& info, double value) {
        out.sample(info,
                   {one.local_address, one.local_mark, one.local_port, one.protocol,
                    one.remote_address, one.remote_port},
                   value);
      };
      sample(kActive, double(one.active));
      sample(kInactive, double(one.inactive));
      sample(kWeight, double(one.weight));
    }
    return {};
  }

 private:
  ProcFile totals_;
  ProcFile backends_;
};

std::uint64_t hexadecimal(Scanner& scan) {
  const std::string_view word = scan.word();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, 16);
  if (error != std::errc() || end != word.data() + word.size() || word.empty())
    scan.fail("not a hexadecimal number");
  return value;
}

// "C0A80016:0CEA" or "[2001:0db8:…]:0035" into an address and a port as people write them.
Result<void> read_endpoint(std::string_view text, std::string& address, std::string& port) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return invalid("an address without a port");
  Scanner port_scan(text.substr(colon + 1));
  port = std::to_string(hexadecimal(port_scan));
  if (auto done = port_scan.done(); !done) return done;
  const std::string_view host = text.substr(0, colon);
  char shown[INET6_ADDRSTRLEN] = {};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    in6_addr parsed{};
    if (::inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), &parsed) != 1)
      return invalid("not an IPv6 address");
    ::inet_ntop(AF_INET6, &parsed, shown, sizeof shown);
  } else {
    Scanner host_scan(host);
    const std::uint64_t number = hexadecimal(host_scan);
    if (auto done = host_scan.done(); !done) return done;
    if (number > 0xffffffffU) return invalid("not an IPv4 address");
    const in_addr parsed{htonl(std::uint32_t(number))};
    ::inet_ntop(AF_INET, &parsed, shown, sizeof shown);
  }
  address = shown;
  return {};
}

// "TCP  C0A80016:0CEA wlc": what the backends below it serve.
Result<void> read_service(Scanner& line, std::string_view protocol, BalancerBackend& service) {
  service = {};
  service.protocol = protocol;
  const std::string_view local = line.word();
  if (auto done = line.done(); !done) return done;
  if (protocol == "FWM") {
    service.local_mark = local;
    service.local_port = "0";
    return {};
  }
  return read_endpoint(local, service.local_address, service.local_port);
}

}  // namespace

Result<BalancerTotals> parse_balancer_totals(std::string_view ip_vs_stats) {
  BalancerTotals totals{};
  Scanner scan(ip_vs_stats);
  scan.line();
  scan.line();
  Scanner line(scan.line());
  for (std::uint64_t& total : totals) total = hexadecimal(line);
  if (auto done = scan.done(); !done) return std::move(done).error();
  if (auto done = line.done(); !done) return std::move(done).error();
  return totals;
}

Result<std::vector<BalancerBackend>> parse_balancer_backends(std::string_view ip_vs) {
  std::vector<BalancerBackend> backends;
  BalancerBackend service;
  Scanner scan(ip_vs);
  for (int header = 0; header < 3; ++header) scan.line();
  while (!scan.at_end() && !scan.failed()) {
    Scanner line(scan.line());
    line.skip_blanks();
    if (line.at_end()) continue;
    const std::string_view first = line.word();
    if (first != "->") {
      if (auto read = read_service(line, first, service); !read) return std::move(read).error();
      continue;
    }
    BalancerBackend backend = service;
    const std::string_view remote = line.word();
    line.word();  // how packets are handed on
    backend.weight = line.u64();
    backend.active = line.u64();
    backend.inactive = line.u64();
    if (auto done = line.done(); !done) return std::move(done).error();
    if (auto read = read_endpoint(remote, backend.remote_address, backend.remote_port); !read)
      return std::move(read).error();
    backends.push_back(std::move(backend));
  }
  if (auto done = scan.done(); !done) return std::move(done).error();
  return backends;
}

std::unique_ptr<Collector> make_ipvs(const FactoryInput& input) {
  return std::make_unique<IpvsCollector>(input);
}

}  // namespace lapwing::collectors::host
