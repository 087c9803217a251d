#include "collectors/host/arp.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

namespace {
const std::string kHeader = "IP address  HW type  Flags  HW address  Mask  Device\n";
}

TEST_CASE("arp: entries are counted by device") {
  const auto entries = parse_arp(kHeader +
                                 "192.0.2.1 0x1 0x2 02:00:00:00:00:01 * eth0\n"
                                 "192.0.2.2 0x1 0x0 00:00:00:00:00:00 * br-1\n"
                                 "192.0.2.3 0x1 0x2 02:00:00:00:00:03 * eth0\n");
  REQUIRE(entries.ok());
  CHECK(*entries == ArpEntries{{"br-1", 1}, {"eth0", 2}});
}

TEST_CASE("arp: a table with a header alone has no entries") {
  const auto entries = parse_arp(kHeader);
  REQUIRE(entries.ok());
  CHECK(entries->empty());
}

TEST_CASE("arp: empty content and an entry without a device are Invalid") {
  for (const std::string& text :
       {std::string(), kHeader + "192.0.2.1 0x1 0x2 02:00:00:00:00:01 *\n",
        kHeader + "192.0.2.1 0x1", kHeader + "\n"}) {
    INFO(text);
    const auto entries = parse_arp(text);
    REQUIRE_FALSE(entries.ok());
    CHECK(entries.error().kind == ErrorKind::Invalid);
  }
}

TEST_CASE("arp: a host with malformed entries fails and names the file") {
  BareHost malformed;
  malformed.proc("net/arp", kHeader + "192.0.2.1\n");
  CHECK(malformed.bed.run("arp").empty());
  REQUIRE(malformed.bed.failed(ErrorKind::Invalid));
  CHECK(malformed.bed.last.error().message.find("proc/net/arp") != std::string::npos);
}
