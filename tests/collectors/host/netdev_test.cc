#include "collectors/host/netdev.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

namespace {
const std::string kHeader = "Inter-|   Receive\n face |bytes\n";
const std::string kNumbers = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16";
}  // namespace

TEST_CASE("netdev: sixteen counters a device, in the file's order") {
  // The parser gives views: the text must live as long.
  const std::string text = kHeader + "    lo: " + kNumbers + "\n  eth0:" + kNumbers + "\n";
  std::vector<NetworkDevice> devices;
  REQUIRE(parse_network_devices(text, devices).ok());
  REQUIRE(devices.size() == 2);
  CHECK(devices[0].name == "lo");
  CHECK(devices[0].counters[0] == 1);
  CHECK(devices[1].name == "eth0");
  CHECK(devices[1].counters[15] == 16);
}

TEST_CASE("netdev: an alias's name holds a colon") {
  const std::string text = kHeader + " eth0:1: " + kNumbers + "\n";
  std::vector<NetworkDevice> devices;
  REQUIRE(parse_network_devices(text, devices).ok());
  CHECK(devices.at(0).name == "eth0:1");
}

TEST_CASE("netdev: a header alone is a host without devices") {
  CHECK(parses(parse_network_devices, kHeader));
}

TEST_CASE(
    "netdev: fifteen counters, and other malformed, empty and truncated content, are Invalid") {
  for (const std::string& text :
       {std::string(), std::string("Inter-|   Receive\n"), kHeader + "x 1\n", kHeader + "\n",
        kHeader + "x: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n", kHeader + "x:",
        kHeader + "x: a" + kNumbers + "\n", kHeader + "lo: " + kNumbers + "\neth0: 1 2"}) {
    INFO(text);
    CHECK_FALSE(parses(parse_network_devices, text));
  }
}

TEST_CASE("netdev: each counter by its name, what nobody wanted from sysfs") {
  BareHost host;
  host.proc("net/dev", kHeader + "e: " + kNumbers + "\n");
  host.sys("class/net/e/statistics/rx_nohandler", "17\n");
  const Samples found = host.bed.run("netdev");
  const char* const names[] = {"receive_bytes",       "receive_packets",   "receive_errs",
                               "receive_drop",        "receive_fifo",      "receive_frame",
                               "receive_compressed",  "receive_multicast", "transmit_bytes",
                               "transmit_packets",    "transmit_errs",     "transmit_drop",
                               "transmit_fifo",       "transmit_colls",    "transmit_carrier",
                               "transmit_compressed", "receive_nohandler"};
  double value = 0;
  for (const char* name : names) {
    INFO(name);
    CHECK(found.at(std::string("node_network_") + name + R"(_total{device="e"})") == ++value);
  }
  CHECK(found.size() == std::size(names));
}

TEST_CASE("netdev: a device without a sysfs entry lacks that counter alone") {
  BareHost host;
  host.proc("net/dev", kHeader + "e: " + kNumbers + "\n");
  CHECK(host.bed.run("netdev").size() == kNetworkCounterCount);
  host.sys("class/net/e/statistics/rx_nohandler", "unreadable\n");
  CHECK(host.bed.run("netdev").size() == kNetworkCounterCount);
  CHECK(host.bed.last.ok());
}

TEST_CASE("netdev: settings choose devices") {
  BareHost host;
  host.proc("net/dev",
            kHeader + "lo: " + kNumbers + "\neth0: " + kNumbers + "\neth1: " + kNumbers + "\n");
  const auto shown = [&](collectors::CollectorSettings settings) {
    std::string devices;
    const Samples found = host.bed.run(*host.bed.make("netdev", std::move(settings)));
    for (const char* device : {"lo", "eth0", "eth1"})
      if (found.count(std::string("node_network_receive_bytes_total{device=\"") + device + "\"}"))
        devices.append(device).append(" ");
    return devices;
  };
  CHECK(shown({}) == "lo eth0 eth1 ");
  CHECK(shown({{"device_exclude", "^lo$"}}) == "eth0 eth1 ");
  CHECK(shown({{"device_include", "^lo$"}}) == "lo ");
  CHECK(shown({{"device_include", "^eth"}, {"device_exclude", "1$"}}) == "eth0 ");
}

TEST_CASE("netdev: a malformed device fails and is named") {
  BareHost host;
  host.proc("net/dev", kHeader + "eth7: 1 2\n");
  CHECK(host.bed.run("netdev").empty());
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("device eth7") != std::string::npos);
}
