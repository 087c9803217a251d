#include "collectors/host/softnet.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("softnet: columns by their places, the CPU's number from the row") {
  BareHost host;
  host.proc("net/softnet_stat", "19 2 3 0 0 0 0 0 4 5 6 7 0000000a\n");
  CHECK(host.bed.run("softnet") == Samples{{R"(node_softnet_processed_total{cpu="10"})", 25},
                                           {R"(node_softnet_dropped_total{cpu="10"})", 2},
                                           {R"(node_softnet_times_squeezed_total{cpu="10"})", 3},
                                           {R"(node_softnet_cpu_collision_total{cpu="10"})", 4},
                                           {R"(node_softnet_received_rps_total{cpu="10"})", 5},
                                           {R"(node_softnet_flow_limit_count_total{cpu="10"})", 6},
                                           {R"(node_softnet_backlog_len{cpu="10"})", 7}});
}

TEST_CASE("softnet: older kernels write fewer columns, and the CPU is the row's number") {
  BareHost host;
  host.proc("net/softnet_stat", "1 2 3 0 0 0 0 0 4\n5 6 7 0 0 0 0 0 8\n");
  const Samples found = host.bed.run("softnet");
  CHECK(found.size() == 8);
  CHECK(found.at(R"(node_softnet_processed_total{cpu="1"})") == 5);
  CHECK(found.at(R"(node_softnet_cpu_collision_total{cpu="0"})") == 4);
}

TEST_CASE("softnet: empty content has no samples, malformed content fails and names the file") {
  BareHost host;
  host.proc("net/softnet_stat", "");
  CHECK(host.bed.run("softnet").empty());
  CHECK(host.bed.last.ok());
  host.proc("net/softnet_stat", "1 2 zz\n");
  CHECK(host.bed.run("softnet").empty());
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("net/softnet_stat") != std::string::npos);
}
