#include "collectors/host/netclass.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "collectors/host/factories.h"
#include "collectors/host/filter.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr double kBytesPerMegabit = 1e6 / 8;
constexpr std::int64_t kInterfaceUp = 1;  // IFF_UP of netdevice(7)

struct Property {
  const char* file;
  double factor;
  MetricInfo info;
};

constexpr Property kProperties[] = {
    {"addr_assign_type",
     1,
     {"node_network_address_assign_type",
      "Property addr_assign_type of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"carrier",
     1,
     {"node_network_carrier",
      "Property carrier of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"carrier_changes",
     1,
     {"node_network_carrier_changes_total",
      "Property carrier_changes of the network device.",
      MetricType::Counter,
      {"device"}}},
    {"carrier_up_count",
     1,
     {"node_network_carrier_up_changes_total",
      "Property carrier_up_count of the network device.",
      MetricType::Counter,
      {"device"}}},
    {"carrier_down_count",
     1,
     {"node_network_carrier_down_changes_total",
      "Property carrier_down_count of the network device.",
      MetricType::Counter,
      {"device"}}},
    {"dev_id",
     1,
     {"node_network_device_id",
      "Property dev_id of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"dormant",
     1,
     {"node_network_dormant",
      "Property dormant of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"flags",
     1,
     {"node_network_flags",
      "Property flags of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"ifindex",
     1,
     {"node_network_iface_id",
      "Property ifindex of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"iflink",
     1,
     {"node_network_iface_link",
      "Property iflink of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"link_mode",
     1,
     {"node_network_iface_link_mode",
      "Property link_mode of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"mtu",
     1,
     {"node_network_mtu_bytes",
      "Property mtu of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"name_assign_type",
     1,
     {"node_network_name_assign_type",
      "Property name_assign_type of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"netdev_group",
     1,
     {"node_network_net_dev_group",
      "Property netdev_group of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"speed",
     kBytesPerMegabit,
     {"node_network_speed_bytes",
      "Property speed of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"tx_queue_len",
     1,
     {"node_network_transmit_queue_length",
      "Property tx_queue_len of the network device.",
      MetricType::Gauge,
      {"device"}}},
    {"type",
     1,
     {"node_network_protocol_type",
      "Property type of the network device.",
      MetricType::Gauge,
      {"device"}}},
};
constexpr MetricInfo kUp{
    "node_network_up", "Whether the device's state is up.", MetricType::Gauge, {"device"}};
constexpr MetricInfo kInfo{
    "node_network_info",
    "What the network device is.",
    MetricType::Gauge,
    {"address", "adminstate", "broadcast", "device", "duplex", "ifalias", "operstate"}};

class NetclassCollector final : public Collector {
 public:
  explicit NetclassCollector(const FactoryInput& input)
      : folder_(input.context.paths.in_sys("class/net")), ignored_(input, "ignored_devices") {}

  Result<void> collect(MetricWriter& out) override {
    std::error_code error;
    std::vector<std::string> devices;
    for (auto at = std::filesystem::directory_iterator(folder_, error);
         !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
      // A plain file among them belongs to the bonding driver.
      std::error_code ignored;
      if (at->is_directory(ignored)) devices.push_back(at->path().filename().string());
    }
    if (error) return system_error("reading " + folder_, error.value());
    std::sort(devices.begin(), devices.end());
    for (const std::string& device : devices)
      if (!ignored_.matches(device)) write(device, out);
    return {};
  }

 private:
  std::string text(const std::string& device, const char* file) const {
    auto content = read_trimmed(folder_ + "/" + device + "/" + file);
    return content ? std::move(*content) : std::string();
  }

  void write(const std::string& device, MetricWriter& out) const {
    const std::string state = text(device, "operstate");
    std::int64_t flags = 0;
    for (const Property& property : kProperties) {
      // Carrier, speed and the like cannot be read while a device is down.
      const auto value = parse_property(text(device, property.file));
      if (!value) continue;
      if (std::string_view(property.file) == "flags") flags = *value;
      out.sample(property.info, {device}, double(*value) * property.factor);
    }
    out.sample(kUp, {device}, state == "up" ? 1 : 0);
    out.sample(
        kInfo,
        {text(device, "address"), (flags & kInterfaceUp) != 0 ? "up" : "down",
         text(device, "broadcast"), device, text(device, "duplex"), text(device, "ifalias"), state},
        1);
  }

  const std::string folder_;
  Filter ignored_;
};

}  // namespace

Result<std::int64_t> parse_property(std::string_view content) {
  int base = 10;
  if (content.starts_with("0x")) {
    base = 16;
    content.remove_prefix(2);
  }
  std::int64_t value = 0;
  const auto [end, error] =
      std::from_chars(content.data(), content.data() + content.size(), value, base);
  if (error != std::errc() || end != content.data() + content.size())
    return invalid("not a number: \"" + std::string(content.substr(0, 40)) + "\"");
  return value;
}

std::unique_ptr<Collector> make_netclass(const FactoryInput& input) {
  return std::make_unique<NetclassCollector>(input);
}

}  // namespace lapwing::collectors::host
