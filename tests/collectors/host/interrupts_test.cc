#include "collectors/host/interrupts.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using collectors::host::parse_interrupts;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("interrupts: numbers have a controller and devices, names have words") {
  const auto found = parse_interrupts(
      "           CPU0       CPU2\n"
      " 30:     392104       8761   PCI-MSI 32768-edge      eth0, i915\n"
      "NMI:         47         48   Non-maskable interrupts\n"
      "ERR:          0\n");
  REQUIRE(found.ok());
  CHECK(found->cpus == std::vector<std::string_view>{"0", "2"});
  REQUIRE(found->lines.size() == 2);
  CHECK(found->lines[0].name == "30");
  CHECK(found->lines[0].info == "PCI-MSI");
  CHECK(found->lines[0].devices == "32768-edge eth0, i915");
  CHECK(found->lines[1].info == "Non-maskable interrupts");
  CHECK(found->lines[1].counts == std::vector<std::uint64_t>{47, 48});
}

TEST_CASE("interrupts: empty and malformed files are Invalid, a cut line is left out") {
  for (const char* text : {"", "\n", "CPU0 x\n", "0 1\n"}) CHECK_FALSE(parse_interrupts(text).ok());
  CHECK(parse_interrupts("CPU0 CPU1\n 1: 2\n")->lines.empty());
}

TEST_CASE("interrupts: those that the setting names are left out") {
  BareHost host;
  host.proc("interrupts", "CPU0\nNMI: 1 Non-maskable interrupts\nLOC: 2 Local timer\n");
  CHECK(host.bed.run(*host.bed.make("interrupts", {{"name_exclude", "^NMI;"}})) ==
        Samples{{R"(node_interrupts_total{cpu="0",devices="",info="Local timer",type="LOC"})", 2}});
}
