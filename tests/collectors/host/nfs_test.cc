#include "collectors/host/nfs.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("nfs: what kernel or table have alone is left out") {
  BareHost host;
  host.proc("net/rpc/nfs", "net 70 1 69 45\nrpc 5 6 7\nproc3 3 0 12\nproc9 1 1\n");
  CHECK(host.bed.run("nfs") ==
        Samples{{R"(node_nfs_packets_total{protocol="udp"})", 1},
                {R"(node_nfs_packets_total{protocol="tcp"})", 69},
                {"node_nfs_connections_total", 45},
                {"node_nfs_rpcs_total", 5},
                {"node_nfs_rpc_retransmissions_total", 6},
                {"node_nfs_rpc_authentication_refreshes_total", 7},
                {R"(node_nfs_requests_total{method="Null",proto="3"})", 0},
                {R"(node_nfs_requests_total{method="GetAttr",proto="3"})", 12}});
}

TEST_CASE("nfs: a malformed file is Invalid and named") {
  BareHost host;
  host.proc("net/rpc/nfs", "net many\n");
  host.bed.run("nfs");
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("rpc/nfs") != std::string::npos);
}
