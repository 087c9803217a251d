#include "collectors/host/netstat.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

TEST_CASE("netstat: names pair with values, also negative ones, and fields append") {
  std::vector<ProtocolField> fields;
  REQUIRE(parse_protocol_lines("Tcp: A B\nTcp: 1 -2\nUdp: C\nUdp: 3", fields).ok());
  REQUIRE(parse_protocol_lines("Ip: D\nIp: 4\n", fields).ok());
  REQUIRE(fields.size() == 4);
  CHECK(fields[1].protocol == "Tcp");
  CHECK(fields[1].name == "B");
  CHECK(fields[1].value == -2);
  CHECK(fields[2].protocol == "Udp");
  CHECK(fields[3].name == "D");
}

TEST_CASE("netstat: fewer values, another protocol, empty and truncated content are Invalid") {
  for (const char* text :
       {"", "Tcp: A B\n", "Tcp: A B\nTcp: 1\n", "Tcp: A\nUdp: 1\n", "Tcp: A\nTcp: x\n", "Tcp A\n",
        "Tcp: A\nTcp: 1\nUdp: B\n", "Tcp: A B\nTcp: 1 "}) {
    INFO(text);
    CHECK_FALSE(parses(parse_protocol_lines, text));
  }
}

TEST_CASE("netstat: one field a line has its protocol before the 6, what has none is skipped") {
  std::vector<ProtocolField> fields;
  REQUIRE(parse_protocol_table("UdpLite6InErrors \t3\nother 4\nIp6In6 5", fields).ok());
  REQUIRE(fields.size() == 2);
  CHECK(fields[0].protocol == "UdpLite6");
  CHECK(fields[0].name == "InErrors");
  CHECK(fields[0].value == 3);
  CHECK(fields[1].protocol == "Ip6");
  CHECK(fields[1].name == "In6");
}

TEST_CASE("netstat: an empty table has no fields, malformed and truncated lines are Invalid") {
  CHECK(parses(parse_protocol_table, ""));
  for (const char* text : {"Ip6In\n", "Ip6In", "Ip6In x\n", "Ip6In 1 2\n", "Ip6In 1\nIp6"}) {
    INFO(text);
    CHECK_FALSE(parses(parse_protocol_table, text));
  }
}

TEST_CASE("netstat: the setting chooses fields by protocol and name") {
  BareHost host;
  host.proc("net/netstat", "TcpExt: ListenDrops Other\nTcpExt: 4 5\n");
  host.proc("net/snmp", "Tcp: MaxConn InErrs RtoMin\nTcp: -1 2 200\n");
  host.proc("net/snmp6", "Udp6InErrors 3\nIp6InReceives 9\n");
  CHECK(host.bed.run("netstat") == Samples{{"node_netstat_TcpExt_ListenDrops", 4},
                                           {"node_netstat_Tcp_MaxConn", -1},
                                           {"node_netstat_Tcp_InErrs", 2},
                                           {"node_netstat_Udp6_InErrors", 3}});
  CHECK(host.bed.run(*host.bed.make("netstat", {{"fields", "^(Tcp_Rto|Ip6)"}})) ==
        Samples{{"node_netstat_Tcp_RtoMin", 200}, {"node_netstat_Ip6_InReceives", 9}});
}

TEST_CASE(
    "netstat: a kernel without IPv6 lacks its fields alone; other missing files are no data") {
  BareHost host;
  host.proc("net/netstat", "TcpExt: ListenDrops\nTcpExt: 4\n");
  host.bed.run("netstat");
  CHECK(host.bed.failed(ErrorKind::NoData));
  host.proc("net/snmp", "Tcp: MaxConn\nTcp: -1\n");
  CHECK(host.bed.run("netstat").size() == 2);
  CHECK(host.bed.last.ok());
  host.proc("net/snmp6", "Udp6InErrors\n");
  host.bed.run("netstat");
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("net/snmp6") != std::string::npos);
}
