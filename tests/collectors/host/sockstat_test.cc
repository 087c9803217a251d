#include "collectors/host/sockstat.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

TEST_CASE("sockstat: pairs of names and values a protocol, appended") {
  std::vector<SocketField> fields;
  REQUIRE(parse_socket_fields("sockets: used 25\nTCP: inuse 5 mem 3", fields).ok());
  REQUIRE(parse_socket_fields("UDP6: inuse 1\n", fields).ok());
  REQUIRE(fields.size() == 4);
  CHECK(fields[2].protocol == "TCP");
  CHECK(fields[2].name == "mem");
  CHECK(fields[2].value == 3);
  CHECK(fields[3].protocol == "UDP6");
}

TEST_CASE("sockstat: a name without a value, and empty and malformed content, is Invalid") {
  for (const char* text : {"", "\n", "TCP inuse 5\n", "TCP: inuse\n", "TCP: inuse x\n",
                           "TCP: inuse -1\n", "TCP: inuse 5 mem", "sockets: used 1\nTC"}) {
    INFO(text);
    CHECK_FALSE(parses(parse_socket_fields, text));
  }
}

TEST_CASE("sockstat: memory in pages is shown in bytes too, FRAG's is in bytes already") {
  BareHost host;
  host.proc("net/sockstat", "TCP: inuse 5 mem 3\nFRAG: inuse 0 memory 7\n");
  CHECK(host.bed.run("sockstat") ==
        Samples{{"node_sockstat_TCP_inuse", 5},
                {"node_sockstat_TCP_mem", 3},
                {"node_sockstat_TCP_mem_bytes", 3.0 * double(::sysconf(_SC_PAGESIZE))},
                {"node_sockstat_FRAG_inuse", 0},
                {"node_sockstat_FRAG_memory", 7}});
  CHECK(host.bed.last.ok());
}

TEST_CASE("sockstat: IPv6's file may be missing, but not malformed; IPv4's is needed") {
  BareHost host;
  host.proc("net/sockstat6", "TCP6: inuse 4\n");
  host.bed.run("sockstat");
  CHECK(host.bed.failed(ErrorKind::NoData));
  host.proc("net/sockstat", "sockets: used 25\n");
  CHECK(host.bed.run("sockstat") ==
        Samples{{"node_sockstat_sockets_used", 25}, {"node_sockstat_TCP6_inuse", 4}});
  host.proc("net/sockstat6", "TCP6: inuse\n");
  host.bed.run("sockstat");
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("net/sockstat6") != std::string::npos);
}
