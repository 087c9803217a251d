#include "collectors/host/netdev.h"

#include <map>
#include <memory>
#include <string>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/filter.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo counter(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Counter, {"device"}};
}

constexpr std::array<MetricInfo, kNetworkCounterCount> kCounters = {
    counter("node_network_receive_bytes_total", "Bytes received."),
    counter("node_network_receive_packets_total", "Packets received."),
    counter("node_network_receive_errs_total", "Packets received with errors."),
    counter("node_network_receive_drop_total", "Packets received and dropped."),
    counter("node_network_receive_fifo_total", "Receive errors for lack of room in the device."),
    counter("node_network_receive_frame_total", "Frames received that were malformed."),
    counter("node_network_receive_compressed_total", "Compressed packets received."),
    counter("node_network_receive_multicast_total", "Multicast packets received."),
    counter("node_network_transmit_bytes_total", "Bytes sent."),
    counter("node_network_transmit_packets_total", "Packets sent."),
    counter("node_network_transmit_errs_total", "Packets that could not be sent for errors."),
    counter("node_network_transmit_drop_total", "Packets dropped before they were sent."),
    counter("node_network_transmit_fifo_total", "Transmit errors for lack of room in the device."),
    counter("node_network_transmit_colls_total", "Collisions while sending."),
    counter("node_network_transmit_carrier_total", "Packets not sent for loss of carrier."),
    counter("node_network_transmit_compressed_total", "Compressed packets sent."),
};
constexpr MetricInfo kNoHandler =
    counter("node_network_receive_nohandler_total", "Packets received that nobody wanted.");

class NetdevCollector final : public Collector {
 public:
  explicit NetdevCollector(const FactoryInput& input)
      : paths_(input.context.paths),
        file_(paths_.in_proc("net/dev")),
        excluded_(input, "device_exclude"),
        included_(input, "device_include"),
        has_include_(!input.settings.find("device_include")->second.empty()) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    if (auto parsed = parse_network_devices(*content, devices_); !parsed)
      return std::move(parsed).in(file_.path());
    ++round_;
    for (const NetworkDevice& device : devices_) {
      Known& known = known_device(device.name);
      known.round = round_;
      if (!known.shown) continue;
      for (std::size_t i = 0; i < kNetworkCounterCount; ++i)
        out.sample(kCounters[i], {device.name}, double(device.counters[i]));
      // A file that cannot be read means an older kernel, or a device that has just gone.
      const auto text = known.no_handler.read();
      if (!text) continue;
      Scanner scan(*text);
      const std::uint64_t packets = scan.u64();
      if (!scan.failed()) out.sample(kNoHandler, {device.name}, double(packets));
    }
    std::erase_if(known_, [&](const auto& entry) { return entry.second.round != round_; });
    return {};
  }

 private:
  struct Known {
    bool shown;
    ProcFile no_handler;
    std::uint64_t round = 0;
  };

  Known& known_device(std::string_view name) {
    const auto found = known_.find(name);
    if (found != known_.end()) return found->second;
    const bool shown = !excluded_.matches(name) && (!has_include_ || included_.matches(name));
    const std::string path =
        paths_.in_sys("class/net/" + std::string(name) + "/statistics/rx_nohandler");
    return known_.emplace(std::string(name), Known{shown, ProcFile(path)}).first->second;
  }

  const HostPaths paths_;
  ProcFile file_;
  Filter excluded_;
  Filter included_;
  bool has_include_;
  std::vector<NetworkDevice> devices_;
  std::map<std::string, Known, std::less<>> known_;
  std::uint64_t round_ = 0;
};

}  // namespace

Result<void> parse_network_devices(std::string_view proc_net_dev, std::vector<NetworkDevice>& out) {
  out.clear();
  Scanner scan(proc_net_dev);
  scan.line();
  scan.line();
  while (!scan.at_end()) {
    NetworkDevice device;
    Scanner line(scan.line());
    line.skip_blanks();
    // A name may hold a colon of its own (an alias): the counters begin after the last.
    const std::size_t colon = line.rest().rfind(':');
    if (colon == std::string_view::npos) return invalid("expected a device's name and a colon");
    device.name = line.rest().substr(0, colon);
    Scanner numbers(line.rest().substr(colon + 1));
    for (std::uint64_t& counter_value : device.counters) counter_value = numbers.u64();
    if (auto done = numbers.done(); !done)
      return std::move(done).in("device " + std::string(device.name));
    out.push_back(device);
  }
  return scan.done();
}

std::unique_ptr<Collector> make_netdev(const FactoryInput& input) {
  return std::make_unique<NetdevCollector>(input);
}

}  // namespace lapwing::collectors::host
