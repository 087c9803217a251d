// infiniband: adapters and their ports, from /sys/class/infiniband
// (Documentation/ABI/stable/sysfs-class-infiniband of the kernel).
// Leaves out: the counters of hw_counters, whose names each driver makes up.
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr double kBytesPerWord = 4;  // the port's data counters count words of 32 bits
constexpr double kBytesPerGigabit = 1e9 / 8;

constexpr MetricInfo counter(std::string_view name) {
  return {name,
          "Counter of the port, by the name of its file.",
          MetricType::Counter,
          {"device", "port"}};
}

constexpr Attribute kCounters[] = {
    {"excessive_buffer_overrun_errors", 1,
     counter("node_infiniband_excessive_buffer_overrun_errors_total")},
    {"link_downed", 1, counter("node_infiniband_link_downed_total")},
    {"link_error_recovery", 1, counter("node_infiniband_link_error_recovery_total")},
    {"local_link_integrity_errors", 1,
     counter("node_infiniband_local_link_integrity_errors_total")},
    {"multicast_rcv_packets", 1, counter("node_infiniband_multicast_packets_received_total")},
    {"multicast_xmit_packets", 1, counter("node_infiniband_multicast_packets_transmitted_total")},
    {"port_rcv_constraint_errors", 1,
     counter("node_infiniband_port_constraint_errors_received_total")},
    {"port_xmit_constraint_errors", 1,
     counter("node_infiniband_port_constraint_errors_transmitted_total")},
    {"port_rcv_data", kBytesPerWord, counter("node_infiniband_port_data_received_bytes_total")},
    {"port_xmit_data", kBytesPerWord, counter("node_infiniband_port_data_transmitted_bytes_total")},
    {"port_xmit_discards", 1, counter("node_infiniband_port_discards_transmitted_total")},
    {"port_rcv_errors", 1, counter("node_infiniband_port_errors_received_total")},
    {"port_rcv_packets", 1, counter("node_infiniband_port_packets_received_total")},
    {"port_xmit_packets", 1, counter("node_infiniband_port_packets_transmitted_total")},
    {"port_rcv_remote_physical_errors", 1,
     counter("node_infiniband_port_receive_remote_physical_errors_total")},
    {"port_rcv_switch_relay_errors", 1,
     counter("node_infiniband_port_receive_switch_relay_errors_total")},
    {"port_xmit_wait", 1, counter("node_infiniband_port_transmit_wait_total")},
    {"symbol_error", 1, counter("node_infiniband_symbol_error_total")},
    {"unicast_rcv_packets", 1, counter("node_infiniband_unicast_packets_received_total")},
    {"unicast_xmit_packets", 1, counter("node_infiniband_unicast_packets_transmitted_total")},
    {"VL15_dropped", 1, counter("node_infiniband_vl15_dropped_total")},
};
constexpr MetricInfo kInfo{"node_infiniband_info",
                           "What the adapter is.",
                           MetricType::Gauge,
                           {"board_id", "device", "firmware_version", "hca_type"}};
constexpr MetricInfo kState{"node_infiniband_state_id",
                            "State of the port: 1 down, 2 init, 3 armed, 4 active.",
                            MetricType::Gauge,
                            {"device", "port"}};
constexpr MetricInfo kPhysicalState{"node_infiniband_physical_state_id",
                                    "State of the port's link: 5 is up.",
                                    MetricType::Gauge,
                                    {"device", "port"}};
constexpr MetricInfo kRate{"node_infiniband_rate_bytes_per_second",
                           "What the port's link can carry.",
                           MetricType::Gauge,
                           {"device", "port"}};

// The number before the first colon or blank: "4: ACTIVE", "40 Gb/sec (4X QDR)".
std::optional<double> leading_number(const std::string& text) {
  return number_of(std::string_view(text).substr(0, text.find_first_of(": ")));
}

void write_port(const std::string& folder, const std::string& device, const std::string& port,
                MetricWriter& out) {
  write_attributes(kCounters, folder + "/counters", {device, port}, out);
  if (const auto state = leading_number(text_of(folder + "/state")))
    out.sample(kState, {device, port}, *state);
  if (const auto state = leading_number(text_of(folder + "/phys_state")))
    out.sample(kPhysicalState, {device, port}, *state);
  if (const auto rate = leading_number(text_of(folder + "/rate")))
    out.sample(kRate, {device, port}, *rate * kBytesPerGigabit);
}

Result<void> write_adapters(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("class/infiniband");
  const auto names = list_folder(folder);
  if (!names) return names.error();
  if (names->empty()) return no_data(folder + " is empty");
  for (const std::string& name : *names) {
    const std::string device = folder + "/" + name;
    out.sample(kInfo,
               {text_of(device + "/board_id"), name, text_of(device + "/fw_ver"),
                text_of(device + "/hca_type")},
               1);
    const auto ports = list_folder(device + "/ports");
    if (!ports) continue;
    for (const std::string& port : *ports) write_port(device + "/ports/" + port, name, port, out);
  }
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_infiniband(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_adapters);
}

}  // namespace lapwing::collectors::host
