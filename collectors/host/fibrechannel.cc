// fibrechannel: ports of Fibre Channel adapters, from /sys/class/fc_host
// (drivers/scsi/scsi_transport_fc.c of the kernel).
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo counter(std::string_view name) {
  return {name, "Counter of the port, by the name of its file.", MetricType::Counter, {"fc_host"}};
}

struct Statistic {
  const char* file;
  MetricInfo info;
};
constexpr Statistic kStatistics[] = {
    {"dumped_frames", counter("node_fibrechannel_dumped_frames_total")},
    {"error_frames", counter("node_fibrechannel_error_frames_total")},
    {"fcp_packet_aborts", counter("node_fibrechannel_fcp_packet_aborts_total")},
    {"invalid_crc_count", counter("node_fibrechannel_invalid_crc_total")},
    {"invalid_tx_word_count", counter("node_fibrechannel_invalid_tx_words_total")},
    {"link_failure_count", counter("node_fibrechannel_link_failure_total")},
    {"loss_of_signal_count", counter("node_fibrechannel_loss_of_signal_total")},
    {"loss_of_sync_count", counter("node_fibrechannel_loss_of_sync_total")},
    {"nos_count", counter("node_fibrechannel_nos_total")},
    {"rx_frames", counter("node_fibrechannel_rx_frames_total")},
    {"rx_words", counter("node_fibrechannel_rx_words_total")},
    {"seconds_since_last_reset", counter("node_fibrechannel_seconds_since_last_reset_total")},
    {"tx_frames", counter("node_fibrechannel_tx_frames_total")},
    {"tx_words", counter("node_fibrechannel_tx_words_total")},
};
constexpr MetricInfo kInfo{
    "node_fibrechannel_info",
    "What the port is, and its state in words.",
    MetricType::Gauge,
    {"dev_loss_tmo", "fabric_name", "fc_host", "port_id", "port_name", "port_state", "port_type",
     "speed", "supported_classes", "supported_speeds", "symbolic_name"}};

// A driver that does not count something says so with all bits set.
constexpr std::string_view kNotCounted = "0xffffffffffffffff";

// Names and numbers of ports are hexadecimal, and shown without the sign of it.
std::string plain(std::string text) {
  if (text.starts_with("0x")) text.erase(0, 2);
  return text;
}

Result<void> write_ports(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("class/fc_host");
  const auto names = list_folder(folder);
  if (!names) return names.error();
  if (names->empty()) return no_data(folder + " is empty");
  for (const std::string& name : *names) {
    const std::string port = folder + "/" + name;
    const auto text = [&](const char* file) { return text_of(port + "/" + file); };
    out.sample(kInfo,
               {text("dev_loss_tmo"), plain(text("fabric_name")), name, plain(text("port_id")),
                plain(text("port_name")), text("port_state"), text("port_type"), text("speed"),
                text("supported_classes"), text("supported_speeds"), text("symbolic_name")},
               1);
    for (const Statistic& statistic : kStatistics) {
      const std::string value = text_of(port + "/statistics/" + statistic.file);
      const auto number = number_of(value);
      if (number && value != kNotCounted) out.sample(statistic.info, {name}, *number);
    }
  }
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_fibrechannel(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_ports);
}

}  // namespace lapwing::collectors::host
