#include "collectors/host/netclass.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

TEST_CASE("netclass: properties are decimal, or hexadecimal after 0x") {
  CHECK(*parse_property("0x1003") == 4'099);
  CHECK(*parse_property("1500") == 1'500);
  CHECK(*parse_property("-1") == -1);
}

TEST_CASE("netclass: empty, truncated and malformed properties are Invalid") {
  for (const char* text : {"", "0x", "full", "1 2", "12x", "9223372036854775808"}) {
    INFO(text);
    CHECK_FALSE(parse_property(text).ok());
  }
}

TEST_CASE("netclass: what a device does not tell is left out") {
  BareHost host;
  host.sys("class/net/eth0/operstate", "down\n");
  host.sys("class/net/eth0/flags", "0x1002\n");
  host.sys("class/net/eth0/mtu", "1500\n");
  host.sys("class/net/eth0/carrier", "");
  CHECK(host.bed.run("netclass") ==
        Samples{{R"(node_network_flags{device="eth0"})", 4'098},
                {R"(node_network_mtu_bytes{device="eth0"})", 1'500},
                {R"(node_network_up{device="eth0"})", 0},
                {R"(node_network_info{address="",adminstate="down",broadcast="",device="eth0",)"
                 R"(duplex="",ifalias="",operstate="down"})",
                 1}});
  CHECK(host.bed.last.ok());
}

TEST_CASE("netclass: up, speed in bytes, and the names that the exporter gives the files") {
  BareHost host;
  const std::map<std::string, std::string> files = {{"addr_assign_type", "1"},
                                                    {"carrier", "2"},
                                                    {"carrier_changes", "3"},
                                                    {"carrier_up_count", "4"},
                                                    {"dev_id", "0x20"},
                                                    {"carrier_down_count", "5"},
                                                    {"dormant", "6"},
                                                    {"flags", "0x1003"},
                                                    {"ifindex", "7"},
                                                    {"iflink", "8"},
                                                    {"link_mode", "9"},
                                                    {"mtu", "10"},
                                                    {"name_assign_type", "11"},
                                                    {"netdev_group", "12"},
                                                    {"speed", "1000"},
                                                    {"tx_queue_len", "13"},
                                                    {"type", "14"},
                                                    {"operstate", "up"}};
  for (const auto& [file, content] : files) host.sys("class/net/e/" + file, content + "\n");
  Samples found = host.bed.run("netclass");
  const auto of = [&](const char* name) {
    return found.at(std::string("node_network_") + name + R"({device="e"})");
  };
  CHECK(of("address_assign_type") == 1);
  CHECK(of("carrier") == 2);
  CHECK(of("carrier_changes_total") == 3);
  CHECK(of("carrier_up_changes_total") == 4);
  CHECK(of("carrier_down_changes_total") == 5);
  CHECK(of("device_id") == 32);
  CHECK(of("dormant") == 6);
  CHECK(of("iface_id") == 7);
  CHECK(of("iface_link") == 8);
  CHECK(of("iface_link_mode") == 9);
  CHECK(of("mtu_bytes") == 10);
  CHECK(of("name_assign_type") == 11);
  CHECK(of("net_dev_group") == 12);
  CHECK(of("speed_bytes") == 125e6);
  CHECK(of("transmit_queue_length") == 13);
  CHECK(of("protocol_type") == 14);
  CHECK(of("up") == 1);
  CHECK(found.size() == files.size() + 1);  // with node_network_info
}

TEST_CASE("netclass: an unknown speed is -1 Mbit/s, which the exporter shows as well") {
  BareHost host;
  host.sys("class/net/e/speed", "-1\n");
  CHECK(host.bed.run("netclass").at(R"(node_network_speed_bytes{device="e"})") == -125'000);
}

TEST_CASE("netclass: plain files are no devices, and the setting leaves devices out") {
  BareHost host;
  host.sys("class/net/bonding_masters", "bond0\n");
  host.sys("class/net/bond0/mtu", "1\n");
  host.sys("class/net/veth1/mtu", "2\n");
  const Samples found = host.bed.run(*host.bed.make("netclass", {{"ignored_devices", "^veth"}}));
  CHECK(found.count(R"(node_network_mtu_bytes{device="bond0"})") == 1);
  CHECK(found.count(R"(node_network_up{device="veth1"})") == 0);
  CHECK(found.count(R"(node_network_up{device="bonding_masters"})") == 0);
}
