#include "collectors/host/udp_queues.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using collectors::host::parse_socket_queues;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("udp_queues: queues of all sockets are added up") {
  const auto queues = parse_socket_queues(
      "  sl  local_address rem_address   st tx_queue rx_queue\n"
      "    0: 00000000:0016 00000000:0000 07 00000015:00000001 00:00000000\n"
      "    1: 00000000:0017 00000000:0000 07 00000001:0000000A 00:00000000\n");
  REQUIRE(queues.ok());
  CHECK(queues->transmit_bytes == 22);
  CHECK(queues->receive_bytes == 11);
}

TEST_CASE("udp_queues: one family is enough; malformed lines are Invalid") {
  BareHost host;
  host.proc("net/udp6", "header\n 0: 0:0 0:0 07 00000000:00000010 0\n");
  CHECK(host.bed.run("udp_queues") == Samples{{R"(node_udp_queues{ip="v6",queue="rx"})", 16},
                                              {R"(node_udp_queues{ip="v6",queue="tx"})", 0}});
  for (const char* text :
       {"", "h\n 0: 0:0 0:0 07\n", "h\n 0: 0:0 0:0 07 15\n", "h\n 0: 0:0 0:0 07 1:x 0\n"})
    CHECK_FALSE(parse_socket_queues(text).ok());
}
