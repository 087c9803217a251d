#include "collectors/host/ipvs.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;
using namespace lapwing::collectors::host;

TEST_CASE("ipvs: services of both families and by mark") {
  const auto backends = parse_balancer_backends(
      "IP Virtual Server version 1.2.1 (size=4096)\nProt\n  ->\n"
      "TCP  C0A80016:0CEA wlc\n  -> C0A85216:0CEA      Tunnel  100    248        2\n"
      "UDP  [2001:0db8:0000:0000:0000:0000:0000:0001]:0035 rr\n"
      "  -> [2001:0db8:0000:0000:0000:0000:0000:0002]:0035 Route 1 7 3\n"
      "FWM  10001000 wlc\n  -> C0A8321A:0CEA Route 20 0 1\n");
  REQUIRE(backends.ok());
  REQUIRE(backends->size() == 3);
  CHECK(backends->at(0).local_address == "192.168.0.22");
  CHECK(backends->at(0).remote_port == "3306");
  CHECK(backends->at(0).active == 248);
  CHECK(backends->at(1).remote_address == "2001:db8::2");
  CHECK(backends->at(2).local_mark == "10001000");
  CHECK(backends->at(2).weight == 20);
}

TEST_CASE("ipvs: malformed and truncated tables are Invalid") {
  const std::string header = "a\nb\nc\n";
  for (const char* text : {"TCP\n", "TCP C0A80016 wlc\n", "TCP zz:1 wlc\n", "TCP [::x]:1 rr\n",
                           "TCP 1C0A80016:1 rr\n", "  -> C0A80016:1 Route 1\n"}) {
    INFO(text);
    CHECK_FALSE(parse_balancer_backends(header + text).ok());
  }
  CHECK_FALSE(parse_balancer_backends("").ok());
  CHECK_FALSE(parse_balancer_totals("a\nb\n1 2 3\n").ok());
  CHECK_FALSE(parse_balancer_totals("a\nb\n1 2 3 4 x\n").ok());
  CHECK((*parse_balancer_totals("a\nb\n 1 2 3 4 FF\n"))[4] == 255);
}
