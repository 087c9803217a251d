#include "collectors/host/udp_queues.h"

#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kQueues{
    "node_udp_queues", "Bytes that wait in UDP sockets.", MetricType::Gauge, {"ip", "queue"}};

class UdpQueuesCollector final : public Collector {
 public:
  explicit UdpQueuesCollector(const FactoryInput& input)
      : v4_(input.context.paths.in_proc("net/udp")), v6_(input.context.paths.in_proc("net/udp6")) {}

  Result<void> collect(MetricWriter& out) override {
    auto v4 = collect_file(v4_, "v4", out);
    if (!v4 && v4.error().kind != ErrorKind::NoData) return v4;
    auto v6 = collect_file(v6_, "v6", out);
    if (!v6 && v6.error().kind != ErrorKind::NoData) return v6;
    return out.size() > 0 ? Result<void>() : v4;
  }

 private:
  static Result<void> collect_file(ProcFile& file, std::string_view ip, MetricWriter& out) {
    const auto content = file.read();
    if (!content) return content.error();
    const auto queues = parse_socket_queues(*content);
    if (!queues) return Error(queues.error()).in(file.path());
    out.sample(kQueues, {ip, "rx"}, double(queues->receive_bytes));
    out.sample(kQueues, {ip, "tx"}, double(queues->transmit_bytes));
    return {};
  }

  ProcFile v4_;
  ProcFile v6_;
};

bool parse_hex(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Result<SocketQueues> parse_socket_queues(std::string_view proc_net_udp) {
  SocketQueues sum;
  Scanner scan(proc_net_udp);
  scan.line();
  while (!scan.at_end()) {
    Scanner line(scan.line());
    for (int skipped = 0; skipped < 4; ++skipped) line.word();
    const std::string_view queues = line.word();  // tx:rx, in hexadecimal
    if (auto done = line.done(); !done) return std::move(done).error();
    const std::size_t colon = queues.find(':');
    std::uint64_t transmit = 0;
    std::uint64_t receive = 0;
    if (colon == std::string_view::npos || !parse_hex(queues.substr(0, colon), transmit) ||
        !parse_hex(queues.substr(colon + 1), receive))
      return invalid("not two lengths of queues: \"" + std::string(queues.substr(0, 40)) + "\"");
    sum.transmit_bytes += transmit;
    sum.receive_bytes += receive;
  }
  if (auto done = scan.done(); !done) return std::move(done).error();
  return sum;
}

std::unique_ptr<Collector> make_udp_queues(const FactoryInput& input) {
  return std::make_unique<UdpQueuesCollector>(input);
}

}  // namespace lapwing::collectors::host
